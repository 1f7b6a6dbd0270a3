"""URLs of the administration pages, one file per subject."""

from administration.urls import organizations, partner_apps, people, rules

urlpatterns = [
    *people.urlpatterns,
    *organizations.urlpatterns,
    *rules.urlpatterns,
    *partner_apps.urlpatterns,
]
