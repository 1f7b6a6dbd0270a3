"""E-mails to the operators of an app: nothing is sent to their address any more, and what to do."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from messaging.actions import send
from messaging.models import Channel
from partners.models import Endpoint, EndpointSwitch
from vaxreg.addresses import absolute

PURPOSE = "partners.switched_off"


def tell_switched_off(endpoint: Endpoint, why: EndpointSwitch.Why, reason: str) -> None:
    """Write in Vietnamese, the language of the country's operators."""
    app = endpoint.app
    if why == EndpointSwitch.Why.OPERATORS or not app.contact_email:
        return
    values = {
        "app": app.name,
        "url": endpoint.url,
        "switch": "POST " + absolute("/api/v1/webhook/switch-on/"),
        "docs": absolute("/api/v1/docs/"),
    }
    with override(settings.LANGUAGE_CODE):
        values["why"] = ": ".join(filter(None, [str(why.label), reason]))
        if why == EndpointSwitch.Why.STAFF:
            text = _(
                "%(app)s is told of changes no more at %(url)s. The reason: %(why)s.\n\n"
                "What changes meanwhile is kept for 30 days. Only the ministry can switch it on"
                " again: answer its letter, or write to it. How it works is described at %(docs)s."
            )
        else:
            text = _(
                "%(app)s is told of changes no more at %(url)s. The reason: %(why)s.\n\n"
                "What changes meanwhile is kept for 30 days. Mend the address, then call"
                " %(switch)s: all that waits is sent. How it works is described at %(docs)s."
            )
        send(
            purpose=PURPOSE,
            channel=Channel.EMAIL,
            recipient=app.contact_email,
            subject=_("Sổ Tiêm sends nothing to %(app)s any more") % {"app": app.name},
            text=text % values,
        )
