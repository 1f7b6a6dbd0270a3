"""Forms of imports of doses: the file, and what its columns and cells mean."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.joining import NumberProof
from organizations.models import Organization
from recording.imports.models import DoseImport
from recording.imports.questions import EPOCH, OLD_FONT, ORDER, SWAPPED, Question, from_json
from recording.imports.reading.files import MOST_BYTES
from recording.imports.reading.headings import FIELDS, Fields, missing_of
from recording.imports.sent_file import SentFile
from vaxreg import ui
from vaxreg.forms import Form

CHOICES = {
    "dmy": gettext_lazy("Day first: 05/09/2021 is 5 September"),
    "mdy": gettext_lazy("Month first: 05/09/2021 is 9 May"),
    "yes": gettext_lazy("Yes"),
    "no": gettext_lazy("No"),
}
NOT_THERE = ""


class UploadForm(Form):
    """A file of doses, and the site that gave them."""

    site = forms.ChoiceField(label=gettext_lazy("Site that gave the doses"))
    file = forms.FileField(
        label=gettext_lazy("File (.xlsx or .csv, 100,000 rows and 16 MB at most)"),
        max_length=200,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "max_length": gettext_lazy("The name of the file is too long."),
        },
    )

    def __init__(self, *args: Any, sites: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sites = {str(site.public_id): site for site in sites}
        field = self.fields["site"]
        field.choices = [(key, site.name) for key, site in self._sites.items()]  # type: ignore[attr-defined]
        if len(self._sites) == 1:
            field.required = False
            field.widget = forms.HiddenInput()

    def clean_site(self) -> Organization:
        """Return the organization; the only one where there is one."""
        return self._sites[self.cleaned_data["site"] or next(iter(self._sites))]

    def clean_file(self) -> Any:
        """Refuse a file that is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 16 MB. Split it into smaller ones."))
        return file


class ColumnsForm(Form):
    """Which column holds what, and the open questions; a kind of file says its columns."""

    columns: Fields = FIELDS

    def __init__(self, *args: Any, sent: SentFile, titles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (str(at), f"{_letter(at)} · {text}" if text else _letter(at))
            for at, text in enumerate(titles)
        ]
        for one in self.columns:
            at = sent.mapping.get(one.name)
            self.fields[f"column-{one.name}"] = forms.ChoiceField(
                label=_(one.title),
                choices=[(NOT_THERE, _("– not in the file –")), *offered],
                required=one.needed,
                initial=NOT_THERE if at is None else str(at),
                error_messages={"required": gettext_lazy("Choose the column.")},
            )
        self.questions = from_json(sent.questions)
        for question in self.questions:
            self.fields[question.name] = forms.ChoiceField(
                label=_asked(question, self._title(question.column)),
                help_text=_samples(question),
                choices=[(choice, _choice(question, choice)) for choice in question.choices],
                widget=forms.RadioSelect,
                initial=sent.answers.get(question.name),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a column that is given two meanings."""
        data = super().clean() or {}
        taken: dict[int, str] = {}
        for name, at in self.mapping(data).items():
            if at in taken:
                self.add_error(
                    f"column-{name}",
                    _("This column is chosen already: %(title)s.")
                    % {"title": self._title(taken[at])},
                )
            taken.setdefault(at, name)
        return data

    def mapping(self, data: dict[str, Any]) -> dict[str, int]:
        """Return {field: column} as it was chosen."""
        chosen = {one.name: data.get(f"column-{one.name}") for one in self.columns}
        return {name: int(at) for name, at in chosen.items() if at}

    def answers(self) -> dict[str, str]:
        """Return the answers to the questions."""
        return {one.name: self.cleaned_data[one.name] for one in self.questions}

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[f"column-{one.name}"] for one in self.columns]

    @property
    def question_fields(self) -> list[forms.BoundField]:
        return [self[one.name] for one in self.questions]

    @property
    def still_missing(self) -> list[str]:
        """Titles of the needed fields without a column."""
        mapping = {one.name: 0 for one in self.columns if self[f"column-{one.name}"].value()}
        return [self._title(name) for name in missing_of(mapping, self.columns)]

    def _title(self, name: str) -> str:
        return next(_(one.title) for one in self.columns if one.name == name)


class DoseColumnsForm(ColumnsForm):
    """The same of a file of doses, and where its ID numbers come from."""

    def __init__(self, *args: Any, sent: DoseImport, **kwargs: Any) -> None:
        super().__init__(*args, sent=sent, **kwargs)
        self.fields["number_proof"] = forms.ChoiceField(
            label=_("Where do the ID numbers come from?"),
            help_text=_(
                "A typed number may have a slip in it. If you are not sure, choose typed by hand."
            ),
            choices=NumberProof.choices,
            widget=forms.RadioSelect,
            initial=sent.number_proof,
        )


def _letter(at: int) -> str:
    """Return the letter of a column, as Excel has it."""
    return chr(65 + at) if at < 26 else f"{chr(64 + at // 26)}{chr(65 + at % 26)}"


def _asked(question: Question, column: str) -> str:
    title = {"column": column}
    asked = {
        ORDER: _("%(column)s: which comes first, the day or the month?"),
        SWAPPED: _("%(column)s: has Excel taken days for months?"),
        EPOCH: _("%(column)s: which day do these numbers mean?"),
        OLD_FONT: _("%(column)s: convert from the old font (TCVN3 or VNI)?"),
    }
    return asked[question.kind] % title


def _samples(question: Question) -> str:
    if question.kind == SWAPPED:
        return _(
            "In this column all days up to the 12th are dates, and all later ones are texts. A"
            " computer set to English does that to day/month/year: 05/09 becomes 9 May. With Yes, day"
            " and month of these dates change places."
        )
    if question.kind == OLD_FONT:
        return "; ".join(f"{before} → {after}" for before, after in question.samples)
    if question.kind == ORDER:
        found = ", ".join(before for before, _after in question.samples)
        return _("The file does not tell. It has, for example: %(samples)s") % {"samples": found}
    return ""


def _choice(question: Question, choice: str) -> str:
    if question.kind == EPOCH:
        number, day = question.samples[question.choices.index(choice)]
        return f"{number} = {ui.day(date.fromisoformat(day))}"
    return str(CHOICES[choice])
