"""The verbs: the only code that writes a correction. Pages, API, hotline and Celery call them.

Each verb locks the row, asks lifecycle.py whether this party may take the step from this status,
and stores the effect, the event and an outbox row for what must follow, in one transaction. No
message is sent before the commit.
"""

from corrections.actions.citizen import (
    NobodyAbove,
    TooLate,
    add_photo,
    answer,
    appeal,
    appealable,
    back_until,
    confirm,
    log_disagreement,
    reopen,
    withdraw,
)
from corrections.actions.deciding import (
    SamePerson,
    accept,
    countersign,
    hand_back,
    may_be_second,
    refuse,
    why_second,
)
from corrections.actions.desk import ask, give_back, keep, note, pass_on, pick_up
from corrections.actions.oversight import escalate, reassign, remind, take_over
from corrections.actions.system import expire, give_up_claims, release, route
from corrections.actions.turn import (
    AlreadyOpen,
    CannotReceive,
    HeldByColleague,
    StalePage,
    leave_errand,
    moves_version,
)

__all__ = [
    "AlreadyOpen",
    "CannotReceive",
    "HeldByColleague",
    "NobodyAbove",
    "SamePerson",
    "StalePage",
    "TooLate",
    "accept",
    "add_photo",
    "answer",
    "appeal",
    "appealable",
    "ask",
    "back_until",
    "confirm",
    "countersign",
    "escalate",
    "expire",
    "give_back",
    "give_up_claims",
    "hand_back",
    "keep",
    "leave_errand",
    "log_disagreement",
    "may_be_second",
    "moves_version",
    "note",
    "pass_on",
    "pick_up",
    "reassign",
    "refuse",
    "release",
    "remind",
    "reopen",
    "route",
    "take_over",
    "why_second",
    "withdraw",
]
