"""URLs of the hotline, and of its upload links."""

from django.urls import URLPattern, URLResolver, path

from hotline.views import calls, desk, file, upload

CALL = "hotline/calls/<uuid:public_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("hotline/", desk.desk, name="hotline"),
    path("hotline/new-record/", desk.new_record, name="hotline-new-record"),
    path("hotline/end/", desk.end, name="hotline-end"),
    path("hotline/check/<uuid:public_id>/", desk.check, name="hotline-check"),
    path(CALL, desk.caller, name="hotline-caller"),
    path(f"{CALL}opening/", calls.opening, name="hotline-opening"),
    path(f"{CALL}file/", file.choose, name="hotline-file"),
    path(f"{CALL}file/<slug:key>/", file.details, name="hotline-file-dose"),
    path(f"{CALL}messages/<uuid:key>/again/", calls.send_again, name="hotline-message-again"),
    path(f"{CALL}<str:reference>/link/", calls.send_link, name="hotline-link"),
    path(f"{CALL}<str:reference>/<slug:step>/", calls.take, name="hotline-step"),
    path("upload/<str:token>/", upload.upload, name="upload"),
]
