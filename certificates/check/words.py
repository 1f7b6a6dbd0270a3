"""What the page says for each answer: a word, its colour and icon, and what to do next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from certificates.checking import Answer, Checked
from vaxreg import ui

# A browser without a connection whose list is too old: the signature is right, the rest unknown.
UNSURE = "unsure"


@dataclass(frozen=True)
class Verdict:
    """The words of one answer. tone: valid, warning, revoked or unknown, as in check.css."""

    answer: str
    tone: str
    icon: str
    title: Promise
    advice: Promise
    # Whether the certificate is one of ours, so that there are facts to compare.
    has_facts: bool = True


@dataclass(frozen=True)
class Fact:
    """One line below an answer; the value is empty where a script fills it in."""

    key: str
    label: Promise
    value: str


# Filled in by check.js, times as pages write them.
PHRASES = {
    "here": gettext_lazy(
        "Checked at %(time)s on this device, without the server; list of %(list)s"
    ),
    "bare": gettext_lazy(
        "Checked at %(time)s on this device, without the server and without a list"
    ),
    "ready": gettext_lazy(
        "Also works without a connection. List of replaced and revoked certificates: %(time)s."
    ),
}

_COMPARE = gettext_lazy("Compare name and year of birth with an identity paper.")

VERDICTS = {
    one.answer: one
    for one in (
        Verdict(Answer.VALID, "valid", "circle-check", gettext_lazy("Valid"), _COMPARE),
        Verdict(
            Answer.REPLACED,
            "warning",
            "refresh-cw",
            gettext_lazy("Replaced"),
            gettext_lazy("A newer certificate took its place. Ask for the new one."),
        ),
        Verdict(
            Answer.REVOKED,
            "revoked",
            "ban",
            gettext_lazy("Revoked"),
            gettext_lazy("It does not count any more. Its holder sees why in their own record."),
        ),
        Verdict(
            Answer.EXPIRED,
            "warning",
            "calendar-x",
            gettext_lazy("Expired"),
            gettext_lazy("Ask for a new one: its holder makes it in their own record."),
        ),
        Verdict(
            Answer.NOT_YET,
            "warning",
            "calendar-clock",
            gettext_lazy("Not valid yet"),
            gettext_lazy("It begins later. Is the clock of this device right?"),
        ),
        Verdict(
            UNSURE,
            "warning",
            "circle-question-mark",
            gettext_lazy("Genuine, but perhaps replaced"),
            gettext_lazy("Connect to the internet and check again, or ask for a newer one."),
        ),
        Verdict(
            Answer.NOT_OURS,
            "unknown",
            "circle-question-mark",
            gettext_lazy("Not a certificate of Sổ Tiêm"),
            gettext_lazy("This page cannot say anything about it. Ask for the QR code of Sổ Tiêm."),
            has_facts=False,
        ),
        Verdict(
            Answer.DAMAGED,
            "unknown",
            "file-x",
            gettext_lazy("Damaged or changed"),
            gettext_lazy("It proves nothing like this. Scan it again, the whole QR code in sight."),
            has_facts=False,
        ),
    )
}


def facts(verdict: Verdict, checked: Checked | None = None) -> Iterator[Fact]:
    """Yield the lines below an answer; without `checked` every line a script may fill in."""
    if not verdict.has_facts:
        return
    lines = (
        ("name", gettext_lazy("Name, shortened"), checked and checked.name),
        ("born", gettext_lazy("Year of birth"), checked and checked.born),
        ("vaccine", gettext_lazy("Vaccine"), checked and checked.vaccine),
        ("given_on", gettext_lazy("Given on"), checked and _day(checked.given_on)),
        ("dose", gettext_lazy("Dose"), checked and checked.dose),
        (
            "expires_at",
            gettext_lazy("Valid until"),
            checked and checked.expires_at and ui.day(checked.expires_at),
        ),
        (
            "ended_at",
            gettext_lazy("Counts no more since"),
            checked and checked.ended_at and ui.minute(checked.ended_at),
        ),
    )
    for key, label, value in lines:
        if value or checked is None:
            yield Fact(key, label, value or "")


def _day(written: str) -> str:
    """Write an ISO date as pages do; what is no whole date stays as it is."""
    try:
        return ui.day(date.fromisoformat(written))
    except ValueError:
        return written
