"""URLs for the SMS gateway's receipts and, in demo mode, for the demo inbox."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from messaging.views import demo
from messaging.views.hooks import sms_receipt

urlpatterns: list[URLPattern | URLResolver] = [
    path("hooks/sms/", sms_receipt, name="sms-receipt"),
]
if settings.DEMO:
    pages = [path("inbox/", demo.inbox, name="inbox")]
    urlpatterns += [path("demo/", include((pages, "messaging")))]
