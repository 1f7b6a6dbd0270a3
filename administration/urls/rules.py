"""URLs of the ministry's pages of the rules."""

from django.urls import URLPattern, URLResolver, path

from administration.views import rules

urlpatterns: list[URLPattern | URLResolver] = [
    path("policy/", rules.overview, name="policy"),
    path("policy/rules/", rules.rules, name="policy-rules"),
    path("policy/days/", rules.days, name="policy-days"),
]
