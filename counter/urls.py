"""URLs of the counter of a site."""

from django.urls import URLPattern, URLResolver, path

from counter.reports.urls import urlpatterns as reports
from counter.views import certificates, file, letters

PERSON = "counter/people/<uuid:person>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("counter/", file.find, name="counter"),
    path(PERSON, file.choose, name="counter-person"),
    path(f"{PERSON}certificates/", certificates.certificates, name="counter-certificates"),
    path(
        f"{PERSON}certificates/<uuid:public_id>/<slug:form>/",
        certificates.print_certificate,
        name="counter-print",
    ),
    # Behind the addresses above: any other word is the key of a claim.
    path(f"{PERSON}<slug:key>/", file.details, name="counter-file"),
    path("counter/receipts/<uuid:public_id>/", file.receipt, name="counter-receipt"),
    path("counter/letters/", letters.listed, name="counter-letters"),
    path("counter/letters/<str:reference>/", letters.letter, name="counter-letter"),
    *reports,
]
