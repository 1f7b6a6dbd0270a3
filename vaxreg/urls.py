"""Every address of the product, one line per room."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from accounts.decorators import citizen_page
from messaging.views import citizen as inbox
from messaging.views.choices import choice
from messaging.views.hooks import sms_receipt
from vaxreg import errors

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("corrections.urls")),
    path("", include("uptake.urls")),
    path("", include("accounts.urls")),
    # Messaging is below accounts and cannot say itself for whom its pages are.
    path("messages/", citizen_page(inbox.inbox), name="messages"),
    path("messages/<uuid:key>/again/", citizen_page(inbox.send_again), name="message-again"),
    path("messages/choice/<str:token>/", choice, name="message-choice"),
    path("hooks/sms/", sms_receipt, name="sms-receipt"),
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
