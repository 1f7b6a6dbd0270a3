"""The filters of a report. Invalid values are ignored, and the page says so."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections.models import Kind
from organizations.models import Area, Organization
from organizations.scope import Scope
from reporting.compute import PERIODS
from reporting.report import Filters
from vaxreg.forms import Form


class ReportForm(Form):
    """The filters of a report, read from the query string."""

    mark_optional = False

    days = forms.TypedChoiceField(
        label=gettext_lazy("Period"),
        required=False,
        coerce=int,
        choices=lambda: [(days, _("Last %(days)s days") % {"days": days}) for days in PERIODS],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What is asked"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *Kind.choices],
    )
    by = forms.ChoiceField(
        label=gettext_lazy("Missed deadlines count for"),
        required=False,
        choices=[
            ("holder", gettext_lazy("whoever held the case then")),
            ("giver", gettext_lazy("whoever gave the dose")),
        ],
    )
    commune = forms.MultipleChoiceField(
        label=gettext_lazy("Communes"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, communes: Sequence[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.communes = {area.code: area for area in communes}
        choices = [(area.code, area.full_name) for area in communes]
        self.fields["commune"].choices = choices  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """Return the valid filters; invalid ones count as missing."""
        self.is_valid()
        cleaned = self.cleaned_data
        usual = Filters()
        return Filters(
            days=cleaned.get("days") or usual.days,
            kind=cleaned.get("kind", usual.kind),
            communes=self._known_communes(),
            by=cleaned.get("by") or usual.by,
        )

    def _known_communes(self) -> tuple[Area, ...]:
        """Return the communes that exist; an unknown one does not remove the others."""
        wanted = set(self["commune"].data or ())
        return tuple(area for code, area in self.communes.items() if code in wanted)

    def ignored(self) -> list[str]:
        """Return the names of the filters with invalid values."""
        self.is_valid()
        return [str(self.fields[name].label) for name in self.errors]

    def in_force(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each active filter: its text, and the filters without it."""
        chosen, usual = self.filters(), Filters()
        if chosen.kind:
            yield str(Kind(chosen.kind).label), {"kind": usual.kind}
        for commune in chosen.communes:
            others = tuple(one for one in chosen.communes if one != commune)
            yield commune.full_name, {"communes": others}
        if chosen.by != usual.by:
            yield _("Missed deadlines by who gave the dose"), {"by": usual.by}

    def shown(self) -> "ReportForm":
        """Return the form with the active filters, without invalid values."""
        chosen = self.filters()
        return ReportForm(
            communes=list(self.communes.values()),
            initial={
                "days": chosen.days,
                "kind": chosen.kind,
                "by": chosen.by,
                "commune": [commune.code for commune in chosen.communes],
            },
        )


def communes_of(scope: Scope) -> list[Area]:
    """Return the communes for the filter; empty unless the scope is a district."""
    if scope.is_high or scope.alone:
        return []
    inside = Q()
    for top in scope.tops:
        inside |= Q(path__startswith=top.path)
    desks = Organization.objects.filter(inside).order_by().values("area")
    return list(
        Area.objects.filter(pk__in=desks, level=Area.Level.COMMUNE).order_by("search_name", "pk")
    )
