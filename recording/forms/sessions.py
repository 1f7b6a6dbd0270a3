"""Forms of a vaccination session and of the lots of a site."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doses.forms import VaccineField
from doses.models import ReceivedLot
from organizations.models import Organization
from vaxreg import ui
from vaxreg.forms import DateField, Form


class SiteForm(Form):
    """Asks for the site only of somebody who works for several."""

    site = forms.ChoiceField(label=gettext_lazy("Vaccination site"))

    def __init__(self, *args: Any, sites: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(site.public_id): site for site in sites}
        if len(self.sites) == 1:
            del self.fields["site"]
        else:
            choice = cast(forms.ChoiceField, self.fields["site"])
            choice.choices = [(key, site.name) for key, site in self.sites.items()]

    @property
    def chosen_site(self) -> Organization:
        """The site that was chosen, or the only one. After validation."""
        if "site" in self.fields:
            return self.sites[str(self.cleaned_data["site"])]
        return next(iter(self.sites.values()))


class SessionForm(SiteForm):
    """A session: its day, venue, and the lots that are used."""

    on = DateField(label=gettext_lazy("Day"))
    venue = forms.CharField(
        label=gettext_lazy("Venue"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("If it is not at the site: a school, a factory"),
    )
    lots = forms.MultipleChoiceField(
        label=gettext_lazy("Lots used"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    planned_doses = forms.IntegerField(
        label=gettext_lazy("Planned doses"),
        required=False,
        min_value=1,
        max_value=100_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "6"}),
    )
    field_order = ("site", "on", "venue", "lots", "planned_doses")

    def __init__(self, *args: Any, lots: Iterable[ReceivedLot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known_lots = {str(lot.pk): lot for lot in lots}
        choice = cast(forms.MultipleChoiceField, self.fields["lots"])
        choice.choices = [(key, lot_label(lot)) for key, lot in self.known_lots.items()]
        if not self.known_lots:
            del self.fields["lots"]

    @property
    def chosen_lots(self) -> list[ReceivedLot]:
        """The lots that were ticked. After validation."""
        return [self.known_lots[key] for key in self.cleaned_data.get("lots", [])]


class LotForm(SiteForm):
    """A lot that the site received."""

    vaccine = VaccineField(label=gettext_lazy("Vaccine"))
    number = forms.CharField(
        label=gettext_lazy("Lot number"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    expires_on = DateField(label=gettext_lazy("Expires on"), required=False)
    received_on = DateField(label=gettext_lazy("Received on"), past_only=True)
    doses = forms.IntegerField(
        label=gettext_lazy("Doses received"),
        required=False,
        min_value=1,
        max_value=10_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "8"}),
    )
    field_order = ("site", "vaccine", "number", "expires_on", "received_on", "doses")


class CloseForm(Form):
    """How many doses a session gave, by the site's own count on paper."""

    given_doses = forms.IntegerField(
        label=gettext_lazy("Doses given, by your own count"),
        min_value=0,
        max_value=100_000,
        help_text=gettext_lazy("From the paper list, not from this page"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "6"}),
    )


def lot_label(lot: ReceivedLot) -> str:
    """Return a lot in one line: AstraZeneca · ABX4112 · until 30/11/2021."""
    parts = [lot.vaccine.name, lot.number]
    if lot.expires_on:
        parts.append(_("until %(day)s") % {"day": ui.day(lot.expires_on)})
    return " · ".join(parts)
