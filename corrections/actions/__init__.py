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
    appeal_desk_or_reason,
    confirm,
    log_disagreement,
    reopen,
    reopenable_until,
    withdraw,
)
from corrections.actions.deciding import (
    SamePerson,
    accept,
    cannot_confirm,
    countersign,
    hand_back,
    may_countersign,
    ready_sentence,
    refuse,
    second_person_reasons,
)
from corrections.actions.delaying import NotToBeTakenBack, carry_out, decide, take_back
from corrections.actions.desk import ask, call, give_back, keep, note, pass_on, pick_up
from corrections.actions.oversight import NobodyThere, escalate, reassign, remind, take_over
from corrections.actions.reactions import dismiss, rate, restore
from corrections.actions.system import expire, give_up_claims, release, route
from corrections.actions.turn import (
    AlreadyOpen,
    CannotReceive,
    HeldByColleague,
    IdentityNotVerified,
    StalePage,
    leave_errand,
    moves_version,
)

__all__ = [
    "AlreadyOpen",
    "CannotReceive",
    "HeldByColleague",
    "IdentityNotVerified",
    "NobodyAbove",
    "NobodyThere",
    "NotToBeTakenBack",
    "SamePerson",
    "StalePage",
    "TooLate",
    "accept",
    "add_photo",
    "answer",
    "appeal",
    "appeal_desk_or_reason",
    "ask",
    "call",
    "cannot_confirm",
    "carry_out",
    "confirm",
    "countersign",
    "decide",
    "dismiss",
    "escalate",
    "expire",
    "give_back",
    "give_up_claims",
    "hand_back",
    "keep",
    "leave_errand",
    "log_disagreement",
    "may_countersign",
    "moves_version",
    "note",
    "pass_on",
    "pick_up",
    "rate",
    "ready_sentence",
    "reassign",
    "refuse",
    "release",
    "remind",
    "reopen",
    "reopenable_until",
    "restore",
    "route",
    "second_person_reasons",
    "take_back",
    "take_over",
    "withdraw",
]
