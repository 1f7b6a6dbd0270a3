"""The form of an act over many doses: which doses, what is right, and why."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doses.actions import clean_lot
from doses.facts import Facts, Field
from doses.forms import VaccineField
from doses.models import VaccinationSession
from organizations.models import Organization
from recording.imports.reading.files import MOST_BYTES
from review.forms.decision import search_sites
from review.many_doses import choosing, listed
from review.many_doses.choosing import MOST_DOSES, Choice, Found, TooMany
from review.many_doses.listed import Listed
from vaxreg import ui
from vaxreg.forms import DateField, Form
from vaxreg.spreadsheets.archive import Unreadable
from vaxreg.uuids import uuid_or_none

RIGHT = {"right_lot", "right_vaccine", "right_given_on", "site_words", "right_site"}
CODE = {"autocomplete": "off", "autocapitalize": "characters"}


class ManyForm(Form):
    """Which doses of a site, and the right facts; after validation `choice`, `found`, `wanted`."""

    # Each group needs one field at least, which no mark beside a field says.
    mark_optional = False

    choice: Choice
    found: Found
    wanted: Facts
    receiver: Organization | None = None
    site = forms.ChoiceField(label=gettext_lazy("Site that gave the doses"))
    session = forms.ChoiceField(label=gettext_lazy("Vaccination session"), required=False)
    day = DateField(label=gettext_lazy("Date on record"), required=False, past_only=True)
    lot = forms.CharField(
        label=gettext_lazy("Lot number on record"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs=CODE),
    )
    vaccine = VaccineField(label=gettext_lazy("Vaccine on record"), required=False)
    numbers = forms.CharField(
        label=gettext_lazy("A list: ID numbers, or codes of doses or records"),
        help_text=gettext_lazy("One in each line, for example pasted from Excel."),
        required=False,
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or the list as a file (.xlsx or .csv)"),
        required=False,
        max_length=200,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"max_length": gettext_lazy("The name of the file is too long.")},
    )
    right_lot = forms.CharField(
        label=gettext_lazy("Right lot number"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs=CODE),
    )
    right_vaccine = VaccineField(label=gettext_lazy("Right vaccine"), required=False)
    right_given_on = DateField(label=gettext_lazy("Right date"), required=False, past_only=True)
    site_words = forms.CharField(
        label=gettext_lazy("Right site: its name, or the name of its commune"),
        required=False,
        max_length=80,
    )
    right_site = forms.ChoiceField(label=gettext_lazy("Which of these sites?"), required=False)
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        help_text=gettext_lazy(
            "Each person reads this, for example: the list of the session says so"
        ),
        error_messages={"required": gettext_lazy("Say why: the people read it.")},
    )

    def __init__(
        self,
        *args: Any,
        sites: Sequence[Organization],
        sessions: Sequence[VaccinationSession],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._sites = {str(one.public_id): one for one in sites}
        self._sessions = {str(one.public_id): one for one in sessions}
        site = cast(forms.ChoiceField, self.fields["site"])
        site.choices = [(key, one.name) for key, one in self._sites.items()]
        if len(self._sites) == 1:
            site.required, site.widget = False, forms.HiddenInput()
        session = cast(forms.ChoiceField, self.fields["session"])
        session.choices = [("", _("Choose"))] + [
            (key, choosing.name_of(one)) for key, one in self._sessions.items()
        ]
        words = str((self.data if self.is_bound else {}).get("site_words") or "")
        self.sites_found = search_sites(words)
        offered = cast(forms.ChoiceField, self.fields["right_site"])
        offered.choices = [("", _("Choose"))] + [
            (str(one.public_id), one.name) for one in self.sites_found
        ]
        self.ticked = [
            one for text in self._ticked_texts() if (one := uuid_or_none(text)) is not None
        ]

    def _ticked_texts(self) -> list[str]:
        """Return the codes of the doses that were ticked on the page before."""
        source: Any = self.data if self.is_bound else self.initial
        known = source.getlist("dose") if hasattr(source, "getlist") else source.get("dose", [])
        return [str(one) for one in known]

    def clean(self) -> dict[str, Any]:
        """Find the doses, and store the right facts as corrections do."""
        data = super().clean() or self.cleaned_data
        self.wanted = self._wanted(data)
        if self.errors:
            return data
        lines = self._listed(data)
        self.choice = Choice(
            site=self._sites[data["site"] or next(iter(self._sites))],
            session=self._sessions.get(data["session"]),
            day=data["day"],
            lot=clean_lot(data["lot"]),
            vaccine=data["vaccine"],
            listed=lines,
            ticked=self.ticked,
        )
        if not self.errors:
            self._find()
        return data

    def _wanted(self, data: dict[str, Any]) -> Facts:
        wanted: Facts = {}
        if data.get("right_vaccine"):
            wanted[Field.VACCINE.value] = data["right_vaccine"].code
        if data.get("right_given_on"):
            wanted[Field.GIVEN_ON.value] = data["right_given_on"].isoformat()
        if data.get("right_lot"):
            wanted[Field.LOT.value] = clean_lot(data["right_lot"])
        if data.get("site_words"):
            self.receiver = self._receiver(data)
            if self.receiver is not None:
                wanted[Field.ORGANIZATION.value] = str(self.receiver.public_id)
        if not wanted and not RIGHT.intersection(self.errors):
            self.add_error("right_lot", _("Say what is right: a lot, a vaccine, a date or a site."))
        return wanted

    def _receiver(self, data: dict[str, Any]) -> Organization | None:
        by_key = {str(one.public_id): one for one in self.sites_found}
        chosen = by_key.get(data.get("right_site") or "")
        if chosen is None and len(self.sites_found) == 1:
            chosen = self.sites_found[0]
        if not self.sites_found:
            self.add_error("site_words", _("No site has this name. Try fewer words of it."))
        elif chosen is None:
            self.add_error("right_site", _("Several sites have such a name: choose one."))
        return chosen

    def _listed(self, data: dict[str, Any]) -> list[Listed]:
        lines: list[Listed] = []
        name = "numbers"
        try:
            lines += listed.of_text(data["numbers"])
            name = "file"
            if data["file"]:
                if data["file"].size > MOST_BYTES:
                    raise Unreadable(
                        _("The file is larger than 16 MB. Split it into smaller ones.")
                    )
                lines += listed.of_file(data["file"])
        except Unreadable as problem:
            self.add_error(name, str(problem))
        if not lines and not self.errors and (data["numbers"] or data["file"]):
            used = "numbers" if data["numbers"] else "file"
            self.add_error(used, _("No ID number can be read in this list."))
        return lines

    def _find(self) -> None:
        choice = self.choice
        if not choice.names_doses:
            self.add_error("session", _("Say which doses: a session, a day, a lot or a list."))
            return
        try:
            self.found = choosing.find(choice)
        except TooMany:
            most = {"doses": ui.number(MOST_DOSES)}
            self.add_error(
                "session", _("These are more than %(doses)s doses. Narrow them down.") % most
            )
            return
        if not self.found.doses:
            field = "numbers" if choice.listed else "session"
            self.add_error(field, ValidationError(_("No dose of your site fits all of this.")))


def first_values(session: str, ticked: Sequence[str]) -> dict[str, Any]:
    """Return with what the form begins: the session or the doses that the page before named."""
    known: list[UUID] = [one for text in ticked if (one := uuid_or_none(text)) is not None]
    return {"session": session, "dose": [str(one) for one in known]}
