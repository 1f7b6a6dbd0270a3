"""Health checks for load balancers and staff on call: is the process alive, can it work?"""

import json
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

ReadinessCheck = Callable[[], str]


def database_trouble() -> str:
    """Return why PostgreSQL does not answer, or ""."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"PostgreSQL does not answer: {type(error).__name__}"
    return ""


def redis_trouble() -> str:
    """Return why Redis does not answer, or ""."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=None
    )
    try:
        client.ping()
    except redis.RedisError as error:
        return f"Redis does not answer: {type(error).__name__}"
    finally:
        client.close()
    return ""


class HealthMiddleware:
    """Answers `/healthz` (process alive) and `/readyz` (all services work).

    It comes before all other middleware, so that probes need no host name, https or session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return _answer(200, {"status": "ok"})
        if request.path == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> HttpResponse:
    """Run every check of `READINESS_CHECKS`; 200 when none returns a text, else 503.

    A 200 with the status "attention" works, and says what somebody must see to.
    """
    troubles: dict[str, str] = {}
    for path in settings.READINESS_CHECKS:
        check: ReadinessCheck = import_string(path)
        try:
            trouble = check()
        except DatabaseError as error:
            trouble = f"not checked, PostgreSQL does not answer: {type(error).__name__}"
        name = path.rsplit(".", 1)[-1].removesuffix("_trouble")
        troubles[name] = trouble or "ok"
    body: dict[str, object] = {"status": "ok", "checks": troubles}
    if any(trouble != "ok" for trouble in troubles.values()):
        return _answer(503, {**body, "status": "trouble"})
    if notices := _notices():
        # 200, as the site works: a balancer must not take it away because of one bad row.
        body |= {"status": "attention", "notices": notices}
    return _answer(200, body)


def _notices() -> dict[str, str]:
    """Return what `READINESS_NOTICES` say, by app."""
    found = {path.split(".")[0]: import_string(path)() for path in settings.READINESS_NOTICES}
    return {name: said for name, said in found.items() if said}


def _answer(status: int, body: dict[str, object]) -> HttpResponse:
    response = HttpResponse(json.dumps(body), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response
