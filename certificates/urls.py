"""Addresses of certificates: checking them, a shared one, the keys and the list for programs."""

from django.urls import path

from certificates.check.views import page
from certificates.views import lists, shared

urlpatterns = [
    path("check/", page, name="check"),
    path("check/keys.json", lists.keys, name="check-keys"),
    path("check/revocations", lists.revocations, name="check-revocations"),
    path("shared/<str:token>/", shared.shared, name="shared"),
]
