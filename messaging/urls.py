"""The demo inbox; included in demo mode only."""

from django.urls import path

from messaging.views import demo

app_name = "messaging"

urlpatterns = [path("inbox/", demo.inbox, name="inbox")]
