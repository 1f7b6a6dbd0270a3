"""A site whose one page breaks with everything that a person could have typed in its hands."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt


@login_not_required
@csrf_exempt
def broken(request: HttpRequest, token: str) -> HttpResponse:
    name = request.POST["name"]
    logging.getLogger("tests").error("not stored: %s", name, extra={"phone": "0912345678"})
    logging.getLogger("tests").error(f"not stored: {name}")
    try:
        raise DatabaseError(f"Key (full_name)=({name}) already exists")
    except DatabaseError as error:
        raise ValueError(f"{name} {request.GET} {token} {request.META}") from error


urlpatterns = [
    path("upload/<str:token>/", broken, name="broken"),
    # What the error page links to.
    *(path("", include(f"{app}.urls")) for app in ("help", "watching")),
]
handler500 = "vaxreg.errors.server_error"
