"""URLs of the citizen's pages."""

from django.urls import URLPattern, URLResolver, path

from portal.views import (
    case,
    certificates,
    filing,
    follow,
    landing,
    offline,
    photos,
    receipt,
    record,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing.landing, name="landing"),
    path("follow/", follow.follow, name="follow"),
    path("follow/<uuid:public_id>/", follow.followed, name="followed"),
    path("record/", record.record, name="record"),
    path("record/doses/<uuid:public_id>/", record.dose_history, name="record-dose"),
    path("record/certificates/", certificates.certificates, name="certificates"),
    path("record/certificates/<uuid:public_id>/", certificates.certificate, name="certificate"),
    path("record/kept/", offline.kept, name="record-kept"),
    path("offline/", offline.offline, name="offline"),
    path("app.webmanifest", offline.manifest, name="manifest"),
    path("worker.js", offline.worker, name="worker"),
    path("corrections/", record.corrections, name="corrections"),
    path("corrections/new/", filing.start, name="file"),
    path("corrections/new/wrong/<uuid:public_id>/", filing.wrong_dose, name="file-wrong-dose"),
    path("corrections/new/missing/", filing.missing_dose, name="file-missing-dose"),
    path("corrections/new/dose/<slug:key>/", filing.details, name="file-dose"),
    path("corrections/new/photos/", photos.photos, name="file-photos"),
    path("corrections/new/photos/remove/", photos.remove, name="file-photo-remove"),
    path("corrections/new/check/", filing.check, name="file-check"),
    path("corrections/new/discard/", filing.discard, name="file-discard"),
    path("corrections/filed/<uuid:public_id>/", filing.filed, name="filed"),
    path("corrections/filed/<uuid:public_id>/receipt/", receipt.receipt, name="receipt"),
    path("corrections/evidence/<uuid:public_id>/", photos.show, name="evidence"),
    # Last, because it matches any text as a reference.
    path("corrections/<str:reference>/", case.correction, name="correction"),
    path("corrections/<str:reference>/answer/", case.answer, name="correction-answer"),
    path("corrections/<str:reference>/photos/", case.add_photo, name="correction-photos"),
    path(
        "corrections/<str:reference>/withdraw/",
        case.take,
        {"step": "withdraw"},
        name="correction-withdraw",
    ),
    path(
        "corrections/<str:reference>/appeal/",
        case.take,
        {"step": "appeal"},
        name="correction-appeal",
    ),
    path(
        "corrections/<str:reference>/disagree/",
        case.take,
        {"step": "log_disagreement"},
        name="correction-disagree",
    ),
    path(
        "corrections/<str:reference>/confirm/",
        case.take,
        {"step": "confirm"},
        name="correction-confirm",
    ),
    path("corrections/<str:reference>/helped/", case.helped, name="correction-helped"),
    path("corrections/<str:reference>/dismiss/", case.put_away, name="correction-dismiss"),
    path(
        "corrections/<str:reference>/restore/",
        case.put_away,
        {"restore": True},
        name="correction-restore",
    ),
    path(
        "corrections/<str:reference>/reopen/",
        case.take,
        {"step": "reopen"},
        name="correction-reopen",
    ),
]
