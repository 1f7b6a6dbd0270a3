"""URLs of files of reports."""

from django.urls import URLPattern, URLResolver, path

from counter.reports import views

FILE = "counter/reports/<uuid:public_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("counter/reports/", views.start, name="report-files"),
    path("counter/reports/template.xlsx", views.template, name="report-files-template"),
    path(FILE, views.one, name="report-file"),
    path(f"{FILE}columns/", views.columns, name="report-file-columns"),
    path(f"{FILE}decide/", views.decide, name="report-file-decide"),
    path(f"{FILE}marked.xlsx", views.marked_rows, name="report-file-marked"),
    path(f"{FILE}step/", views.step, name="report-file-step"),
    path(f"{FILE}undo/", views.undo, name="report-file-undo"),
]
