"""The form of a shared link: for how long it is good."""

from django import forms
from django.utils.translation import gettext_lazy

from certificates.sharing import Lasting
from vaxreg.forms import Form


class ShareForm(Form):
    """How long others can open the certificate."""

    lasting = forms.ChoiceField(
        label=gettext_lazy("For how long?"),
        choices=Lasting.choices,
        initial=Lasting.DAY,
        widget=forms.RadioSelect,
    )
