"""The demo inbox: messages with their recipients and codes."""

import re

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from messaging.models import Message

SHOWN = 50
# The last line of a message with a code (WebOTP format): "@domain #123456".
CODE_LINE = re.compile(r"\n+@\S+ #(\d+)\s*$")


@login_not_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The newest messages, filtered by the parameter `to`. 404 outside demo mode."""
    if not settings.DEMO:
        raise Http404
    to = request.GET.get("to", "").strip()
    found = Message.objects.to(to) if to else Message.objects.all()
    recipients = sorted(
        set(Message.objects.order_by("-pk").values_list("recipient", flat=True)[:200])
    )
    context = {
        "messages_shown": [_shown(m) for m in found.order_by("-pk")[:SHOWN]],
        "recipients": recipients,
        "to": to,
    }
    return render(request, "messaging/inbox.html", context)


def _shown(message: Message) -> dict[str, object]:
    code = CODE_LINE.search(message.text)
    return {
        "message": message,
        "code": code[1] if code else "",
        "text": CODE_LINE.sub("", message.text),
    }
