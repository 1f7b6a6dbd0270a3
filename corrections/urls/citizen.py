"""Addresses of the citizen’s pages."""

from django.urls import URLPattern, URLResolver, path

from corrections.views import citizen, filing, following, landing, own_case, photos, receipt

urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing.landing, name="landing"),
    path("follow/", following.follow, name="follow"),
    path("follow/<uuid:public_id>/", following.followed, name="followed"),
    path("record/", citizen.record, name="record"),
    path("record/open/", citizen.open_record, name="record-open"),
    path("record/start/", citizen.start_record, name="record-start"),
    path("record/areas/", citizen.areas, name="record-areas"),
    path("corrections/", citizen.corrections, name="corrections"),
    path("corrections/new/", filing.start, name="file"),
    path("corrections/new/dose/<slug:key>/", filing.details, name="file-dose"),
    path("corrections/new/photos/", photos.photos, name="file-photos"),
    path("corrections/new/photos/remove/", photos.remove, name="file-photo-remove"),
    path("corrections/new/check/", filing.check, name="file-check"),
    path("corrections/new/discard/", filing.discard, name="file-discard"),
    path("corrections/filed/<uuid:public_id>/", filing.filed, name="filed"),
    path("corrections/filed/<uuid:public_id>/receipt/", receipt.receipt, name="receipt"),
    path("corrections/evidence/<uuid:public_id>/", photos.show, name="evidence"),
    # Last: it takes whatever somebody types as a reference.
    path("corrections/<str:reference>/", own_case.correction, name="correction"),
    path("corrections/<str:reference>/answer/", own_case.answer, name="correction-answer"),
    path("corrections/<str:reference>/photos/", own_case.add_photo, name="correction-photos"),
    path(
        "corrections/<str:reference>/withdraw/",
        own_case.take,
        {"step": "withdraw"},
        name="correction-withdraw",
    ),
    path(
        "corrections/<str:reference>/appeal/",
        own_case.take,
        {"step": "appeal"},
        name="correction-appeal",
    ),
    path(
        "corrections/<str:reference>/disagree/",
        own_case.take,
        {"step": "log_disagreement"},
        name="correction-disagree",
    ),
    path(
        "corrections/<str:reference>/confirm/",
        own_case.take,
        {"step": "confirm"},
        name="correction-confirm",
    ),
    path(
        "corrections/<str:reference>/reopen/",
        own_case.take,
        {"step": "reopen"},
        name="correction-reopen",
    ),
]
