"""What was found in a row of reports, in words: by column and code, as `ReportRow.findings` stores it."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from counter.reports.columns import BY_NAME
from recording.imports import findings
from recording.imports.findings import Finding, Vocabulary

# Codes that only warn, or say what becomes of the row; all others leave it out.
WARNINGS = frozenset(
    {
        *("zeros", "no_phone", "other_year_or_sex", "no_sex", "converted", "no_time"),
        *("no_site", "several_sites", "stands", "not_needed", "open", "begun", "closed_since"),
    }
)
WORDS: dict[str, Promise] = {
    **findings.WORDS,
    "before_start": gettext_lazy(
        "It lies before 08/03/2021, the day of the first dose against COVID-19 in Viet Nam."
    ),
    "no_channel": gettext_lazy("Write message, letter, or call."),
    "no_kind": gettext_lazy("Write missing dose, or wrong fact."),
    "no_fact": gettext_lazy(
        "“%(line)s” is no fact. Write for example date given, lot number, full name, ID number."
    ),
    "both": gettext_lazy("A dose and a person are two reports: give each a row of its own."),
    "not_as_many": gettext_lazy("There must be as many right values as wrong facts, between “;”."),
    "not_needed": gettext_lazy("A missing dose has no wrong fact; this is left out."),
    "no_month": gettext_lazy("The month is missing."),
    "no_phone_right": gettext_lazy("This is no phone number."),
    "no_sex_right": gettext_lazy("This is neither male nor female."),
    "no_dose_named": gettext_lazy("Say which dose is missing, or on which day it was."),
    "which_dose": gettext_lazy("Say which dose it is: its number, or its date on record."),
    "no_site": gettext_lazy("No site has this name; it goes along in the person’s words."),
    "several_sites": gettext_lazy(
        "Several sites have these words in their names; they go along in the person’s words."
    ),
    "near": gettext_lazy("A record that may be this person’s exists. Decide whose it is."),
    "nobody": gettext_lazy("Nobody on record is like this person. Decide what is to be done."),
    "own": gettext_lazy("This is you or your family. A colleague records this report."),
    "no_dose": gettext_lazy("No dose on this record has this number and date."),
    "several_doses": gettext_lazy("Several doses on this record have this number or date."),
    "same": gettext_lazy("The record says so already."),
    "stands": gettext_lazy("A dose of this day is on record."),
    "open": gettext_lazy("%(line)s about the same is open already."),
    "duplicate": gettext_lazy("Row %(line)s reports the same."),
    "too_many": gettext_lazy("This person has too many open at once. Wait for an answer first."),
    "known_number": gettext_lazy("Somebody on record has this ID number."),
    "refused": gettext_lazy(
        "It cannot be recorded so. Record it at the counter, or ask the hotline."
    ),
    "begun": gettext_lazy("Somebody works on it, or has answered it: it stays."),
}
KIND = Vocabulary(WORDS, BY_NAME, WARNINGS)


def findings_of(stored: Iterable[str]) -> list[Finding]:
    """Return the findings of a row in the reader's language, errors first."""
    return findings.findings_of(stored, kind=KIND)
