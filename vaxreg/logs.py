"""Structured logs: one JSON object per line, with ids but no name, phone, ID number or code.

They name paths without what was searched for (middleware/requests.py), and errors of PostgreSQL
without the values of the row.
"""

import re
from typing import Any

import structlog

# Any run of 9 to 12 digits may be a phone or ID number that got into a text by mistake.
DIGITS = re.compile(r"(?<![\w-])\+?\d{9,12}(?![\w-])")

# What PostgreSQL adds to an error: "Failing row contains (…)", "Key (full_name)=(…) already exists".
ROW_OF_ERROR = re.compile(
    r"^DETAIL:.*?(?=^[A-Z][\w ]+:|^Traceback|^The above|^During|\Z)", re.M | re.S
)
# Anybody who knows the URL of an upload link or an invitation can use it.
LINK_TOKEN = re.compile(r"(?<=/upload/)[\w-]+|(?<=/invitation/)[\w-]+")


def cut_personal_data(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace phone and ID numbers by `[number]`, tokens in URLs by `[token]`, rows by `[row]`."""
    for key, value in event.items():
        if isinstance(value, str):
            without_rows = ROW_OF_ERROR.sub("DETAIL: [row]\n", value)
            event[key] = LINK_TOKEN.sub("[token]", DIGITS.sub("[number]", without_rows))
    return event


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
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
