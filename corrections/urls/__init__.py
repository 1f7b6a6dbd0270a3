"""Addresses of the pages, one file per audience."""

from corrections.urls import (
    citizen,
    desk,
    organizations,
    oversight,
    people,
    policy,
    review,
    statistics,
)

urlpatterns = [
    *citizen.urlpatterns,
    *review.urlpatterns,
    *oversight.urlpatterns,
    *desk.urlpatterns,
    *people.urlpatterns,
    *organizations.urlpatterns,
    *policy.urlpatterns,
    *statistics.urlpatterns,
]
