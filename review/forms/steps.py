"""Forms of steps that are no decision: ask, pass on, note, hand back."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections import ready_questions
from corrections.actions.desk import MOST_BOUNCES
from corrections.models import Correction
from corrections.ready_questions import NEED_LABELS, Need
from corrections.routing import desks
from doses.facts import Field
from doses.sites import KINDS_GIVING_DOSES
from organizations.models import Organization, OrganizationQuerySet
from organizations.search import nearest_name
from vaxreg import ui
from vaxreg.forms import Form

LONGEST = 500
# Longer lists are not read; the search makes them shorter.
MOST_SHOWN = 12
UNKNOWN = "unknown"


class DeskStepForm(Form):
    """A step that is no decision; its texts are shown again when it fails."""

    mark_optional = False

    def typed(self) -> list[tuple[str, str]]:
        """Return the typed texts, to be read and copied when the page was stale."""
        return [
            (str(field.label), str(self.data[self.add_prefix(name)]))
            for name, field in self.fields.items()
            if isinstance(field.widget, forms.Textarea) and self.data.get(self.add_prefix(name))
        ]


class PageForm(DeskStepForm):
    """A step with its own page, which sends the version of the case that it shows."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class GiveForm(PageForm):
    """A dose that stood under another name goes to the person of the case."""

    # Of the dose that the page showed.
    revision = forms.IntegerField(widget=forms.HiddenInput)
    remark = forms.CharField(
        label=gettext_lazy("Note to the citizen"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NeedSelect(forms.RadioSelect):
    """Radio buttons that carry the standard question as data, for the script."""

    sentences: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-sentence"] = self.sentences.get(str(value), "")
        return option


class AskForm(PageForm):
    """A question to the citizen: a standard one, edited or not, or the reviewer's own."""

    need = forms.ChoiceField(
        label=gettext_lazy("What do you need?"),
        required=False,
        widget=NeedSelect,
    )
    question = forms.CharField(
        label=gettext_lazy("What the citizen will read"),
        required=False,
        max_length=LONGEST,
        help_text=gettext_lazy("Left empty, the ready question is sent."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ready = ready_questions.ready(language)
        need = cast(forms.ChoiceField, self.fields["need"])
        cast(NeedSelect, need.widget).sentences = self.ready
        need.choices = [
            (one.value, ui.choice(str(label), self.ready.get(one, _("You write the question."))))
            for one, label in NEED_LABELS.items()
        ]
        self.fields["question"].widget.attrs["lang"] = language

    def clean(self) -> dict[str, Any]:
        """Replace an empty text by the standard question."""
        need = self.cleaned_data.get("need", "")
        if self.errors or self.cleaned_data.get("question"):
            return self.cleaned_data
        self.cleaned_data["question"] = self.ready.get(need, "")
        if need == Need.OTHER:
            self.add_error("question", _("Write what you need to know."))
        elif not need:
            self.add_error("need", _("Choose what you need, or write your own question."))
        return self.cleaned_data


class PassOnForm(PageForm):
    """Another organization, found by name, or "not known"; and why the case is not ours."""

    q = forms.CharField(
        label=gettext_lazy("Search by name"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )
    to = forms.ChoiceField(
        label=gettext_lazy("Whose is it?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose whose it is, or that you do not know."),
            "invalid_choice": gettext_lazy("Choose one of the organizations shown."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is not yours"),
        max_length=LONGEST,
        help_text=gettext_lazy("The organization that gets the case and the citizen can read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why it is not yours.")},
    )

    def __init__(self, *args: Any, case: Correction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        holder = case.holder
        is_site = holder is not None and holder.kind in desks.SITES
        self.is_from_pool = not is_site
        self.is_third = is_site and case.bounces + 1 >= MOST_BOUNCES
        self.above = desks.above_or_hotline(holder)
        if self.is_third:
            del self.fields["to"], self.fields["q"]
        else:
            self._offer_targets()

    @property
    def sought(self) -> str:
        return str(self.data.get(self.add_prefix("q"), ""))[:80]

    @property
    def target(self) -> Organization | None:
        """The chosen organization; None for "not known"."""
        return self._known.get(self.cleaned_data.get("to", ""))

    def _offer_targets(self) -> None:
        able = Organization.objects.able_to_receive().filter(kind__in=KINDS_GIVING_DOSES)
        if self.case.holder_id is not None:
            able = able.exclude(pk=self.case.holder_id)
        able = able.select_related("area")
        found: list[Organization] = []
        if self.sought.strip():
            best = able.named(self.sought).order_by(*nearest_name(self.sought))
            found = list(best[: MOST_SHOWN + 1])
        self.more_found = len(found) > MOST_SHOWN
        self.nothing_found = bool(self.sought.strip()) and not found
        shown = [*self._mentioned(able), *found[:MOST_SHOWN]]
        self._known = {str(one.public_id): one for one in shown}
        cast(forms.ChoiceField, self.fields["to"]).choices = [
            *(
                (value, ui.choice(one.name, one.area.full_name if one.area else ""))
                for value, one in self._known.items()
            ),
            (
                UNKNOWN,
                ui.choice(
                    _("I do not know whose it is"),
                    _("%(organization)s finds out.") % {"organization": self.above.name},
                ),
            ),
        ]

    def _mentioned(self, able: OrganizationQuerySet) -> list[Organization]:
        """Return sites that the case mentions, and the one chosen before another search."""
        chosen = str(self.data.get(self.add_prefix("to"), ""))
        named = {
            str(facts.get(Field.ORGANIZATION, ""))
            for facts in (self.case.proposed, self.case.recorded)
        }
        uuids = [text for text in {chosen, *named} if len(text) == 36]
        try:
            found = list(able.filter(public_id__in=uuids).order_by("search_name", "pk"))
        except forms.ValidationError:
            found = []
        if self.case.named_site_id:
            found += [one for one in able.filter(pk=self.case.named_site_id) if one not in found]
        return found

    def refuse_receiver(self) -> None:
        """Add the error that the chosen organization cannot receive the case."""
        self.add_error("to", _("This organization cannot take the case: nobody works there now."))


class NoteForm(DeskStepForm):
    text = forms.CharField(
        label=gettext_lazy("Note for colleagues"),
        max_length=LONGEST,
        help_text=gettext_lazy("Staff read it, the citizen does not. No decision is made by it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write the note.")},
    )


class HandBackForm(DeskStepForm):
    """The reason why the second person sends a decision back."""

    reason = forms.CharField(
        label=gettext_lazy("What is not right"),
        max_length=LONGEST,
        help_text=gettext_lazy("Your colleague reads it, the citizen does not."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say what is not right.")},
    )

    prefix = "back"
