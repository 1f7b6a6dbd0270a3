"""The demo inbox; included in demo mode only."""

from django.urls import path

from messaging import views

app_name = "messaging"

urlpatterns = [path("inbox/", views.inbox, name="inbox")]
