"""A server with unsafe settings says so, with the remedy, and does not start."""

import subprocess
import sys

import pytest
from django.conf import settings

from tests.production import KEY, environment

DEMO = {"DEMO": "1", "HTTPS": "0"}
STORE = {
    "PRIVATE_FILES_S3_URL": "https://s3.example.vn",
    "PRIVATE_FILES_S3_BUCKET": "photos",
    "PRIVATE_FILES_S3_KEY": "vaxreg",
    "PRIVATE_FILES_S3_SECRET": KEY,
}
PRINT = "import vaxreg.settings as s; print(s.SECRET_KEY_FALLBACKS, s.ACCOUNTS_KEYS, s.EMAIL_HOST)"


def started(**changed: str) -> subprocess.CompletedProcess[str]:
    """Load the settings with these variables changed; an empty value leaves one out."""
    named = {name: value for name, value in environment(**changed).items() if value}
    return subprocess.run(
        [sys.executable, "-c", PRINT],
        cwd=settings.BASE_DIR,
        env=named,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "x" * 31}, "SECRET_KEY has a key of 31 bytes and needs 32"),
        ({"SECRET_KEY_FALLBACKS": "short"}, "SECRET_KEY has a key of 5 bytes"),
        ({"FIELD_KEY": ""}, "FIELD_KEY is not set"),
        ({"FIELD_KEY": "short"}, "FIELD_KEY has a key of 5 bytes"),
        ({"FIELD_KEY": f"{KEY},short"}, "FIELD_KEY has a key of 5 bytes"),
        ({"ACCOUNTS_KEY": ""}, "ACCOUNTS_KEY is not set"),
        ({"ACCOUNTS_KEY": "short"}, "ACCOUNTS_KEY has a key of 5 bytes"),
        ({"EMAIL_URL": ""}, "EMAIL_URL is not set"),
        ({"WORK_TRIES": "1"}, "WORK_TRIES is below 2"),
        ({"EMAIL_URL": "consolemail://"}, "prints e-mails to the log"),
        ({"DEMO": "1", "HTTPS": "1"}, "DEMO=1 shows the codes of everybody"),
        ({**DEMO, "SECRET_KEY": "short"}, "SECRET_KEY has a key of 5 bytes"),
        ({**STORE, "PRIVATE_FILES_S3_SECRET": ""}, "PRIVATE_FILES_S3_SECRET not: no photo"),
        ({**STORE, "PRIVATE_FILES_S3_URL": "http://store:8333"}, "anybody on the way could read"),
        ({**STORE, "PRIVATE_FILES_S3_ENCRYPTION": "none"}, "neither AES256 nor aws:kms"),
    ],
)
def test_an_unsafe_setting_is_named_and_stops_the_start(changed, words):
    done = started(**changed)

    assert done.returncode != 0
    assert words in done.stderr
    assert "ImproperlyConfigured" in done.stderr


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {**DEMO, "FIELD_KEY": "", "ACCOUNTS_KEY": "", "EMAIL_URL": ""},
        {"DEBUG": "1", "HTTPS": "0", "FIELD_KEY": "", "ACCOUNTS_KEY": "", "EMAIL_URL": ""},
        {"FIELD_KEY": f"{KEY} new,{KEY}", "ACCOUNTS_KEY": f"{KEY} new,{KEY}"},
        {**STORE, "PRIVATE_FILES_S3_URL": "http://store:8333", "PRIVATE_FILES_S3_HTTP": "1"},
    ],
    ids=["production", "demo", "debug", "keys being renewed", "object store"],
)
def test_safe_settings_start(changed):
    done = started(**changed)

    assert done.returncode == 0, done.stderr


def test_keys_that_were_replaced_come_from_the_environment():
    done = started(SECRET_KEY_FALLBACKS=f"{KEY} one,{KEY} two", ACCOUNTS_KEY=f"{KEY} new,{KEY} old")

    assert done.stdout.splitlines() == [
        f"['{KEY} one', '{KEY} two'] ['{KEY} new', '{KEY} old'] mail.example.vn"
    ]
