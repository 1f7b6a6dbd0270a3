"""The form with which a reviewer decides a case."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, override

from corrections import actions, facts
from corrections.facts import FIELD_LABELS
from corrections.lifecycle import GROUND_LABELS, GROUND_SENTENCES, Ground
from corrections.models import Correction, DelayedDecision, Kind
from corrections.searched import SEARCHED_LABELS
from doses import facts as dose_facts
from doses import vaccines
from doses.facts import NEEDED_TO_ADD, Facts, Field, Position
from doses.sites import KINDS_GIVING_DOSES
from organizations.models import Organization
from organizations.search import nearest_name
from review.citizen_preview import CitizenPreview, preview_of
from vaxreg import db_time, ui
from vaxreg.forms import DateField, Form
from vaxreg.search import search_key
from vaxreg.typed.dates import PartialDate
from vaxreg.uuids import uuid_or_none

if TYPE_CHECKING:
    from accounts.models import User

ACCEPT, OWN, REFUSE, KEEP = "accept", "own", "refuse", "keep"
CANNOT_CONFIRM = "cannot_confirm"
SITES_FOUND = 20
# By outcome: the step that must be possible.
STEP_OF = {
    ACCEPT: "accept",
    OWN: "accept_in_part",
    REFUSE: "refuse",
    CANNOT_CONFIRM: "cannot_confirm",
    KEEP: "keep",
}
STEP_OF_APPEAL = {**STEP_OF, ACCEPT: "overturn", OWN: "overturn_in_part", REFUSE: "uphold"}
# By outcome: the field with the words for the citizen; for the others it is the note.
WORDS_OF = {REFUSE: "sentence", CANNOT_CONFIRM: "not_found", KEEP: "remark"}
NOT_IN_THE_PAPERS = gettext_noop("You searched, and the site’s papers do not show it.")
# By column of Dose: the field of this form that shows its errors.
FIELD_OF_COLUMN = {"kind": Field.POSITION, "ordinal": Field.POSITION}


class GroundChoice(forms.RadioSelect):
    """Radio buttons that carry the standard sentence as data, for the script."""

    sentences: Mapping[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.sentences:
            option["attrs"]["data-sentence"] = self.sentences[str(value)]
        return option


class DecisionForm(Form):
    """One decision on one case: accept, with own values, refuse, cannot confirm, or keep."""

    # The outcome decides which fields are required; only the note is always optional, and says so.
    mark_optional = False

    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a decision.")},
    )
    value_vaccine = forms.ChoiceField(required=False)
    value_given_on = DateField(required=False, help_text="")
    value_organization = forms.ChoiceField(required=False)
    site_words = forms.CharField(
        label=gettext_lazy("Another site: its name, or the name of its commune"),
        required=False,
        max_length=80,
    )
    value_lot = forms.CharField(required=False, max_length=64)
    value_position = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Choose")), *Position.choices],
    )
    own_papers = forms.BooleanField(
        label=gettext_lazy("Found in the site’s own papers too"),
        help_text=gettext_lazy("The register or the vaccination list of that day says the same."),
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Note to the citizen (optional)"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("Official ground"), required=False, widget=GroundChoice
    )
    sentence = forms.CharField(
        label=gettext_lazy("What the citizen will read"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Left empty, the ready sentence of the ground is sent."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    searched = forms.MultipleChoiceField(
        label=gettext_lazy("Where you looked"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(place.value, label) for place, label in SEARCHED_LABELS.items()],
    )
    searched_words = forms.CharField(
        label=gettext_lazy("Elsewhere, in your own words (optional)"),
        required=False,
        max_length=200,
    )
    not_found = forms.CharField(
        label=gettext_lazy("What the citizen will read"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Left empty, the ready sentence is sent."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    remark = forms.CharField(
        label=gettext_lazy("Why it is kept, and what it waits for"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("The citizen reads this too. The 48 hours run on."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        case: Correction,
        desks: list[Organization],
        steps: Collection[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.steps = steps
        self.is_missing_dose = case.kind == Kind.MISSING_DOSE
        self.language = case.filing.answer_language
        self._offer_outcomes()
        self._offer_facts(desks)
        self._offer_grounds()
        self._offer_ready_sentence()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row per fact: checkbox (none for a missing dose), value field, recorded value."""
        recorded = self._recorded()
        names = facts.names_in([recorded])
        return [
            {
                "field": field.value,
                "take": None if self.is_missing_dose else self[f"take_{field}"],
                "value": self[f"value_{field}"],
                "recorded": facts.show(field, recorded.get(field, ""), names),
                "is_needed": self.is_missing_dose and field in NEEDED_TO_ADD,
            }
            for field in Field
        ]

    def _recorded(self) -> Facts:
        if self.is_missing_dose or self.case.dose is None:
            return {}
        recorded: Facts = dose_facts.facts_of(self.case.dose)
        return recorded

    @property
    def step_of(self) -> dict[str, str]:
        """The step that each outcome takes."""
        return STEP_OF_APPEAL if self.case.on_appeal else STEP_OF

    def _offer_outcomes(self) -> None:
        appeal = self.case.on_appeal
        choices: list[tuple[str, Any]] = []
        if self._can_take_as_proposed():
            accept = _("Grant the appeal") if appeal else _("Accept")
            choices.append((ACCEPT, ui.choice(accept, _("The record is changed as proposed."))))
        own = (
            (_("Accept with the values that I give"), _("The dose is added with these facts."))
            if self.is_missing_dose
            else (
                _("Accept in part, or with other values"),
                _("You tick what changes, and say to what."),
            )
        )
        if appeal:
            own = (_("Grant the appeal in part, or with other values"), own[1])
        refuse = (
            (_("Refuse the appeal"), _("The first decision stands; the citizen reads why."))
            if appeal
            else (_("Refuse"), _("On an official ground, which the citizen reads."))
        )
        choices += [
            (OWN, ui.choice(*own)),
            (REFUSE, ui.choice(*refuse)),
            (CANNOT_CONFIRM, ui.choice(_("Cannot be confirmed"), _(NOT_IN_THE_PAPERS))),
            (KEEP, ui.choice(_("Keep for later"), _("Not decided yet; the 48 hours run on."))),
        ]
        self._choices("outcome", [one for one in choices if self.step_of[one[0]] in self.steps])

    def _can_take_as_proposed(self) -> bool:
        """Tell whether a missing dose has all its facts; a site in free words is not a fact."""
        proposed = self.case.proposed
        if dose_facts.lacks_a_day(proposed):
            return False
        if self.is_missing_dose:
            return all(proposed.get(field) for field in NEEDED_TO_ADD)
        return bool(proposed) and not self.case.site_text

    def _offer_facts(self, desks: list[Organization]) -> None:
        recorded, proposed = self._recorded(), self.case.proposed
        own_site = str(desks[0].public_id) if desks and self.is_missing_dose else ""
        for field in Field:
            value: Any = proposed.get(field) or recorded.get(field, "")
            if field == Field.ORGANIZATION:
                value = value or own_site
            if field == Field.GIVEN_ON and value:
                value = PartialDate.fromisoformat(value)
            self.fields[f"value_{field}"].initial = value
            self.fields[f"value_{field}"].label = str(FIELD_LABELS[field])
            if not self.is_missing_dose:
                self.fields[f"take_{field}"] = forms.BooleanField(
                    label=str(FIELD_LABELS[field]), required=False, initial=field in proposed
                )
        self._choices("value_vaccine", vaccines.choices())
        self._choices("value_organization", self._sites(desks))
        self.fields["version"].initial = self.case.version

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = choices if name in ("outcome", "ground") else [("", _("Choose")), *choices]

    def _typed(self, name: str) -> str:
        source: Mapping[str, Any] = self.data if self.is_bound else self.initial
        return str(source.get(name) or "")

    def _sites(self, desks: list[Organization]) -> list[tuple[str, str]]:
        """Return sites to choose from: found ones, own organizations, those the case mentions."""
        case = self.case
        mentioned = {
            known_id
            for value in (
                case.recorded.get(Field.ORGANIZATION),
                case.proposed.get(Field.ORGANIZATION),
                self._typed("value_organization"),
            )
            if (known_id := uuid_or_none(value))
        }
        known = Organization.objects.filter(public_id__in=mentioned)
        named = [case.named_site] if case.named_site else []
        self.sites_found = search_sites(self._typed("site_words"))
        every = {site.pk: site for site in [*self.sites_found, *desks, *known, *named]}
        return [(str(site.public_id), site.name) for site in every.values()]

    def _offer_grounds(self) -> None:
        with override(self.language):
            self.sentences = {ground.value: str(GROUND_SENTENCES[ground]) for ground in Ground}
        cast(GroundChoice, self.fields["ground"].widget).sentences = self.sentences
        self._choices("ground", [(g.value, str(label)) for g, label in GROUND_LABELS.items()])
        self.fields["sentence"].widget.attrs["lang"] = self.language

    def _offer_ready_sentence(self) -> None:
        self.fields["not_found"].initial = actions.ready_sentence(self.case)
        self.fields["not_found"].widget.attrs["lang"] = self.language

    def clean(self) -> dict[str, Any]:
        """Validate only the fields of the chosen outcome."""
        outcome = self.cleaned_data.get("outcome", "")
        self._forget_errors_beside(outcome)
        if outcome == ACCEPT:
            self._check(self.case.proposed)
        elif outcome == OWN:
            self._check(self._own_values())
        elif outcome == REFUSE:
            ground = self.cleaned_data.get("ground")
            if not ground and "ground" not in self.errors:
                self.add_error("ground", _("Choose the official ground."))
            elif ground and not self.cleaned_data.get("sentence"):
                self.cleaned_data["sentence"] = self.sentences[ground]
        elif outcome == CANNOT_CONFIRM:
            self._clean_search()
        elif outcome == KEEP and not self.cleaned_data.get("remark"):
            self.add_error("remark", _("Say why it is kept."))
        return self.cleaned_data

    def _clean_search(self) -> None:
        cleaned = self.cleaned_data
        said_where = cleaned.get("searched") or cleaned.get("searched_words")
        if not said_where and not {"searched", "searched_words"} & set(self.errors):
            self.add_error("searched", _("Say where you looked: one place at least."))
        if not cleaned.get("not_found") and "not_found" not in self.errors:
            cleaned["not_found"] = actions.ready_sentence(self.case)

    def _forget_errors_beside(self, outcome: str) -> None:
        """Drop errors of fields that belong to another outcome."""
        about_facts = {f"value_{field}" for field in Field if self._is_taken(field)}
        relevant = {
            ACCEPT: {"note", "own_papers"},
            OWN: {"note", "own_papers", *about_facts},
            REFUSE: {"ground", "sentence"},
            CANNOT_CONFIRM: {"searched", "searched_words", "not_found"},
            KEEP: {"remark"},
        }.get(outcome, set())
        for name in set(self.errors) - relevant - {"version", "outcome"}:
            del self.errors[name]

    def _is_taken(self, field: Field) -> bool:
        return self.is_missing_dose or bool(self.cleaned_data.get(f"take_{field}"))

    def _own_values(self) -> Facts:
        values: Facts = {}
        for field in filter(self._is_taken, Field):
            value = self.cleaned_data.get(f"value_{field}")
            if value:
                values[field.value] = value if isinstance(value, str) else value.isoformat()
            elif not self.is_missing_dose and f"value_{field}" not in self.errors:
                self.add_error(f"value_{field}", _("Enter the right value, or take the tick away."))
        if not self.errors and not self.is_missing_dose:
            self._require_a_change(values)
        return values

    def _require_a_change(self, values: Facts) -> None:
        if not values:
            self.add_error("outcome", _("Tick at least one detail that changes, or refuse."))
        elif self.case.dose is not None and not dose_facts.differing(self.case.dose, values):
            self.add_error(
                "outcome",
                _("These values are on the record already. Change at least one, or refuse."),
            )

    def _check(self, values: Facts) -> None:
        if self.errors:
            return
        today = timezone.localdate(db_time.now())
        try:
            self.wanted = facts.check(
                values, today=today, complete=self.is_missing_dose, to_record=True
            )
        except ValidationError as problem:
            self.show(problem)

    def show(self, problem: ValidationError) -> None:
        """Show errors of a verb or a rule beside the fields they are about."""
        as_proposed = self.cleaned_data.get("outcome") == ACCEPT
        if not hasattr(problem, "error_dict"):
            self.add_error("outcome", problem)
            return
        for column, errors in problem.error_dict.items():
            name = f"value_{FIELD_OF_COLUMN.get(column, column)}"
            self.add_error("outcome" if as_proposed or name not in self.fields else name, errors)

    def decide(self, *, by: "User") -> Correction | DelayedDecision:
        """Make the decision, which may be taken back for half a minute; raises what it raises."""
        verb, arguments = self._verb()
        version = self.cleaned_data["version"]
        kept = as_typed(cast(QueryDict, self.data))
        typed = {name: value for name, value in kept.items() if name in self.fields}
        return actions.decide(verb, self.case, by=by, version=version, typed=typed, **arguments)

    def _verb(self) -> tuple[str, dict[str, Any]]:
        """Return the verb of the outcome, and what it takes."""
        cleaned = self.cleaned_data
        outcome = cleaned["outcome"]
        if outcome in (ACCEPT, OWN):
            return "accept", self._acceptance(None if outcome == ACCEPT else self.wanted)
        if outcome == REFUSE:
            return "refuse", {"ground": cleaned["ground"], "remark": cleaned["sentence"]}
        if outcome == CANNOT_CONFIRM:
            return "cannot_confirm", {
                "searched": cleaned["searched"],
                "searched_words": cleaned["searched_words"],
                "remark": cleaned["not_found"],
            }
        return "keep", {"remark": cleaned["remark"]}

    def _acceptance(self, values: Facts | None) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "values": values,
            "remark": cleaned["note"],
            "own_papers": cleaned["own_papers"],
        }

    def why_second(self) -> dict[str, Any]:
        """Return why this acceptance needs a second person (see four_eyes.in_words), or {}."""
        return actions.second_person_reasons(
            self.case,
            self.wanted,
            own_papers=self.cleaned_data["own_papers"],
        )

    def citizen_preview(self) -> CitizenPreview:
        """Return the decision as the citizen will read it."""
        cleaned = self.cleaned_data
        outcome = cleaned["outcome"]
        words = WORDS_OF.get(outcome, "note")
        searches = outcome == CANNOT_CONFIRM
        return preview_of(
            self.case,
            self.step_of[outcome],
            remark=cleaned[words],
            ground=cleaned["ground"] if outcome == REFUSE else "",
            searched=cleaned["searched"] if searches else (),
            searched_words=cleaned["searched_words"] if searches else "",
        )


def as_typed(typed: QueryDict) -> dict[str, Any]:
    """Return submitted data as initial values of a new form: kept, but not validated."""
    kept: dict[str, Any] = {name: value for name, value in typed.items() if name != "version"}
    kept["searched"] = typed.getlist("searched")
    if typed.get("outcome") != CANNOT_CONFIRM:
        # The form has the ready sentence in it from the start: nobody typed it.
        kept.pop("not_found", None)
    for name in ("own_papers", *(f"take_{field}" for field in FIELD_LABELS)):
        kept[name] = typed.get(name, "") not in ("", "False")
    return kept


def search_sites(words: str) -> list[Organization]:
    """Return up to 20 sites whose name has all these words, open ones first."""
    if not search_key(words):
        return []
    # Includes closed sites: a dose of 2021 may have been given there.
    found = Organization.objects.filter(kind__in=KINDS_GIVING_DOSES).named(words)
    return list(
        found.order_by(F("closed_on").asc(nulls_first=True), *nearest_name(words))[:SITES_FOUND]
    )
