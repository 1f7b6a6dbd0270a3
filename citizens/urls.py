"""URLs of opening and starting a record, of its documents, and of who may open it."""

from django.urls import URLPattern, URLResolver, path

from citizens import link_views, views
from citizens.family import views as family_views
from citizens.papers import views as paper_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("record/open/", views.open_record, name="record-open"),
    path("record/asked/", views.asked, name="record-asked"),
    path("record/who/", link_views.who, name="record-who"),
    path("record/family/", family_views.ask, name="family-ask"),
    path("record/family/<uuid:public_id>/", family_views.asked, name="family-request"),
    path("record/family/<uuid:public_id>/answer/", family_views.answer, name="family-answer"),
    path("record/links/end/", link_views.end, name="record-link-end"),
    path("record/not-me/<str:token>/", link_views.not_me, name="record-not-me"),
    path("record/documents/", paper_views.documents_page, name="record-documents"),
    path("record/documents/withdraw/", paper_views.withdraw, name="record-document-withdraw"),
    path("record/start/", views.start_record, name="record-start"),
    path("record/areas/", views.areas, name="record-areas"),
]
