"""Forms of sign-in and of one's own account."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language, User
from accounts.phones import is_vietnamese_mobile
from accounts.sign_in import passkeys, two_factor
from messaging.preferences import Offer
from vaxreg import ui
from vaxreg.forms import CodeField, Form, NameField, PhoneField


class PhoneForm(Form):
    """The phone number of a citizen."""

    phone = PhoneField(
        label=gettext_lazy("Your mobile phone number"),
        help_text=gettext_lazy("We send a code to this number by SMS. For example: 0912 345 678"),
    )

    def clean_phone(self) -> str:
        """Accept mobile numbers of Vietnam only: codes are sent to no others."""
        phone: str = self.cleaned_data["phone"]
        if not is_vietnamese_mobile(phone):
            raise ValidationError(
                _("Codes can be sent to Vietnamese mobile numbers only, for example 0912 345 678."),
                code="not_mobile",
            )
        return phone


class CodeForm(Form):
    """The one-time code from the SMS, call or e-mail, or that of the hotline.

    by: what the page has asked for: "sms", "call", "email", or "hotline".
    """

    def __init__(self, *args: Any, digits: int, by: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "sms": _("The %(count)s digits from the SMS"),
            "call": _("The %(count)s digits from the call"),
            "email": _("The %(count)s digits from the e-mail or the SMS"),
            "hotline": _("The %(count)s digits from the hotline"),
        }
        self.fields["code"] = CodeField(
            length=digits, other=settings.LONG_CODE_DIGITS, label=labels[by] % {"count": digits}
        )


class ContactEmailForm(Form):
    """The e-mail address of a citizen, for sign-in codes."""

    address = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("We send a code there now. For example: lan@gmail.com"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


class EmailCodeForm(Form):
    """The code that was sent to a new e-mail address."""

    code = CodeField(label=gettext_lazy("The 6 digits from the e-mail"))


class PasswordSignInForm(Form):
    """E-mail address and password of staff."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SecondFactorForm(Form):
    """Six digits from the authenticator app, a recovery code, or the answer of a passkey."""

    code = forms.CharField(
        label=gettext_lazy("Code from your authenticator app"),
        help_text=gettext_lazy("6 digits. Lost your phone? Enter one of your recovery codes."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": "12"}
        ),
    )
    passkey = forms.CharField(
        required=False, max_length=passkeys.LONGEST_ANSWER, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("passkey"):
            self.fields["code"].required = False


class PasskeyForm(Form):
    """A new passkey: its name, and the browser's answer, which a script fills in."""

    name = forms.CharField(
        label=gettext_lazy("Name of the passkey"),
        help_text=gettext_lazy("By which you know the device again. For example: Phone, Desk"),
        max_length=passkeys.LONGEST_NAME,
    )
    passkey = forms.CharField(
        max_length=passkeys.LONGEST_ANSWER,
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy(
                "The browser made no passkey. This page needs JavaScript for it."
            )
        },
    )


class SetUpForm(Form):
    """A code that proves that the authenticator app has the new secret."""

    code = CodeField(
        label=gettext_lazy("The 6 digits that the app shows now"),
        error_messages={"required": gettext_lazy("Enter the 6 digits that the app shows.")},
    )

    def __init__(self, *args: Any, secret: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret = secret

    def clean_code(self) -> str:
        """Check the code against the secret."""
        code: str = self.cleaned_data["code"]
        if not two_factor.matches(self.secret, code):
            raise ValidationError(
                _("This code does not match. Check that the clock of your phone is right."),
                code="wrong",
            )
        return code


class RecoveryCodesForm(Form):
    """A confirmation that the user has stored the recovery codes."""

    saved = forms.BooleanField(
        label=gettext_lazy("I have written the codes down or printed them"),
    )


class NewPasswordForm(Form):
    """A new password; pasting from a password manager works."""

    password = forms.CharField(
        label=gettext_lazy("New password"),
        help_text=gettext_lazy(
            "At least 12 characters. Several words are easy to remember and hard to guess."
        ),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("The new password again"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Apply the password validators, and refuse the old password."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.user)
        if self.user.check_password(password):
            raise ValidationError(
                _("This is the password you have now. Choose a new one."), code="same"
            )
        return password

    def clean(self) -> dict[str, Any]:
        """Check that both passwords are the same."""
        data = super().clean() or self.cleaned_data
        if "password" in data and "again" in data and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords are different. Type the new one again."))
        return data


class ChangePasswordForm(NewPasswordForm):
    """The same for somebody who is signed in: whoever finds an open screen knows no password."""

    present = forms.CharField(
        label=gettext_lazy("Your present password"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("present", "password", "again")

    def refuse_present(self) -> None:
        """Say that the present password is wrong; the view counts the tries."""
        self.add_error("present", _("This is not your present password."))


class AccountForm(Form):
    """What users may change of their own account."""

    full_name = NameField(
        label=gettext_lazy("Full name"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of pages and messages"),
        choices=[(Language.VIETNAMESE.value, "Tiếng Việt"), (Language.ENGLISH.value, "English")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, offers: Sequence[Offer] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = {f"wants_{offer.purpose}": offer for offer in offers}
        for name, offer in self.offers.items():
            self.fields[name] = forms.BooleanField(
                label=ui.choice(offer.title, offer.description), required=False
            )
