"""The environment of a server, for tests that start a process of their own."""

import os

KEY = "only-under-test-and-never-on-a-server"


def environment(**more: str) -> dict[str, str]:
    """Return variables with which the settings of production load; `more` replaces some."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "vaxreg.settings",
        "SECRET_KEY": KEY,
        "FIELD_KEY": KEY,
        "ACCOUNTS_KEY": KEY,
        "EMAIL_URL": "smtp+tls://user:password@mail.example.vn:587",
        "DATABASE_URL": "postgres:///nobody_asks_it",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DEBUG": "0",
        "DEMO": "0",
        **more,
    }
