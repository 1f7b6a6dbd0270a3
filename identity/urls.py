"""URLs of the sign-in by VNeID."""

from django.urls import URLPattern, URLResolver, path

from identity import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/vneid/", views.start, name="vneid"),
    path("sign-in/vneid/back/", views.back, name="vneid-back"),
    path("account/vneid/", views.add, name="vneid-add"),
]
