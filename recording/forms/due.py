"""The form by which a site switches reminders of a vaccine group on or off."""

from django import forms
from django.utils.translation import gettext_lazy

from recording.due.models import MOST_DAYS
from vaxreg.forms import Form


class ReminderForm(Form):
    """How many days before the first day; the button says on or off."""

    days_before = forms.IntegerField(
        label=gettext_lazy("Days before"),
        min_value=0,
        max_value=MOST_DAYS,
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "numeric", "size": "2"}),
    )
