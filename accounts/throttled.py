"""The page for users who tried too often: until when to wait, and whom to call meanwhile."""

import math
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from vaxreg import db_time


def too_many(
    request: HttpRequest,
    retry_at: datetime | None,
    *,
    again: str,
    status: int = 429,
    template: str = "accounts/too_many.html",
    **more: str,
) -> HttpResponse:
    """Return a 429 page with a link to the page named `again`; no `retry_at`: retry at once.

    `more` is what another template needs besides.
    """
    context = {"retry_at": retry_at, "again": reverse(again), **more}
    response = render(request, template, context, status=status)
    if retry_at:
        response.headers["Retry-After"] = str(seconds_until(retry_at))
    return response


def seconds_until(moment: datetime) -> int:
    """Return the whole seconds until then, one at least, as the header Retry-After has them."""
    return max(1, math.ceil((moment - db_time.now()).total_seconds()))
