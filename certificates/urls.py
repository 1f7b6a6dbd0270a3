"""Addresses of certificates: the keys and the list by which anybody checks them."""

from django.urls import path

from certificates.views import lists

urlpatterns = [
    path("check/keys.json", lists.keys, name="check-keys"),
    path("check/revocations", lists.revocations, name="check-revocations"),
]
