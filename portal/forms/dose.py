"""The form of the second step of filing: the right details of one dose."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.forms import LEVELS, AreaForm
from citizens.models import Citizen
from corrections import facts
from corrections.actions.filing import Claim
from corrections.prechecks.doses import Proposal
from doses import facts as dose_facts
from doses import sites, vaccines
from doses.facts import Facts, Field, Position
from doses.models import Dose, DoseFacts
from organizations.models import Area, Organization
from vaxreg import ui
from vaxreg.forms import DateField
from vaxreg.search import search_key

Choices = Sequence[tuple[str, Any]]

UNLISTED = "unlisted"


class DoseForm(AreaForm):
    """Details of one dose: for a recorded dose what differs, for a missing one all.

    The fields of a recorded dose are filled with what is recorded; an empty one is as recorded too.
    Bound to the typed texts, which the draft stores too. After validation `claim` has the result.
    """

    position = forms.ChoiceField(label=gettext_lazy("Dose number"), required=False)
    vaccine = forms.ChoiceField(label=gettext_lazy("Vaccine"), required=False)
    given_on = DateField(
        label=gettext_lazy("Date given"),
        required=False,
        past_only=True,
        months=True,
    )
    lot = forms.CharField(
        label=gettext_lazy("Lot number"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("The paper of 2021 has no lot number. Then leave this empty."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    query = forms.CharField(
        label=gettext_lazy("Search for the site by name"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("For example: buoi tay ho. Diacritics are not needed."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    site = forms.ChoiceField(
        label=gettext_lazy("Which site is it?"), required=False, widget=forms.RadioSelect
    )
    site_text = forms.CharField(
        label=gettext_lazy("If it is not in the list: name or address of the site"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mark_optional = False

    def __init__(self, *args: Any, dose: Dose | None, citizen: Citizen, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dose = dose
        self.citizen = citizen
        self.claim: Claim | None = None
        self.fields["province"].required = False
        self._forget_parts_of_other_areas()
        self._offer_values()
        self._offer_sites()
        if dose is not None:
            self._fill_in(dose)

    @property
    def found(self) -> int:
        """Number of sites that the search found."""
        return len(self.matches)

    @cached_property
    def matches(self) -> list[Organization]:
        """The sites that the search found; runs the query only when it is needed."""
        return sites.matching(self._sent("query"), self._area, self.citizen)

    @property
    def is_site_in_question(self) -> bool:
        """Whether the fields of the site are open: for a missing dose, a search or an error."""
        names = ("query", "site", "site_text")
        begun = any(self._sent(name) for name in names) or self._area is not None
        return self.dose is None or begun or any(name in self.errors for name in names)

    @property
    def is_search(self) -> bool:
        """The citizen typed words or chose an area to search."""
        return bool(search_key(self._sent("query"))) or self._area is not None

    def clean(self) -> dict[str, Any]:
        """Build the claim; raises an error when nothing is proposed."""
        data = super().clean() or self.cleaned_data
        self._check_site(data)
        if self.errors:
            return data
        proposed = self._proposed(data)
        unlisted = data.get("site") == UNLISTED
        site_text = data.get("site_text", "") if unlisted else ""
        if self.dose is not None:
            proposed = dose_facts.differing(self.dose, proposed)
            if not proposed and not site_text:
                raise ValidationError(
                    _("Nothing differs from what is recorded. Change at least one detail.")
                )
        elif not (proposed.get(Field.GIVEN_ON) or proposed.get(Field.POSITION)):
            self.add_error("position", _("Say which dose is missing, or on which day it was."))
        site = sites.by_public_id(proposed.get(Field.ORGANIZATION, ""))
        self.claim = Claim(
            proposed,
            self.dose,
            named_site=site if self.dose is None else None,
            named_area=data["area"] if unlisted else None,
            site_text=site_text,
        )
        return data

    def so_far(self) -> Proposal:
        """Return the proposal for the prechecks, from the valid fields alone."""
        self.is_valid()
        data = self.cleaned_data
        proposed = self._proposed(data)
        if self.dose is not None:
            proposed = dose_facts.differing(self.dose, proposed)
        site_text = data.get("site_text", "") if data.get("site") == UNLISTED else ""
        return Proposal(self.dose, proposed, site_text)

    def _proposed(self, data: Mapping[str, Any]) -> Facts:
        said = {
            Field.VACCINE: data.get("vaccine", ""),
            Field.GIVEN_ON: data["given_on"].isoformat() if data.get("given_on") else "",
            Field.ORGANIZATION: "" if data.get("site") == UNLISTED else data.get("site", ""),
            # Stored in capitals; otherwise "abx4112" would differ from ABX4112.
            Field.LOT: data.get("lot", "").upper(),
            Field.POSITION: data.get("position", ""),
        }
        return {str(name): value for name, value in said.items() if value}

    def _check_site(self, data: Mapping[str, Any]) -> None:
        chosen = data.get("site", "")
        if "site" in self.errors:
            return
        if data.get("site_text") and chosen != UNLISTED:
            self.add_error(
                "site", _("The site is written in words: choose “Not in this list” as well.")
            )
        elif self.dose is None and not chosen:
            self.add_error("site", _("Choose the site, or say that it is not in the list."))
        elif self.dose is not None and chosen == UNLISTED and not data.get("site_text"):
            self.add_error("site_text", _("Write the name or the address of the right site."))

    def _forget_parts_of_other_areas(self) -> None:
        """Clear a chosen district that is not in the newly chosen province."""
        for level in LEVELS[1:]:
            if level in self.fields and self.is_bound:
                offered = cast(forms.Select, self.fields[level].widget).choices
                if self._sent(level) not in {str(value) for value, _label in offered}:
                    self.data = {**dict(self.data.items()), level: ""}

    def _offer_values(self) -> None:
        unknown = [] if self.dose else [("", _("Not known"))]
        self._choices("vaccine", lambda: [*unknown, *vaccines.choices()])
        self._choices("position", [*unknown, *Position.choices])

    def _offer_sites(self) -> None:
        self._choices("site", lambda: self._sites)
        there = self.dose.organization if self.dose else None
        if there is not None and self._sent("site") == str(there.public_id):
            # The record changed after this was typed, and has the same site now.
            self.initial["site"] = ""
            if self.is_bound:
                self.data = {**dict(self.data.items()), "site": ""}

    @cached_property
    def _sites(self) -> Choices:
        """Return the sites found now, and the one chosen from an earlier search."""
        chosen = sites.by_public_id(self._sent("site"))
        listed = list(self.matches)
        if chosen is not None and chosen not in listed:
            listed.insert(0, chosen)
        if self.dose is not None:
            listed = [site for site in listed if site.pk != self.dose.organization_id]
        choices = [(str(site.public_id), _site_label(site)) for site in listed]
        if self.dose is not None:
            choices.insert(0, ("", ui.choice(_("As recorded"), self.dose.place)))
        words = _("Not in this list") if self.dose else _("Not in this list, or not known")
        return [*choices, (UNLISTED, words)]

    def _fill_in(self, dose: Dose) -> None:
        """Put what is recorded into fields without a typed text; beside the others say it."""
        names = {dose.vaccine.code: dose.vaccine.name}
        if dose.lot:
            # An empty field would be as recorded, and not take the lot away.
            self.fields["lot"].help_text = ""
        for name, value in as_typed_texts(dose).items():
            typed = self._sent(name)
            if typed and typed != value:
                shown = facts.show(name, dose_facts.facts_of(dose)[name], names)
                self.fields[name].current = shown or _("nothing")  # type: ignore[attr-defined]
            elif self.is_bound:
                self.data = {**dict(self.data.items()), name: value}
            else:
                self.initial[name] = value

    @cached_property
    def _area(self) -> Area | None:
        codes = [code for level in LEVELS if (code := self._sent(level)) and level in self.fields]
        return Area.objects.current().filter(code=codes[-1]).first() if codes else None

    def _choices(self, name: str, choices: Choices | Callable[[], Choices]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices


def as_typed_texts(dose: DoseFacts) -> dict[str, str]:
    """Return what is recorded of a dose as somebody would type it, by field."""
    recorded = dose_facts.facts_of(dose)
    return {
        Field.POSITION.value: recorded["position"],
        Field.VACCINE.value: recorded["vaccine"],
        Field.GIVEN_ON.value: ui.day(dose.given_on),
        Field.LOT.value: dose.lot,
    }


def _site_label(site: Organization) -> Any:
    place = sites.place_of(site)
    if not site.is_open:
        place = _("%(place)s (closed since)") % {"place": place}
    return ui.choice(site.name, place)
