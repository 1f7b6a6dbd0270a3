"""Addresses of the ministry's pages of the rules."""

from django.urls import URLPattern, URLResolver, path

from corrections.views import policy

urlpatterns: list[URLPattern | URLResolver] = [
    path("policy/", policy.overview, name="policy"),
    path("policy/rules/", policy.rules, name="policy-rules"),
    path("policy/days/", policy.days, name="policy-days"),
]
