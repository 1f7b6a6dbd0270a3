"""Addresses of the pages, one file per audience."""

from corrections.urls import citizen, desk, oversight, people, policy, review, statistics

urlpatterns = [
    *citizen.urlpatterns,
    *review.urlpatterns,
    *oversight.urlpatterns,
    *desk.urlpatterns,
    *people.urlpatterns,
    *policy.urlpatterns,
    *statistics.urlpatterns,
]
