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
) -> HttpResponse:
    """Return a 429 page with a link to the page named `again`; no `retry_at`: retry at once."""
    context = {"retry_at": retry_at, "again": reverse(again)}
    response = render(request, template, context, status=status)
    if retry_at:
        seconds = math.ceil((retry_at - db_time.now()).total_seconds())
        response.headers["Retry-After"] = str(max(1, seconds))
    return response
