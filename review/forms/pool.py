"""Forms to send cases of the pool to a site or to the level above."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doses import sites
from organizations.models import Organization
from organizations.search import nearest_name
from review.forms.reason import LONGEST_REASON, ReasonField
from review.site_suggestions import Suggestion, reason_of
from vaxreg import ui
from vaxreg.forms import Form

MOST_FOUND = 8


class SendUpForm(Form):
    """The reason why this organization cannot find the site."""

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The desk above and the citizen can read it. No personal data."),
        max_length=LONGEST_REASON,
    )


class RouteForm(Form):
    """The site to which the cases go: a suggested one, or one found by name."""

    q = forms.CharField(
        label=gettext_lazy("Search for another site by name"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )
    to = forms.ModelChoiceField(
        queryset=Organization.objects.none(),
        to_field_name="public_id",
        label=gettext_lazy("Which site gets it?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose the site, or search for it by name."),
            "invalid_choice": gettext_lazy("This organization cannot receive a case."),
        },
    )
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The site and the citizen can read it. No personal data."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    mark_optional = False

    def __init__(self, *args: Any, suggestions: Sequence[Suggestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = Organization.objects.able_to_receive().filter(kind__in=sites.KINDS_GIVING_DOSES)
        to = cast("forms.ModelChoiceField[Organization]", self.fields["to"])
        to.queryset = able
        chosen = self._chosen(to)
        suggested = [one for one in suggestions if not one.is_holder]
        found = self._found()
        self.nothing_found = bool(self.sought) and not found
        options = {str(one.site.public_id): _suggested(one) for one in suggested}
        for site in [*found, *([chosen] if chosen else [])]:
            options.setdefault(str(site.public_id), ui.choice(site.name, sites.place_of(site)))
        to.choices = list(options.items())
        if not self.is_bound:
            self.initial.setdefault("reason", reason_of(suggested, chosen))

    @property
    def sought(self) -> str:
        return str((self.data or self.initial).get("q", "") or "")[:80]

    def _found(self) -> list[Organization]:
        if not self.sought.strip():
            return []
        giving = Organization.objects.able_to_receive().filter(kind__in=sites.KINDS_GIVING_DOSES)
        return list(
            giving.named(self.sought)
            .select_related("area__parent__parent")
            .order_by(*nearest_name(self.sought))[:MOST_FOUND]
        )

    def _chosen(self, to: "forms.ModelChoiceField[Organization]") -> Organization | None:
        try:
            chosen = to.to_python((self.data or self.initial).get("to") or None)
        except forms.ValidationError:
            return None
        return chosen


def _suggested(one: Suggestion) -> Any:
    return ui.choice(
        one.site.name,
        _("%(place)s. %(reasons)s") % {"place": one.place, "reasons": " ".join(one.reasons)},
    )
