"""Log lines as shown on the console: one short line each; var/log has them in full."""

import json

# Log events that are of no interest on the console.
QUIET = {"request_started", "request_finished", "task_enqueued", "task_received"}
QUIET |= {"task_started", "task_succeeded"}
# Keys of an event that a short line shows.
TELLING = ("request", "code", "task", "error", "exception")
MOST_LETTERS = 400


def short(line: str) -> str:
    """Return the line shortened for the console, or "" to omit it."""
    line = line.rstrip()
    if not line.startswith("{"):
        return line[:MOST_LETTERS]
    try:
        facts = json.loads(line)
    except ValueError:
        return line[:MOST_LETTERS]
    event = str(facts.get("event", ""))
    level = str(facts.get("level", "info"))
    if level in {"debug", "info"} and (event in QUIET or _is_routine(facts)):
        return ""
    words = [event if level == "info" else f"{level.upper()} {event}"]
    words += [f"{name}={facts[name]}" for name in TELLING if facts.get(name) not in (None, "")]
    return " ".join(words)[:MOST_LETTERS]


def _is_routine(facts: dict[str, object]) -> bool:
    """Whether it is one of the lines that Celery and beat write for every task."""
    return str(facts.get("logger", "")) in {
        "celery.worker.strategy",
        "celery.app.trace",
        "celery.beat",
        "kombu.pidbox",
    }
