"""Addresses of the pages, one file per audience."""

from corrections.urls import citizen, desk, oversight, policy, review

urlpatterns = [
    *citizen.urlpatterns,
    *review.urlpatterns,
    *oversight.urlpatterns,
    *desk.urlpatterns,
    *policy.urlpatterns,
]
