"""Addresses of the site staff’s pages."""

from django.urls import URLPattern, URLResolver, path

from corrections.views import case, notes, review, steps

urlpatterns: list[URLPattern | URLResolver] = [
    path("review/notes/<uuid:public_id>/read/", notes.mark_read, name="note-read"),
    path("review/", review.queue_page, name="queue"),
    path("review/next/", review.take_next, name="queue-next"),
    path("review/news/", review.news, name="queue-news"),
    path("review/<str:reference>/", case.case_page, name="case"),
    path("review/<str:reference>/decide/", case.decide, name="case-decide"),
    path("review/<str:reference>/pick-up/", case.take, {"step": "pick-up"}, name="case-pick-up"),
    path(
        "review/<str:reference>/give-back/", case.take, {"step": "give-back"}, name="case-give-back"
    ),
    path("review/<str:reference>/ask/", steps.ask, name="case-ask"),
    path("review/<str:reference>/pass-on/", steps.pass_on, name="case-pass-on"),
    path("review/<str:reference>/note/", steps.desk_note, name="case-note"),
    path(
        "review/<str:reference>/countersign/",
        steps.desk_sign,
        {"step": "countersign"},
        name="case-countersign",
    ),
    path(
        "review/<str:reference>/hand-back/",
        steps.desk_sign,
        {"step": "hand-back"},
        name="case-hand-back",
    ),
]
