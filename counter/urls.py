"""URLs of the counter of a site."""

from django.urls import URLPattern, URLResolver, path

from counter.reports.urls import urlpatterns as reports
from counter.views import file, letters

PERSON = "counter/people/<uuid:person>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("counter/", file.find, name="counter"),
    path(PERSON, file.choose, name="counter-person"),
    path(f"{PERSON}<slug:key>/", file.details, name="counter-file"),
    path("counter/receipts/<uuid:public_id>/", file.receipt, name="counter-receipt"),
    path("counter/letters/", letters.listed, name="counter-letters"),
    path("counter/letters/<str:reference>/", letters.letter, name="counter-letter"),
    *reports,
]
