"""URLs of sign-in, account, messages and the language switch."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from accounts.views import (
    account,
    citizen,
    contact_email,
    demo,
    factors,
    inbox,
    invitation,
    message_choice,
    staff,
)

pages = [
    path("sign-in/", citizen.sign_in, name="sign_in"),
    path("sign-in/code/", citizen.code, name="code"),
    path("sign-in/code/state/", citizen.code_state, name="code_state"),
    path("sign-in/code/again/", citizen.send_again, name="send_again"),
    path("sign-out/", account.sign_out, name="sign_out"),
    path("sign-out/everywhere/", account.sign_out_everywhere, name="sign_out_everywhere"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/email/", contact_email.address, name="email"),
    path("account/email/code/", contact_email.code, name="email_code"),
    path("account/email/remove/", contact_email.remove, name="email_remove"),
    path("account/second-factors/", factors.overview, name="second_factors"),
    path("account/second-factors/confirm/", factors.confirm, name="confirm"),
    path("account/second-factors/passkeys/add/", factors.add_passkey, name="passkey_add"),
    path("account/second-factors/passkeys/remove/", factors.remove_passkey, name="passkey_remove"),
    path("account/second-factors/recovery-codes/", factors.recovery_codes, name="recovery_codes"),
    path("account/sessions/end/", account.end_session, name="end_session"),
    path("account/programs/end/", account.end_token, name="end_token"),
    path("staff/sign-in/", staff.sign_in, name="staff_sign_in"),
    path("staff/sign-in/code/", staff.second_factor, name="staff_second_factor"),
    path("staff/sign-in/password/", staff.new_password, name="staff_new_password"),
    path("staff/sign-in/set-up/", staff.set_up, name="staff_set_up"),
    path("staff/sign-in/recovery-codes/", staff.recovery_codes, name="staff_recovery_codes"),
    path("staff/invitation/<str:token>/", invitation.invitation, name="staff_invitation"),
]
if settings.DEMO:
    pages += [
        path("demo/second-factors/", demo.second_factors, name="demo_second_factors"),
    ]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((pages, "accounts"))),
    path("messages/", inbox.inbox, name="messages"),
    path("messages/<uuid:key>/again/", inbox.send_again, name="message-again"),
    path("messages/choice/<str:token>/", message_choice.choice, name="message-choice"),
    # The name that Django's own code and documentation use.
    path("i18n/setlang/", account.choose_language, name="set_language"),
]
