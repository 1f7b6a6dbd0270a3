"""URLs of the administration pages, one file per subject."""

from administration.urls import organizations, people, rules

urlpatterns = [
    *people.urlpatterns,
    *organizations.urlpatterns,
    *rules.urlpatterns,
]
