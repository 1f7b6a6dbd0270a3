"""Structured logs: one JSON object per line, with ids but no name, phone, ID number or code."""

import re
from typing import Any

import structlog

from vaxreg.id_numbers import replace_numbers

# Anybody who knows the URL of an upload link or an invitation can use it.
LINK_TOKEN = re.compile(r"(?<=/upload/)[\w-]+|(?<=/invitation/)[\w-]+")


def cut_personal_numbers(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace phone and ID numbers in a log event by `[number]`, tokens in URLs by `[token]`."""
    return {key: _without_numbers(value) for key, value in event.items()}


def _without_numbers(value: Any) -> Any:
    match value:
        case str():
            return replace_numbers(LINK_TOKEN.sub("[token]", value), "[number]")
        case dict():
            return {key: _without_numbers(one) for key, one in value.items()}
        case list() | tuple() | set():
            return [_without_numbers(one) for one in value]
    return value


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.format_exc_info,
    cut_personal_numbers,
]

structlog.configure(
    processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": SHARED,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Its lines for refused pages would repeat the path; django_structlog logs requests already.
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
