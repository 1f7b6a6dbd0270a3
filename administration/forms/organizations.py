"""Forms to open an organization, correct its details, close, merge or move it."""

import re
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from administration.close_merge_move import TreeAct
from organizations.models import Area, Membership, Organization, OrganizationQuerySet
from organizations.search import nearest_name
from organizations.tree import ALLOWED_PARENTS, NEVER_CLOSED
from vaxreg import ui
from vaxreg.forms import Form
from vaxreg.typed.phones import of_today

if TYPE_CHECKING:
    from accounts.models import User

# Longer lists are not read; the search makes them shorter.
MOST_SHOWN = 12
PHONE = re.compile(r"[+()\d][\d\s().-]{2,30}")


class OrganizationDetailsForm(Form):
    """Names and contacts, which may be corrected at any time."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("In full, as on its seal: citizens read it."),
        max_length=160,
    )
    short_name = forms.CharField(
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("For lists and small screens, for example “TYT Phường Bưởi”."),
        max_length=80,
        required=False,
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        help_text=gettext_lazy("The office’s own number, not that of a person."),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        error_messages={
            "invalid": gettext_lazy("Enter an e-mail address, for example tyt.buoi@hanoi.gov.vn.")
        },
    )

    def clean_phone(self) -> str:
        """Accept digits and the usual separators."""
        typed = of_today(self.cleaned_data["phone"].strip())
        if typed and not PHONE.fullmatch(typed):
            raise ValidationError(_("A phone number has digits only, for example 024 3823 0000."))
        return typed

    def refuse(self, error: ValidationError) -> None:
        """Show errors of the verb beside the fields they are about."""
        for field, told in error.message_dict.items():
            self.add_error(field if field in self.fields else None, told)


class OpenForm(OrganizationDetailsForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), widget=forms.RadioSelect)
    area = forms.ModelChoiceField(
        queryset=Area.objects.none(),
        label=gettext_lazy("Area"),
        help_text=gettext_lazy(
            "A commune health station answers for a commune, a district centre for a district. A "
            "hospital or site lies in one."
        ),
        required=False,
        empty_label=gettext_lazy("Choose an area"),
    )
    field_order = ("kind", "name", "short_name", "area", "phone", "email")

    def __init__(self, *args: Any, above: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind, label) for kind, label in Organization.Kind.choices if _fits(kind, above)]
        cast("forms.ChoiceField", self.fields["kind"]).choices = kinds
        self.has_kinds = bool(kinds)
        areas = Area.objects.current().select_related("parent").order_by("path")
        if above.area is not None:
            areas = areas.under(above.area)
        else:
            areas = areas.filter(level=Area.Level.PROVINCE)
        area = cast("forms.ModelChoiceField[Area]", self.fields["area"])
        area.queryset = areas
        area.choices = [
            ("", area.empty_label),
            *((str(one.pk), _with_parent(one)) for one in areas),
        ]


class OtherForm(Form):
    """The successor, or the new parent, found by name."""

    # The field that names the other organization; errors of the verb have the same key.
    field = ""
    mark_optional = False

    q = forms.CharField(label=gettext_lazy("Search by name"), required=False, max_length=80)
    seal = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: "User", organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        candidates = self._candidates(by, organization).select_related("area", "part_of")
        near = candidates.filter(part_of=organization.part_of_id)
        # Without search words: neighbours first, then the levels above.
        found = (
            candidates.named(self.sought)
            if self.sought
            else near | self._above(candidates, organization)
        )
        shown = list(found.order_by("kind", *nearest_name(self.sought))[: MOST_SHOWN + 1])
        self.nothing_found = not shown
        self.more_found = len(shown) > MOST_SHOWN
        to = cast("forms.ModelChoiceField[Organization]", self.fields[self.field])
        to.queryset = candidates
        shown = list(dict.fromkeys([*self._chosen(to, candidates), *shown]))[:MOST_SHOWN]
        to.choices = [
            *self._other_choices(),
            *((str(one.public_id), _choice(one)) for one in shown),
        ]

    def _candidates(self, by: "User", organization: Organization) -> OrganizationQuerySet:
        reach = Organization.objects.within_reach(by, Membership.Role.OFFICER)
        found: OrganizationQuerySet = reach.open().exclude(path__startswith=organization.path)
        return found

    def _above(
        self, candidates: OrganizationQuerySet, organization: Organization
    ) -> OrganizationQuerySet:
        return candidates.filter(parts=organization)

    def _other_choices(self) -> list[tuple[str, Any]]:
        return []

    def _chosen(
        self, to: "forms.ModelChoiceField[Organization]", candidates: OrganizationQuerySet
    ) -> list[Organization]:
        """Keep the chosen one in the list, whatever is searched for next."""
        try:
            chosen = to.to_python(self.data.get(self.add_prefix(self.field)) or None)
        except ValidationError:
            return []
        return [chosen] if chosen is not None else []

    @property
    def sought(self) -> str:
        return str(self.data.get(self.add_prefix("q"), ""))[:80]

    @property
    def chooser(self) -> forms.BoundField:
        """The bound field that names the other organization."""
        return self[self.field]

    @property
    def other(self) -> Organization | None:
        """The chosen organization, when the form is valid."""
        found: Organization | None = self.cleaned_data[self.field]
        return found

    def refuse(self, error: ValidationError) -> None:
        """Show errors of the verb beside the field they are about."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for field, told in error.message_dict.items():
            self.add_error(field if field in self.fields else None, told)


