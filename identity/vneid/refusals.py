"""Why a sign-in by VNeID did not happen: each reason with what a person reads about it."""

import enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Reason(enum.Enum):
    """Why nobody was signed in."""

    CANCELLED = "cancelled"
    NOT_BEGUN_HERE = "not begun here"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    UNREADABLE = "unreadable"
    UNTRUSTED = "untrusted"
    EXPIRED = "expired"
    LEVEL = "level"
    NO_FACTS = "no facts"
    STAFF = "staff"
    OTHER_ACCOUNT = "other account"
    OTHER_PERSON = "other person"
    OTHER_NUMBER = "other number"
    SHUT = "shut"


class Refusal(Exception):
    """A sign-in by VNeID that goes no further. detail: for the log alone; it has no personal data."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


# VNeID, or the way to it, does not work just now: later the same may succeed.
OUT_OF_ORDER = {Reason.BUSY, Reason.NO_ANSWER, Reason.UNREADABLE}

WORDS: dict[Reason, Promise] = {
    Reason.CANCELLED: _("You did not finish at VNeID, so you are not signed in."),
    Reason.NOT_BEGUN_HERE: _(
        "This sign-in was not begun in this browser, was used already, or began more than 10 minutes"
        " ago. Begin again from here."
    ),
    Reason.BUSY: _("Too many people sign in with VNeID just now. Try again in a minute."),
    Reason.NO_ANSWER: _("VNeID does not answer just now. It is not your fault. Try again later."),
    Reason.UNREADABLE: _(
        "VNeID sent an answer that cannot be read. It is not your fault. Try again later."
    ),
    Reason.UNTRUSTED: _(
        "The answer did not prove that it comes from VNeID and is meant for you, so nobody was"
        " signed in. Try again from here; if it happens again, tell the hotline."
    ),
    Reason.EXPIRED: _(
        "The answer of VNeID was too old, so nobody was signed in. Begin again from here."
    ),
    Reason.LEVEL: _(
        "Your VNeID account is not identified at level 2 yet. The police of your commune does that,"
        " with your identity card."
    ),
    Reason.NO_FACTS: _(
        "VNeID did not give your full name, date of birth and personal number, so it cannot be"
        " used here. Allow all three at VNeID, or sign in another way."
    ),
    Reason.STAFF: _(
        "Accounts of health staff are never entered by VNeID. For your own record sign in with"
        " your own phone."
    ),
    Reason.OTHER_ACCOUNT: _(
        "This VNeID belongs to another account here already. Sign out, then sign in with VNeID."
    ),
    Reason.OTHER_PERSON: _(
        "This account has the VNeID of another person already. Sign out, then sign in with yours."
    ),
    Reason.OTHER_NUMBER: _(
        "VNeID gives another personal number than before for this account, so it was not opened."
        " Call the hotline: they see what happened."
    ),
    Reason.SHUT: _("This account is shut. Call the hotline to learn why."),
}
