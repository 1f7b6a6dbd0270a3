"""What was found in a row, in words: what is wrong in its cells, and what is doubtful about the dose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doses.plausibility.warnings import DoseCode, DoseWarning
from recording.imports.reading.headings import BY_NAME, ImportField

# Codes that only warn, or say what becomes of the row; all others leave it out.
WARNINGS = frozenset(
    {
        *("zeros", "no_phone", "other_year_or_sex", "no_sex", "no_area", "converted", "no_time"),
        *("elsewhere", "meanwhile"),
    }
)
WORDS: dict[str, Promise] = {
    "missing": gettext_lazy("It is empty."),
    "formula": gettext_lazy("It holds a formula. Copy the cell and paste it as a value."),
    "long": gettext_lazy("It is too long."),
    "old_font": gettext_lazy("It is typed in an old font (TCVN3 or VNI), not in Unicode."),
    "converted": gettext_lazy("Converted from an old font (TCVN3 or VNI)."),
    "name_long": gettext_lazy("A name has 120 characters at most."),
    "name_signs": gettext_lazy("A name has letters only, without digits and other signs."),
    "name_letters": gettext_lazy("A name has at least one letter."),
    "no_date": gettext_lazy("This is no date. Write day/month/year, for example 05/09/2021."),
    "future": gettext_lazy("The date lies in the future."),
    "too_early": gettext_lazy("The date lies before 1900."),
    "no_day": gettext_lazy("The day is missing: day, month and year are needed."),
    "before_first": gettext_lazy(
        "The first dose of this vaccine in Viet Nam was given on %(line)s."
    ),
    "before_birth": gettext_lazy("A dose cannot be given before the person was born."),
    "rounded": gettext_lazy(
        "Excel has rounded the number, and its last digits are lost. Type it again as text."
    ),
    "no_number": gettext_lazy("This is no ID number: 12 digits, 9 digits, or a passport number."),
    "zeros": gettext_lazy("Zeros in front were lost, and have been put back."),
    "two_people": gettext_lazy("Row %(line)s has this number with another name or date of birth."),
    "other_year_or_sex": gettext_lazy("The number names another year of birth or sex."),
    "no_phone": gettext_lazy("This is no phone number; it is left out."),
    "no_sex": gettext_lazy("This is neither male nor female; it is left out."),
    "no_area": gettext_lazy("There is no commune with this code; it is left out."),
    "no_time": gettext_lazy("This is no time of day; it is left out."),
    "no_vaccine": gettext_lazy("No vaccine has this name, or several have it."),
    "no_position": gettext_lazy(
        "It does not say which dose: 1, 2, 3, additional, or booster 1 to 3."
    ),
    "near": gettext_lazy("A record that may be this person’s exists. Decide whose it is."),
    "appeared": gettext_lazy(
        "A record with this number was started meanwhile. Decide whose it is."
    ),
    "own": gettext_lazy("This is you or your family. A colleague enters this dose."),
    "duplicate": gettext_lazy("The same dose stands in row %(line)s already."),
    "refused": gettext_lazy(
        "The register refused this row. Enter it by hand, or tell the people who run Sổ Tiêm."
    ),
    "elsewhere": gettext_lazy("Another site has recorded this dose."),
    "meanwhile": gettext_lazy("It was recorded by somebody else in the meantime."),
}


@dataclass(frozen=True)
class Finding:
    """One thing found: its column ("line" for the whole row), its code, and a sentence."""

    column: str
    code: str
    text: str
    # The name of the column, in the reader's language; "" for the whole row.
    title: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        return f"{self.title}: {self.text}" if self.title else self.text


@dataclass(frozen=True)
class Vocabulary:
    """The words of the findings of one kind of file, its columns, and the codes that only warn.

    has_doubts: whether its rows have doubts about a dose beside their findings.
    """

    words: Mapping[str, Promise]
    columns: Mapping[str, ImportField]
    warnings: frozenset[str]
    has_doubts: bool = False


OF_DOSES = Vocabulary(WORDS, BY_NAME, WARNINGS, has_doubts=True)


def findings_of(
    stored: Iterable[str], doubts: Iterable[Mapping[str, Any]] = (), *, kind: Vocabulary = OF_DOSES
) -> list[Finding]:
    """Return findings and doubts of a row in the reader's language, errors first.

    stored, doubts: as `ImportedRow.findings` and `ImportedRow.doubts` hold them.
    """
    found = []
    for one in stored:
        column, code, value = one.split("|", 2)
        text = str(kind.words[code]) % {"line": value}
        found.append(Finding(column, code, text, _title(column, kind), code in kind.warnings))
    for doubt in doubts:
        warning = DoseWarning(DoseCode(doubt["code"]), doubt["field"], doubt["values"])
        title = _title(warning.field, kind)
        found.append(Finding(warning.field, warning.code, warning.sentence, title, is_warning=True))
    return sorted(found, key=lambda finding: finding.is_warning)


def _title(column: str, kind: Vocabulary) -> str:
    return _(kind.columns[column].title) if column in kind.columns else ""
