"""Prints docs/lifecycle.md from the table in corrections/lifecycle.py."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from corrections.clocks.deadlines import MILESTONES, Milestone
from corrections.lifecycle import (
    DECIDABLE,
    GROUND_LABELS,
    ON_A_DESK,
    OPEN,
    PARTY_LABELS,
    STATUS_LABELS,
    STEPS,
    Party,
    Status,
    Step,
)
from corrections.searched import SEARCHED_LABELS

# Task.status and Task.businessStatus of HL7's Patient Request for Corrections guide, 1.0.0 (R4), as
# a one-to-one mapping. HL7 has no word for 'kept': the task is on hold. Nor for 'expired': it was
# cancelled while information was awaited. Nor for 'cannot_confirm': attempted and not completed.
HL7: dict[Status, tuple[str, str]] = {
    Status.RECEIVED: ("received", "queued"),
    Status.QUEUED: ("ready", "queued"),
    Status.IN_REVIEW: ("in-progress", "in-review"),
    Status.WAITING: ("in-progress", "waiting-for-information"),
    Status.KEPT: ("on-hold", "in-review"),
    Status.TO_COUNTERSIGN: ("in-progress", "accepted"),
    Status.ACCEPTED: ("completed", "amendment-completed"),
    Status.PARTLY_ACCEPTED: ("completed", "partial-amendment-completed"),
    Status.REFUSED: ("completed", "denied"),
    Status.CANNOT_CONFIRM: ("failed", "denied"),
    Status.UPHELD: ("completed", "inform-rebuttal-option"),
    Status.DISAGREED: ("completed", "disagreement-logged"),
    Status.WITHDRAWN: ("cancelled", "requester-cancelled"),
    Status.EXPIRED: ("cancelled", "waiting-for-information"),
}

FORTY_EIGHT = timedelta(hours=48)

TOP = """\
# The life of a correction

Printed from `corrections/lifecycle.py` and `corrections/clocks/deadlines.py`; a test compares. Change the
code, then `./run manage print_lifecycle > docs/lifecycle.md`.
"""
OVERDUE = """\
Overdue is no status: it is the question whether an open correction, its clock running, is past
`due_at` by the database's clock. Exactly at due is still on time.

A clock is a row: it starts when the system records the proposal, stands still while the citizen is
asked (seven days in all at most; its due time and its marks move by as long), and stops at the
decision. A case that is opened again, by an appeal or because the record is still wrong, gets a
clock of its own; the old one and its breaches stay. Beside it runs the statutory clock: the first
answer of the holder within two working days (Decree 356/2025/NĐ-CP).

Reminders that were missed are dropped once a later mark has passed; breaches are written whatever
happened meanwhile, dated at the mark. Hours are those of a clock of 48 hours without a pause."""


def document() -> str:
    """Return the whole document, in English whatever language is active."""
    with override("en"):
        parts = [
            TOP,
            "```mermaid\n" + "\n".join(_diagram()) + "\n```\n",
            "## Steps\n",
            _table(["step", "on the button", "taken by", "leaves", "reaches"], _steps()),
            "`–` in *leaves*: it begins here. `–` in *reaches*: the status stays as it is.\n",
            "## Statuses, and what HL7 calls them\n",
            "As `Task.status` and `Task.businessStatus` of HL7's guide *Patient Request for "
            "Corrections* 1.0.0.\n",
            _table(["status", "on the screen", "open", "Task.status", "businessStatus"], _words()),
            "## The clock\n",
            OVERDUE + "\n",
            _table(["mark", "hours after receipt", "who is told", "breach"], _milestones()),
            "## Grounds of a refusal\n",
            _table(["ground", "on the screen"], _grounds()),
            "## Where was searched, if it cannot be confirmed\n",
            _table(["place", "on the screen"], _places()),
        ]
    return "\n".join(parts)


def _diagram() -> list[str]:
    """Return the arrows that change the status; a decision is one arrow from all open statuses."""
    inside: dict[tuple[str, str], list[str]] = {}
    outside: dict[tuple[str, str], list[str]] = {}
    for name, step in STEPS.items():
        if step.reaches is None:
            continue
        if step.leaves in (ON_A_DESK, DECIDABLE, OPEN) and step.reaches not in ON_A_DESK:
            outside.setdefault(("on_a_desk", step.reaches), []).append(name)
            continue
        starts: list[str] = [status for status in Status if status in step.leaves]
        for before in starts or ["[*]"]:
            if before == step.reaches:
                continue
            if before in ON_A_DESK:
                inside.setdefault((before, step.reaches), []).append(name)
            elif step.reaches in ON_A_DESK:
                # Some renderers cannot draw an arrow into the middle of a composite state.
                outside.setdefault((before, "on_a_desk"), []).append(name)
                inside.setdefault(("[*]", step.reaches), []).append(name)
            else:
                outside.setdefault((before, step.reaches), []).append(name)
    return [
        "stateDiagram-v2",
        *_arrows(outside, "    "),
        "    state on_a_desk {",
        *_arrows(inside, "        "),
        "    }",
        *(f"    {status} --> [*]" for status in Status if status not in OPEN),
    ]


def _arrows(labels: dict[tuple[str, str], list[str]], indent: str) -> list[str]:
    return [
        f"{indent}{before} --> {after}: {', '.join(names)}"
        for (before, after), names in labels.items()
    ]


def _steps() -> list[list[str]]:
    return [
        [f"`{name}`", str(step.label), _parties(step), _leaves(step), _code(step.reaches)]
        for name, step in STEPS.items()
    ]


def _parties(step: Step) -> str:
    return ", ".join(str(PARTY_LABELS[party]) for party in Party if party in step.taken_by)


def _leaves(step: Step) -> str:
    return ", ".join(_code(status) for status in Status if status in step.leaves) or "–"


def _words() -> list[list[str]]:
    return [
        [_code(status), str(label), "yes" if status in OPEN else "no", *map(_quote, HL7[status])]
        for status, label in STATUS_LABELS.items()
    ]


def _milestones() -> list[list[str]]:
    return [
        [
            f"`{milestone.name}`",
            f"{_hours(milestone):g}",
            milestone.tells.value,
            "yes" if milestone.is_breach else "no",
        ]
        for milestone in MILESTONES
    ]


def _hours(milestone: Milestone) -> float:
    due = datetime(2000, 1, 3, tzinfo=UTC)
    return (milestone.moment(due, FORTY_EIGHT) - due + FORTY_EIGHT) / timedelta(hours=1)


def _grounds() -> list[list[str]]:
    return [[f"`{ground.value}`", str(label)] for ground, label in GROUND_LABELS.items()]


def _places() -> list[list[str]]:
    return [[f"`{place.value}`", str(label)] for place, label in SEARCHED_LABELS.items()]


def _code(status: Status | None) -> str:
    return f"`{status.value}`" if status else "–"


def _quote(word: str) -> str:
    return f"`{word}`"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines) + "\n"


class Command(BaseCommand):
    help = "Prints docs/lifecycle.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(document(), ending="")
