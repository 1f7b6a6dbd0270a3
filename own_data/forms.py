"""Forms of one's own data: which records, what to restrict, and what officers answer."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from own_data.collecting import OwnRecord
from own_data.models import DataRequest, Download
from vaxreg import ui
from vaxreg.forms import Form

MOST_LETTERS = 2000


class WordsField(forms.CharField):
    """Some sentences of a person."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3})
        super().__init__(max_length=MOST_LETTERS, widget=widget, **kwargs)


class DownloadForm(Form):
    """The records to copy, and the form of the copy."""

    records = forms.MultipleChoiceField(label=_("Whose data?"), widget=forms.CheckboxSelectMultiple)
    form = forms.ChoiceField(
        label=_("In which form?"), choices=Download.Form.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, records: Sequence[OwnRecord], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = {str(one.citizen.public_id): one for one in records}
        self.fields["records"].choices = [  # type: ignore[attr-defined]
            (key, one.citizen.full_name) for key, one in self.of.items()
        ]

    @property
    def chosen(self) -> list[OwnRecord]:
        """The records of a valid form, in the order of the page."""
        wanted = self.cleaned_data["records"]
        return [one for key, one in self.of.items() if key in wanted]


class RequestForm(Form):
    """What is to be done less with which record, and why."""

    record = forms.ChoiceField(label=_("About whose record?"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=_("What do you ask for?"),
        widget=forms.RadioSelect,
        choices=[
            (
                DataRequest.Kind.RESTRICTION,
                ui.choice(
                    _("Use it for less"),
                    _("Partner apps may no longer read the record, and staff see a mark on it."),
                ),
            ),
            (
                DataRequest.Kind.OBJECTION,
                ui.choice(
                    _("Object to a use"),
                    _("You say which use you do not want; a health officer decides about it."),
                ),
            ),
        ],
    )
    what = WordsField(
        label=_("What do you want us to stop?"),
        help_text=_("For example: an app may no longer read my record."),
    )
    why = WordsField(label=_("Why?"))

    def __init__(self, *args: Any, records: Sequence[OwnRecord], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = {str(one.citizen.public_id): one.citizen for one in records}
        self.fields["record"].choices = [  # type: ignore[attr-defined]
            (key, citizen.full_name) for key, citizen in self.of.items()
        ]


class AnswerForm(Form):
    """Whether the request is accepted; words for the person, needed to refuse."""

    outcome = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[("accept", _("Accept it")), ("refuse", _("Refuse it"))],
    )
    words = WordsField(
        label=_("Words for the person"),
        required=False,
        help_text=_("To refuse, say why: which law or duty asks us to go on."),
    )


class ExtendForm(Form):
    """Why 10 days are not enough."""

    reason = WordsField(label=_("Why does it need more time?"))


class CompleteForm(Form):
    """What was done."""

    result = WordsField(label=_("What was done?"))


class CloseForm(Form):
    """The tick that the words about closing were read."""

    understood = forms.BooleanField(label=_("I have read this and want to close the account."))
