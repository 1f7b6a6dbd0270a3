"""Structured logs: one JSON object per line, with ids but no name, phone, ID number or code.

They name paths without what was searched for (middleware/requests.py), and errors of PostgreSQL
without the values of the row.
"""

import re
from typing import Any

import structlog

from vaxreg.typed.numbers_in_text import replace_numbers

# What PostgreSQL adds to an error: "Failing row contains (…)", "Key (full_name)=(…) already exists".
ROW_OF_ERROR = re.compile(
    r"^DETAIL:.*?(?=^[A-Z][\w ]+:|^Traceback|^The above|^During|\Z)", re.M | re.S
)
# Anybody who knows the URL of an upload link, an invitation or a shared certificate can use it.
LINK_TOKEN = re.compile(r"(?<=/upload/)[\w-]+|(?<=/invitation/)[\w-]+|(?<=/shared/)[\w-]+")


def cut_personal_data(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace phone and ID numbers by `[number]`, tokens in URLs by `[token]`, rows by `[row]`."""
    return {key: _cut(value) for key, value in event.items()}


def _cut(value: Any) -> Any:
    match value:
        case str():
            without_rows = ROW_OF_ERROR.sub("DETAIL: [row]\n", value)
            return replace_numbers(LINK_TOKEN.sub("[token]", without_rows), "[number]")
        case dict():
            return {key: _cut(one) for key, one in value.items()}
        case list() | tuple() | set():
            return [_cut(one) for one in value]
    return value


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.format_exc_info,
    cut_personal_data,
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
        # For each PDF it lists the letters that stand in it.
        "fontTools": {"level": "WARNING"},
        # At DEBUG they would write whole requests, photos included.
        **{name: {"level": "WARNING"} for name in ("boto3", "botocore", "s3transfer", "urllib3")},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
