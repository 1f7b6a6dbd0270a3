"""Addresses of the site staff’s pages."""

from django.urls import URLPattern, URLResolver, path

from corrections.views import case, review

urlpatterns: list[URLPattern | URLResolver] = [
    path("review/", review.queue_page, name="queue"),
    path("review/next/", review.take_next, name="queue-next"),
    path("review/news/", review.news, name="queue-news"),
    path("review/<str:reference>/", case.case_page, name="case"),
    path("review/<str:reference>/decide/", case.decide, name="case-decide"),
    path("review/<str:reference>/pick-up/", case.take, {"step": "pick-up"}, name="case-pick-up"),
    path(
        "review/<str:reference>/give-back/", case.take, {"step": "give-back"}, name="case-give-back"
    ),
]
