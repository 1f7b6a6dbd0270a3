"""What every answer carries, whatever it is: a page, a redirect, an error, JSON, a photo."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.files.storage import InMemoryStorage
from django.test import Client
from django.urls import path

from corrections.models import Draft
from corrections.photos.evidence import store
from tests.production import environment
from vaxreg import urls
from vaxreg.photos.cleaning import Picture
from vaxreg.urls import urlpatterns as real

handler403, handler404, handler500 = urls.handler403, urls.handler404, urls.handler500
PHOTO = Picture(whole=b"\xff\xd8 whole", preview=b"\xff\xd8 preview", width=4, height=3)
HTTPS = """
import django
from django.conf import settings
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
django.setup()
from django.test import Client
def safe(path, **more):
    return Client(SERVER_NAME="sotiem.example.vn").get(path, **more)
redirected = safe("/")
page = safe("/sign-in/", secure=True)
print(redirected.status_code, redirected["Location"])
print(page.status_code, page["Strict-Transport-Security"])
for name, cookie in sorted(page.cookies.items()):
    print(name, bool(cookie["secure"]), bool(cookie["httponly"]), cookie["samesite"], cookie["path"])
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
print(safe("/healthz").status_code)
"""


def breaks(request):
    raise RuntimeError("on purpose")


breaks.login_required = False
urlpatterns = [*real, path("breaks/", breaks)]


@pytest.fixture(autouse=True)
def with_a_page_that_breaks(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def quiet():
    return Client(raise_request_exception=False)


@pytest.fixture
def photo(world, monkeypatch):
    storage = InMemoryStorage()
    monkeypatch.setattr("corrections.photos.evidence.default_storage", storage)
    monkeypatch.setattr("portal.views.photos.default_storage", storage)
    draft = Draft.objects.create(user=world.user("lan"), citizen=world.citizens["lan"])
    return store(draft, PHOTO, by=world.user("lan"))


def require_safe_headers(answer):
    csp = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in csp
    assert "frame-ancestors 'none'" in csp
    assert "unsafe" not in csp
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/sign-in/", 200),
        ("/record/", 302),
        ("/no-such-page/", 404),
        ("/breaks/", 500),
        ("/api/v1/records/", 401),
        ("/api/v1/no-such-thing/", 404),
        ("/demo/inbox/", 200),
    ],
)
def test_every_kind_of_answer_carries_safe_headers(quiet, address, status):
    answer = quiet.get(address)

    assert answer.status_code == status
    require_safe_headers(answer)


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_with_safe_headers():
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"phone": "0912345678"})

    assert answer.status_code == 403
    require_safe_headers(answer)


def test_a_photo_is_sent_as_a_photo_only(photo, as_citizen, world):
    answer = as_citizen(world.user("lan")).get(f"/corrections/evidence/{photo.public_id}/")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    require_safe_headers(answer)


@pytest.mark.django_db
def test_scripts_run_by_a_nonce_that_is_new_for_each_answer(quiet):
    first, second = quiet.get("/sign-in/"), quiet.get("/sign-in/")
    nonces = [
        answer.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
        for answer in (first, second)
        if "'nonce-" in answer.headers["Content-Security-Policy"]
    ]

    assert len(set(nonces)) == len(nonces)
    for answer, nonce in zip((first, second), nonces, strict=False):
        assert f'nonce="{nonce}"' in answer.content.decode()


def test_over_https_cookies_are_bound_to_the_host_and_the_host_to_https():
    done = subprocess.run(
        [sys.executable, "-c", HTTPS],
        cwd=settings.BASE_DIR,
        env=environment(
            DATABASE_URL=os.environ["DATABASE_URL"],
            REDIS_URL=os.environ["REDIS_URL"],
            HTTPS="1",
            ALLOWED_HOSTS="sotiem.example.vn",
        ),
        capture_output=True,
        text=True,
        check=False,
    )

    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert said[0] == "301 https://sotiem.example.vn/"
    assert said[1] == "200 max-age=63072000; includeSubDomains; preload"
    assert "__Host-csrf True True Lax /" in said
    assert said[-2] == "__Host-session __Host-csrf __Host-language"
    assert said[-1] == "200"
