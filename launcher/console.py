"""What a person sees of the logs: one short line each; the whole of it stands in var/log."""

import json

# Structured events that say nothing to somebody who just looks on.
QUIET = {"request_started", "request_finished", "task_enqueued", "task_received"}
QUIET |= {"task_started", "task_succeeded"}
# Facts of an event worth their place in a short line.
TELLING = ("request", "code", "task", "error", "exception")
MOST_LETTERS = 400


def short(line: str) -> str:
    """Return the line as a person wants to read it, or an empty string for one to leave out."""
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
    """Celery says of every task that it came and went; beat says what it sent."""
    return str(facts.get("logger", "")) in {
        "celery.worker.strategy",
        "celery.app.trace",
        "celery.beat",
        "kombu.pidbox",
    }
