"""Forms of back entry: a deadline, and a letter to the sites that are behind."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from oversight.forms.acts import LONGEST_NOTE
from recording.models import Deadline
from vaxreg import ui
from vaxreg.forms import DateField, Form


class DeadlineForm(Form):
    """Until when doses given up to a day must be entered, and where it is written."""

    due_on = DateField(label=gettext_lazy("To be entered by"))
    given_until = DateField(label=gettext_lazy("Doses given up to"))
    source = forms.CharField(
        label=gettext_lazy("Dispatch"),
        help_text=gettext_lazy("Its number and who issued it, for example: 7229/BYT-VPB1"),
        max_length=200,
    )


class LetterForm(Form):
    """Which sites are written to, and what."""

    deadline = forms.ChoiceField(label=gettext_lazy("Deadline of back entry"))
    below = forms.IntegerField(
        label=gettext_lazy("Sites that have entered less than, in percent"),
        min_value=1,
        max_value=100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
    )
    uncounted = forms.BooleanField(
        label=gettext_lazy("Also those that have not said how many doses they gave"), required=False
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy(
            "Everybody who decides there gets it by e-mail, and sees it in the queue until"
            " somebody marks it as read. No personal data of citizens."
        ),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write what the sites are to do.")},
    )
    mark_optional = False

    def __init__(self, *args: Any, deadlines: Iterable[Deadline], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(one.public_id): one for one in deadlines}
        choice = cast(forms.ChoiceField, self.fields["deadline"])
        choice.choices = [
            (key, f"{ui.day(one.due_on)} · {one.source}") for key, one in self.known.items()
        ]

    @property
    def chosen(self) -> Deadline:
        """The deadline that was chosen. After validation."""
        return self.known[self.cleaned_data["deadline"]]
