"""URLs of imports of doses."""

from django.urls import URLPattern, URLResolver, path

from recording.imports import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("recording/imports/", views.start, name="dose-imports"),
    path("recording/imports/template.xlsx", views.template, name="dose-import-template"),
    path("recording/imports/<uuid:public_id>/", views.one, name="dose-import"),
    path("recording/imports/<uuid:public_id>/columns/", views.columns, name="dose-import-columns"),
    path("recording/imports/<uuid:public_id>/decide/", views.decide, name="dose-import-decide"),
    path(
        "recording/imports/<uuid:public_id>/marked.xlsx",
        views.marked_rows,
        name="dose-import-marked",
    ),
    path("recording/imports/<uuid:public_id>/undo/", views.undo, name="dose-import-undo"),
    path(
        "recording/imports/<uuid:public_id>/write/",
        views.step,
        {"verb": "write"},
        name="dose-import-write",
    ),
    path(
        "recording/imports/<uuid:public_id>/stop/",
        views.step,
        {"verb": "stop"},
        name="dose-import-stop",
    ),
    path(
        "recording/imports/<uuid:public_id>/cancel/",
        views.step,
        {"verb": "cancel"},
        name="dose-import-cancel",
    ),
]
