"""Addresses of the pages, one file per audience."""

from corrections.urls import citizen, oversight, policy, review

urlpatterns = [
    *citizen.urlpatterns,
    *review.urlpatterns,
    *oversight.urlpatterns,
    *policy.urlpatterns,
]
