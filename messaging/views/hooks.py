"""The address for the SMS gateway's delivery receipts, signed with a shared secret."""

import hashlib
import hmac
import json
import time
import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging import receipts

# Seconds by which a receipt's time may differ from ours: prevents replay of an old one.
FRESH = 300


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return the HMAC-SHA256, in hexadecimal, of `<seconds since 1970>.<body>`."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


@csrf_exempt
@login_not_required
@require_POST
def sms_receipt(request: HttpRequest) -> HttpResponse:
    """Store `{"id": …, "state": "delivered" | "failed" | "undeliverable"}`; repeats are harmless.

    Headers: X-Timestamp, X-Signature. The gateway should repeat a call with any answer but 204.
    """
    moment = request.headers.get("X-Timestamp", "")
    given = request.headers.get("X-Signature", "")
    secret = settings.SMS_RECEIPT_SECRET
    is_fresh = moment.isdecimal() and abs(time.time() - int(moment)) <= FRESH
    expected = signature(secret, moment, request.body)
    if not secret or not is_fresh or not hmac.compare_digest(expected, given):
        raise PermissionDenied
    try:
        told = json.loads(request.body)
        key, state = uuid.UUID(told["id"]), str(told["state"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return HttpResponse(status=400)
    receipts.record_receipt(key, state)
    return HttpResponse(status=204)
