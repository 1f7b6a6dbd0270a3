"""The address of the gallery of building blocks; included in demo and debug mode only."""

from django.urls import path

from vaxreg import gallery

urlpatterns = [path("", gallery.gallery, name="ui-gallery")]
