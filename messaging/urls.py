"""What the SMS gateway calls; in demo mode also the inbox that shows what would have been sent."""

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
