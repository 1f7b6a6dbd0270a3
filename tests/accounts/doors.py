"""Going through the real doors, step by step, and pages that only one kind of session opens."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from accounts.decorators import citizen_page, staff_page
from accounts.models import User
from accounts.sign_in import two_factor
from messaging.models import Message
from vaxreg.urls import urlpatterns as real

PASSWORD = "bốn con voi vui vẻ"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@citizen_page
def for_citizens(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a record")


@staff_page
def for_staff(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a queue")


def for_anybody_signed_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


@login_not_required
def for_everybody(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.LANGUAGE_CODE)


urlpatterns = [
    path("record/", for_citizens),
    path("review/", for_staff),
    path("both/", for_anybody_signed_in),
    path("open/", for_everybody),
    *real,
]


def make_nurse(**extra) -> User:
    """Minh, with a password and an app."""
    values = {"email": "minh@demo.sotiem.vn", "full_name": "Phạm Văn Minh", **extra}
    nurse = User.objects.create_user(password=PASSWORD, **values)
    two_factor.set_up(nurse, SECRET)
    two_factor.mark_recovery_codes_seen(nurse)
    return nurse


def app_code(user: User) -> str:
    """What the user's app shows now."""
    code = two_factor.current_code(user)
    assert code is not None
    return code[0]


def last_code(phone: str) -> str:
    """The code of the newest SMS to this number."""
    text = Message.objects.to(phone).order_by("-pk")[0].text
    found = re.search(r"#(\d{6,8})$", text)
    assert found
    return found[1]


def another_code(code: str) -> str:
    """Six digits that are not this code."""
    return f"{(int(code) + 1) % 10**6:06}"


def enter_password(client: Client, email: str = "minh@demo.sotiem.vn", password: str = PASSWORD):
    return client.post("/staff/sign-in/", {"email": email, "password": password})


def enter_code(client: Client, code: str, path: str = "/staff/sign-in/code/"):
    return client.post(path, {"code": code})


RANDOM = re.compile(
    r"csrfmiddlewaretoken\" value=\"\w+|nonce=\"[^\"]+|data-csrf=\"\w+|data-now=\"[^\"]+"
    r"|data-wait=\"\d+|'nonce-[^']+'|<time.*?</time>"
)


def comparable(response, *own: str) -> tuple[object, ...]:
    """All that a stranger can compare in an answer, less what is random or their own words."""
    body, location = response.content.decode(), response.headers.get("Location")
    for words in own:
        body = body.replace(words, "…")
    headers = {
        name: RANDOM.sub("", value)
        for name, value in response.headers.items()
        if name not in ("Content-Length", "Retry-After")
    }
    return response.status_code, location, headers, sorted(response.cookies), RANDOM.sub("", body)
