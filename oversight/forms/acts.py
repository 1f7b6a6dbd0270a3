"""Forms for a health officer's acts on a case or a site."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections.models import Correction
from organizations.models import Membership, Organization, OrganizationQuerySet
from organizations.search import nearest_name
from review.forms.reason import LONGEST_REASON, ReasonField
from vaxreg import ui
from vaxreg.forms import Form

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_NOTE = 2000
# Longer lists are not read; the search makes them shorter.
MOST_SHOWN = 12


class RemindForm(Form):
    """A text to the site that comes with the reminder."""

    remark = forms.CharField(
        label=gettext_lazy("Note to the site"),
        help_text=gettext_lazy("Staff of the site read it. Citizens do not."),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ActForm(Form):
    """A reason, and the version of the case that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class TakeOverForm(ActForm):
    """Why the officer decides in the site's place."""

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The site and the citizen can read it. No personal data."),
        max_length=LONGEST_REASON,
    )


class NoteToSiteForm(Form):
    text = forms.CharField(
        label=gettext_lazy("Note to the site"),
        help_text=gettext_lazy(
            "Everybody who decides there gets it by e-mail, and sees it in the queue until"
            " somebody marks it as read. No personal data of citizens."
        ),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write what the site is to know or do.")},
    )
    mark_optional = False


class ReceiverForm(Form):
    """The organization that gets the cases, found by name, and the reason."""

    q = forms.CharField(
        label=gettext_lazy("Search by name"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )
    to = forms.ModelChoiceField(
        queryset=Organization.objects.none(),
        to_field_name="public_id",
        label=gettext_lazy("Give the case to"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose the organization that gets the case."),
            "invalid_choice": gettext_lazy("This organization is not within your reach."),
        },
    )
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The organization that gets the case and the citizen can read it."),
        max_length=LONGEST_REASON,
    )
    mark_optional = False

    def __init__(self, *args: Any, by: "User", holder: Organization | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reach = Organization.objects.within_reach(by, Membership.Role.OFFICER)
        receiving = reach.able_to_receive().select_related("area")
        if holder is not None:
            receiving = receiving.exclude(pk=holder.pk)
        found = receiving.named(self.sought).order_by(*nearest_name(self.sought))
        shown = list(found[: MOST_SHOWN + 1])
        self.nothing_found = not shown
        self.more_found = len(shown) > MOST_SHOWN
        to = cast("forms.ModelChoiceField[Organization]", self.fields["to"])
        to.queryset = reach
        # Keep the chosen one in the list, whatever is searched for next.
        shown = [*self._chosen(to, receiving), *shown]
        to.choices = [
            (
                str(one.public_id),
                ui.choice(one.name, one.area.full_name if one.area else one.get_kind_display()),
            )
            for one in list(dict.fromkeys(shown))[:MOST_SHOWN]
        ]

    @property
    def sought(self) -> str:
        return str(self.data.get(self.add_prefix("q"), ""))[:80]

    def _chosen(
        self,
        to: "forms.ModelChoiceField[Organization]",
        receiving: OrganizationQuerySet,
    ) -> list[Organization]:
        try:
            chosen = to.to_python(self.data.get(self.add_prefix("to")) or None)
        except forms.ValidationError:
            return []
        return list(receiving.filter(pk=chosen.pk)) if chosen else []

    def refuse_receiver(self) -> None:
        """Add the error that the chosen organization cannot receive the case."""
        chosen = self.cleaned_data["to"].name
        self.add_error(
            "to",
            _("%(organization)s cannot take the case: it has no active staff, or has it already.")
            % {"organization": chosen},
        )


class ReassignForm(ReceiverForm, ActForm):
    """The organization that gets one case, and the version of the case that the page showed."""

    def __init__(self, *args: Any, by: "User", case: Correction, **kwargs: Any) -> None:
        super().__init__(*args, by=by, holder=case.holder, **kwargs)


class GiveForm(ReceiverForm):
    """Cases of a site to give away, each with the version on the page, and the receiver."""

    case = forms.MultipleChoiceField(
        label=gettext_lazy("Cases"),
        error_messages={
            "required": gettext_lazy("Tick at least one case."),
            "invalid_choice": gettext_lazy("Tick at least one case."),
        },
    )

    def __init__(self, *args: Any, values: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].label = _("Give the cases to")
        cast("forms.MultipleChoiceField", self.fields["case"]).choices = [
            (value, value) for value in values
        ]

    def clean_case(self) -> dict[str, int]:
        """Return the version of each case that the page showed, by reference."""
        ticked = (value.rpartition(":") for value in self.cleaned_data["case"])
        return {reference: int(version) for reference, _colon, version in ticked}