def _receiver(label: Any, **kwargs: Any) -> Any:
    return forms.ModelChoiceField(
        queryset=Organization.objects.none(),
        to_field_name="public_id",
        label=label,
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose an organization."),
            "invalid_choice": gettext_lazy(
                "This organization is not in your area, or has closed meanwhile. Choose another one."
            ),
        },
        **kwargs,
    )


class CloseForm(OtherForm):
    """The successor, if there is one."""

    field = "successor"
    successor = _receiver(gettext_lazy("Who takes over"), required=False)

    def _candidates(self, by: "User", organization: Organization) -> OrganizationQuerySet:
        return super()._candidates(by, organization).exclude(kind__in=NEVER_CLOSED)

    def _other_choices(self) -> list[tuple[str, Any]]:
        return [
            (
                "",
                ui.choice(
                    gettext_lazy("Nobody"),
                    gettext_lazy("open cases go to whoever is responsible by the rules"),
                ),
            )
        ]


class MergeForm(OtherForm):
    """The organization into which it is merged."""

    field = "into"
    into = _receiver(gettext_lazy("Merge it into"))

    def _candidates(self, by: "User", organization: Organization) -> OrganizationQuerySet:
        return super()._candidates(by, organization).exclude(kind__in=NEVER_CLOSED)


class MoveForm(OtherForm):
    """The organization of which it becomes a part."""

    field = "part_of"
    part_of = _receiver(gettext_lazy("Make it part of"))

    def _candidates(self, by: "User", organization: Organization) -> OrganizationQuerySet:
        found: OrganizationQuerySet = (
            super()
            ._candidates(by, organization)
            .filter(kind__in=ALLOWED_PARENTS[organization.kind])
            .exclude(parts=organization)
        )
        return found

    def _above(
        self, candidates: OrganizationQuerySet, organization: Organization
    ) -> OrganizationQuerySet:
        # All possible parents: there are few.
        return candidates


FORMS: dict[TreeAct, type[OtherForm]] = {
    TreeAct.CLOSE: CloseForm,
    TreeAct.MERGE: MergeForm,
    TreeAct.MOVE: MoveForm,
}


def _fits(kind: str, above: Organization) -> bool:
    return kind not in NEVER_CLOSED and above.kind in ALLOWED_PARENTS[kind]


def _choice(organization: Organization) -> Any:
    place = organization.area.full_name if organization.area else ""
    above = organization.part_of.label if organization.part_of else ""
    return ui.choice(organization.name, " · ".join(part for part in (place, above) if part))


def _with_parent(area: Area) -> str:
    parent = area.parent.full_name if area.parent else ""
    return ", ".join(part for part in (area.full_name, parent) if part)
