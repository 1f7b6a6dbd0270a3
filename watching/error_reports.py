"""Reports of errors to Sentry or whatever speaks its language, without personal data (SENTRY_DSN).

A report is made anew of what cannot name a person: the kinds of errors, the lines of our code, the
pattern of the address. What an error says is left out: it may quote a name. Nothing is taken from
requests, so a request without an error costs nothing.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger
from sentry_sdk.types import Event, Hint

# What a report keeps of the library's own, of an error, and of a line of the stack.
KEPT = ("event_id", "timestamp", "level", "platform", "environment", "release", "sdk", "logger")
OF_ERROR = ("type", "module")
OF_FRAME = ("filename", "module", "function", "lineno", "in_app", "context_line")
# Names of events, as in log.error("database_unavailable").
EVENT_NAME = re.compile(r"[a-z][a-z_]{2,60}")


def start() -> None:
    """Send reports from now on, where SENTRY_DSN says so."""
    if not settings.SENTRY_DSN:
        return
    # It logs once more what Django logs with the address.
    ignore_logger("django_structlog.middlewares.request")
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        before_send=scrubbed,
        # Django and Celery log each error that nobody caught; more is not needed.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            ExcepthookIntegration(),
            DedupeIntegration(),
            AtexitIntegration(callback=lambda _pending, _timeout: None),
        ],
        include_local_variables=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        propagate_traces=False,
        auto_session_tracking=False,
        send_client_reports=False,
        enable_metrics=False,
        server_name="",
    )


def scrubbed(event: Event, hint: Hint) -> Event | None:
    """Return a report that has nothing in it but what is known to say nothing about a person."""
    of_library: Mapping[str, Any] = event
    report: dict[str, Any] = {name: of_library[name] for name in KEPT if name in of_library}
    record = hint.get("log_record")
    if record is not None:
        report["logentry"] = {"message": _template(record)}
        report["tags"] = {"route": _route(record)}
        # Places in our code: two errors without words of their own must not become one.
        report["culprit"] = f"{record.module}.{record.funcName}:{record.lineno}"
    errors = of_library.get("exception", {}).get("values", [])
    if errors:
        report["exception"] = {"values": [_error(one) for one in errors]}
    return report  # type: ignore[return-value]


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: error[name] for name in OF_ERROR if error.get(name)}
    frames = (error.get("stacktrace") or {}).get("frames", [])
    kept["stacktrace"] = {
        "frames": [{name: one[name] for name in OF_FRAME if name in one} for one in frames]
    }
    return kept


def _template(record: logging.LogRecord) -> str:
    """Return what was logged, before values were put into it; "" where they may be in it already."""
    said = record.msg
    if isinstance(said, dict):
        # By structlog.
        said = said.get("event", "")
    if isinstance(said, str) and (record.args or EVENT_NAME.fullmatch(said)):
        return said if not isinstance(record.msg, dict) or EVENT_NAME.fullmatch(said) else ""
    return ""


def _route(record: logging.LogRecord) -> str:
    """Return the pattern of the address that was asked for, never the address itself."""
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return f"/{match.route}" if match else "(none)"
