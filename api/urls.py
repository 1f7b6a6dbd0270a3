"""URLs of the API, below /api/v1/."""

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import conditional_page
from drf_spectacular.views import SpectacularAPIView

from api import acting, coverage, oversight, own_steps, reading, webhook
from api.certificates import Certificates
from api.docs import Docs

# Swagger UI writes inline styles, which the CSP forbids on all other pages.
docs = csp_update({"style-src": "'unsafe-inline'"})(
    login_not_required(Docs.as_view(url_name="api:schema"))
)

STEPS: dict[str, type[acting.StepView]] = {
    # Steps of citizens.
    "answer": own_steps.Answer,
    "add-photo": own_steps.AddPhoto,
    "withdraw": own_steps.Withdraw,
    "appeal": own_steps.Appeal,
    "log-disagreement": own_steps.LogDisagreement,
    "confirm": own_steps.Confirm,
    "reopen": own_steps.Reopen,
    # Steps of the holder.
    "pick-up": acting.PickUp,
    "give-back": acting.GiveBack,
    "ask": acting.Ask,
    "pass-on": acting.PassOn,
    "keep": acting.Keep,
    "accept": acting.Accept,
    "refuse": acting.Refuse,
    "cannot-confirm": acting.CannotConfirm,
    "countersign": acting.Countersign,
    "hand-back": acting.HandBack,
    "note": acting.Note,
    # Steps of health officers.
    "remind": acting.Remind,
    "reassign": acting.Reassign,
    "take-over": acting.TakeOver,
}

pages = [
    path("records/", reading.Records.as_view(), name="records"),
    path("records/<uuid:record>/doses/", reading.Doses.as_view(), name="doses"),
    path("records/<uuid:record>/certificates/", Certificates.as_view(), name="certificates"),
    path("corrections/", acting.Corrections.as_view(), name="corrections"),
    path("corrections/<str:reference>/", reading.OneCorrection.as_view(), name="correction"),
    *(
        path(f"corrections/<str:reference>/{name}/", view.as_view(), name=name)
        for name, view in STEPS.items()
    ),
    path("oversight/report/", oversight.ReportView.as_view(), name="oversight-report"),
    path("queue/", reading.Queue.as_view(), name="queue"),
    path("vaccines/", reading.Vaccines.as_view(), name="vaccines"),
    path("organizations/", reading.Organizations.as_view(), name="organizations"),
    path("webhook/", webhook.OneEndpoint.as_view(), name="webhook"),
    path("webhook/test/", webhook.Test.as_view(), name="webhook-test"),
    path("webhook/rotate-secret/", webhook.RotateSecret.as_view(), name="webhook-rotate"),
    path("webhook/switch-on/", webhook.SwitchOn.as_view(), name="webhook-switch-on"),
    path("webhook/deliveries/", webhook.Deliveries.as_view(), name="webhook-deliveries"),
    path("webhook/deliveries/replay/", webhook.Replay.as_view(), name="webhook-replay"),
    path(
        "webhook/deliveries/<uuid:message>/replay/",
        webhook.ReplayOne.as_view(),
        name="webhook-replay-one",
    ),
    path("schema/", login_not_required(SpectacularAPIView.as_view()), name="schema"),
    path("docs/", docs, name="docs"),
]

for one in pages:
    # Callers that say what they have (If-None-Match) are told 304 instead of the same again.
    one.callback = conditional_page(one.callback)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((pages, "api"))),
    path("coverage/", coverage.CoverageView.as_view(), name="api-coverage"),
]
