"""The first step of filing: which doses, or which facts about the person, are wrong."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections.models import Correction, Kind
from doses.facts import dose_title
from doses.models import Dose
from portal.forms.claims import kinds_of
from vaxreg import ui
from vaxreg.forms import Form

MISSING = "missing"


class DoseBoxes(forms.CheckboxSelectMultiple):
    """Checkboxes of doses; those with an open correction are disabled.

    Each dose has a list of what may be wrong with it, shown when the box is checked.
    """

    option_template_name = "portal/filing/_box.html"

    def __init__(self) -> None:
        super().__init__()
        self.closed: frozenset[str] = frozenset()
        self.kinds: Mapping[str, forms.BoundField] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.closed:
            option["attrs"]["disabled"] = True
            option["attrs"].pop("checked", None)
            option["selected"] = False
        else:
            option["kinds"] = self.kinds.get(str(value))
        return option


class ChooseForm(Form):
    """What is wrong: which doses and in what way, a missing dose, or the person.

    about: open corrections, by dose, or by kind when they are about no dose.
    """

    doses = forms.MultipleChoiceField(
        label=gettext_lazy("What is wrong?"),
        widget=DoseBoxes,
        help_text=gettext_lazy("You can choose several."),
        error_messages={"required": gettext_lazy("Choose at least one line.")},
    )
    mark_optional = False

    def __init__(
        self,
        *args: Any,
        doses: Iterable[Dose],
        about: Mapping[int | str, Correction],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = []
        closed = set()
        listed = list(doses)
        for dose in listed:
            key = str(dose.public_id)
            hint = " · ".join([ui.day(dose.given_on), dose.place])
            if dose.pk in about:
                closed.add(key)
                hint = _("You sent a proposal on %(day)s.") % {
                    "day": ui.day(about[dose.pk].received_at)
                }
            choices.append((key, ui.choice(dose_title(dose), hint)))
            self.fields[f"kind_{key}"] = forms.ChoiceField(
                label=_("What is wrong with this dose?"),
                required=False,
                initial=Kind.WRONG_FIELDS.value,
                widget=forms.RadioSelect,
                choices=kinds_of(dose, listed),
            )
        words = ui.choice(_("A dose is missing"), _("It was given and is not listed here"))
        choices.append((MISSING, words))
        for kind, title, hint in _about_the_person():
            if kind in about:
                closed.add(kind.value)
                hint = _("You sent a proposal on %(day)s.") % {
                    "day": ui.day(about[kind].received_at)
                }
            choices.append((kind.value, ui.choice(title, hint)))
        boxes = cast(DoseBoxes, self.fields["doses"].widget)
        cast(forms.ChoiceField, self.fields["doses"]).choices = choices
        boxes.closed = frozenset(closed)
        boxes.kinds = {
            name.removeprefix("kind_"): self[name] for name in self.fields if name != "doses"
        }

    def kinds(self) -> dict[str, str]:
        """Return what is wrong with each chosen dose, by its key."""
        return {
            key: self.cleaned_data.get(f"kind_{key}") or Kind.WRONG_FIELDS.value
            for key in self.cleaned_data["doses"]
            if f"kind_{key}" in self.fields
        }

    def clean_doses(self) -> list[str]:
        """Drop doses that got an open correction after the page was rendered."""
        closed = cast(DoseBoxes, self.fields["doses"].widget).closed
        chosen = [key for key in self.cleaned_data["doses"] if key not in closed]
        if not chosen:
            raise ValidationError(_("Choose at least one line."))
        return chosen


def _about_the_person() -> list[tuple[Kind, str, str]]:
    return [
        (
            Kind.IDENTITY,
            _("Personal details are wrong"),
            _("Name, date of birth, sex, ID number or phone"),
        ),
        (
            Kind.SPLIT_RECORD,
            _("The doses stand on two records"),
            _("Some under an old number, another name or phone"),
        ),
    ]
