"""URLs of the hotline, of its upload links, and of asking to be called back."""

from django.urls import URLPattern, URLResolver, path

from hotline.views import callback, calls, codes, desk, file, upload

CALL = "hotline/calls/<uuid:public_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("hotline/", desk.desk, name="hotline"),
    path("hotline/new-record/", desk.new_record, name="hotline-new-record"),
    path("hotline/end/", desk.end, name="hotline-end"),
    path("hotline/check/<uuid:public_id>/", desk.check, name="hotline-check"),
    path("hotline/callbacks/", callback.listed, name="hotline-callbacks"),
    path("hotline/callbacks/<uuid:public_id>/", callback.one, name="hotline-callback"),
    path(
        "hotline/callbacks/<uuid:public_id>/claim/", callback.claim, name="hotline-callback-claim"
    ),
    path(CALL, desk.caller, name="hotline-caller"),
    path(f"{CALL}code/", codes.code, name="hotline-code"),
    path(f"{CALL}opening/", calls.opening, name="hotline-opening"),
    path(f"{CALL}callback/", callback.note, name="hotline-callback-note"),
    path(f"{CALL}file/", file.choose, name="hotline-file"),
    path(f"{CALL}file/<slug:key>/", file.details, name="hotline-file-dose"),
    path(f"{CALL}messages/<uuid:key>/again/", calls.send_again, name="hotline-message-again"),
    path(f"{CALL}<str:reference>/link/", calls.send_link, name="hotline-link"),
    path(f"{CALL}<str:reference>/<slug:step>/", calls.take, name="hotline-step"),
    path("call-me-back/", callback.call_me_back, name="call-me-back"),
    path("upload/<str:token>/", upload.upload, name="upload"),
]
