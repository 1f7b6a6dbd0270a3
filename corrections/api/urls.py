"""Addresses of the API, below /api/v1/."""

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from corrections.api import acting, reading

app_name = "api"

# Swagger writes styles into its elements; nowhere else may a page do that.
docs = csp_update({"style-src": "'unsafe-inline'"})(
    login_not_required(SpectacularSwaggerSplitView.as_view(url_name="api:schema"))
)

urlpatterns = [
    path("records/", reading.Records.as_view(), name="records"),
    path("records/<uuid:record>/doses/", reading.Doses.as_view(), name="doses"),
    path("corrections/", acting.Corrections.as_view(), name="corrections"),
    path("corrections/<str:reference>/", reading.OneCorrection.as_view(), name="correction"),
    path("corrections/<str:reference>/pick-up/", acting.PickUp.as_view(), name="pick-up"),
    path("corrections/<str:reference>/give-back/", acting.GiveBack.as_view(), name="give-back"),
    path("corrections/<str:reference>/keep/", acting.Keep.as_view(), name="keep"),
    path("corrections/<str:reference>/accept/", acting.Accept.as_view(), name="accept"),
    path("corrections/<str:reference>/refuse/", acting.Refuse.as_view(), name="refuse"),
    path("corrections/<str:reference>/remind/", acting.Remind.as_view(), name="remind"),
    path("corrections/<str:reference>/reassign/", acting.Reassign.as_view(), name="reassign"),
    path("corrections/<str:reference>/take-over/", acting.TakeOver.as_view(), name="take-over"),
    path("queue/", reading.Queue.as_view(), name="queue"),
    path("vaccines/", reading.Vaccines.as_view(), name="vaccines"),
    path("organizations/", reading.Organizations.as_view(), name="organizations"),
    path("schema/", login_not_required(SpectacularAPIView.as_view()), name="schema"),
    path("docs/", docs, name="docs"),
]
