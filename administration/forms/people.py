"""Forms about staff, for health officers and site leads."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from administration.people import choices_of
from organizations.imports.reading import MOST_BYTES
from organizations.staffing import LONGEST_REASON
from vaxreg.forms import BirthDateField, Form, IdNumberField, NameField, PhoneField


class PersonForm(Form):
    """Who somebody is, by the paper that an officer or lead sees."""

    id_number = IdNumberField(
        label=gettext_lazy("ID number"),
        help_text=gettext_lazy("As on the identity card, which you have seen."),
    )
    date_of_birth = BirthDateField(label=gettext_lazy("Date of birth"))
    phone = PhoneField(
        label=gettext_lazy("Private phone number"),
        help_text=gettext_lazy(
            "The one on the person’s own vaccination record: nobody decides about themselves."
        ),
        required=False,
    )


class InviteForm(PersonForm):
    """A person to invite; offers only roles that the inviter may give."""

    field_order = ("full_name", "email")

    full_name = NameField(label=gettext_lazy("Full name"))
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy(
            "An address that only this person reads: the link to the account goes there."
        ),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = role_field(roles)


class IdentityForm(PersonForm):
    """The identity of a member of staff; a reason when it replaces one that was verified."""

    reason = forms.CharField(
        label=gettext_lazy("Why it differs from what was verified before"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write the reason: it stays on record for good.")},
    )

    def __init__(self, *args: Any, known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not known:
            del self.fields["reason"]


class RoleForm(Form):
    """The new role of a member of staff."""

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = role_field(roles)
        self.fields["confirmed"] = confirmation()

    def expect_confirmation(self, wanted: bool) -> None:
        """Add a required checkbox when the consequences are grave; otherwise remove it."""
        _expect(self, wanted)


class EndWorkForm(Form):
    """The reason why somebody's work is suspended or ends."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("It stays on record, for those who look after the staff here."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write the reason: it stays on record for good.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmed"] = confirmation()

    def expect_confirmation(self, wanted: bool) -> None:
        """Add a required checkbox when the consequences are grave; otherwise remove it."""
        _expect(self, wanted)


def role_field(roles: Sequence[str]) -> forms.ChoiceField:
    """Return a choice of roles; a single role is preselected."""
    field = forms.ChoiceField(
        label=_("Role"),
        choices=choices_of(roles),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the role."),
            "invalid_choice": _("Choose one of the roles in the list."),
        },
    )
    if len(roles) == 1:
        field.initial = roles[0]
    return field


def confirmation() -> forms.BooleanField:
    """Return the checkbox to confirm a grave act."""
    return forms.BooleanField(
        label=_("I have read what happens, and mean it"),
        error_messages={"required": _("Tick this box to go on.")},
    )


def _expect(form: Form, wanted: bool) -> None:
    if not wanted:
        del form.fields["confirmed"]


class UploadForm(Form):
    """A spreadsheet with sites and staff."""

    file = forms.FileField(
        label=gettext_lazy("File (.xlsx or .csv, 20,000 rows and 8 MB at most)"),
        max_length=200,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "max_length": gettext_lazy("The name of the file is too long."),
        },
    )

    def clean_file(self) -> Any:
        """Refuse a file that is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 8 MB. Split it into smaller ones.")
            )
        return file
