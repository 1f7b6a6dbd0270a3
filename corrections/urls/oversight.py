"""Addresses of the health officers’ pages."""

from django.urls import URLPattern, URLResolver, path

from corrections.views import oversight, oversight_steps

urlpatterns: list[URLPattern | URLResolver] = [
    path("oversight/", oversight.overview, name="oversight"),
    path("oversight/report.csv", oversight.download, name="oversight-csv"),
    path("oversight/cases/", oversight.cases, name="oversight-cases"),
    path("oversight/cases/<str:reference>/", oversight.case, name="oversight-case"),
    path(
        "oversight/cases/<str:reference>/remind/", oversight_steps.remind, name="oversight-remind"
    ),
    path(
        "oversight/cases/<str:reference>/reassign/",
        oversight_steps.reassign,
        name="oversight-reassign",
    ),
    path(
        "oversight/cases/<str:reference>/take-over/",
        oversight_steps.take_over,
        name="oversight-take-over",
    ),
    path("oversight/cases/<str:reference>/note/", oversight_steps.note, name="oversight-note"),
    path(
        "oversight/cases/<str:reference>/countersign/",
        oversight_steps.sign,
        {"step": "countersign"},
        name="oversight-countersign",
    ),
    path(
        "oversight/cases/<str:reference>/hand-back/",
        oversight_steps.sign,
        {"step": "hand-back"},
        name="oversight-hand-back",
    ),
    path("oversight/sites/<uuid:public_id>/", oversight.site, name="oversight-site"),
    path(
        "oversight/sites/<uuid:public_id>/remind/",
        oversight_steps.remind_site,
        name="oversight-remind-site",
    ),
]
