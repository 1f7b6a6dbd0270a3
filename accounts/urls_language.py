"""The language switch, under the name that Django gives it."""

from django.urls import path

from accounts.views import account

urlpatterns = [path("setlang/", account.choose_language, name="set_language")]
