"""The URL of the gallery of UI components; included in demo and debug mode only."""

from django.urls import path

from vaxreg.gallery import views

urlpatterns = [path("", views.gallery, name="ui-gallery")]
