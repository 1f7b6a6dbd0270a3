"""Every address of the product, one line per room."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from vaxreg import errors

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("corrections.urls")),
    path("", include("accounts.urls")),
    path("i18n/", include("accounts.urls_language")),
    path("api/v1/", include("corrections.api.urls")),
]
if settings.DEMO:
    urlpatterns += [path("demo/", include("messaging.urls"))]
if settings.DEBUG or settings.DEMO:
    from vaxreg import gallery

    urlpatterns += [path("ui/", gallery.gallery, name="ui-gallery")]

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
