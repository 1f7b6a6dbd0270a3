"""The form of a site's own count: how many doses it gave on a day."""

from django import forms
from django.utils.translation import gettext_lazy

from vaxreg.forms import DateField, Form


class GivenForm(Form):
    """How many doses the site gave on one day, all sessions together."""

    day = DateField(label=gettext_lazy("Day"), past_only=True)
    doses = forms.IntegerField(
        label=gettext_lazy("Doses given, by your own count"),
        min_value=0,
        max_value=100_000,
        help_text=gettext_lazy("Of the whole day, from the paper lists"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "6"}),
    )
