"""URL of the page that says how the service is."""

from django.urls import path

from watching import views

urlpatterns = [path("status/", views.status, name="status")]
