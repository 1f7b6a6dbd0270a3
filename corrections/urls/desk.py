"""Addresses of the desks above the sites: the pool, the hotline, and what the hotline sends out."""

from django.urls import URLPattern, URLResolver, path

from corrections.views import calls, hotline, pool, upload

CALL = "hotline/calls/<uuid:public_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("pool/", pool.pool_page, name="pool"),
    path("pool/route/", pool.route, name="pool-route"),
    path("pool/send-up/", pool.send_up, name="pool-send-up"),
    path("pool/<str:reference>/pick-up/", pool.take, {"step": "pick-up"}, name="pool-pick-up"),
    path(
        "pool/<str:reference>/give-back/", pool.take, {"step": "give-back"}, name="pool-give-back"
    ),
    path("hotline/", hotline.desk, name="hotline"),
    path("hotline/new-record/", hotline.new_record, name="hotline-new-record"),
    path("hotline/end/", hotline.end, name="hotline-end"),
    path("hotline/check/<uuid:public_id>/", hotline.check, name="hotline-check"),
    path(CALL, hotline.caller, name="hotline-caller"),
    path(f"{CALL}file/", calls.file, name="hotline-file"),
    path(f"{CALL}file/<slug:key>/", calls.file_dose, name="hotline-file-dose"),
    path(f"{CALL}<str:reference>/link/", calls.send_link, name="hotline-link"),
    path(f"{CALL}<str:reference>/<slug:step>/", calls.take, name="hotline-step"),
    path("upload/<str:token>/", upload.upload, name="upload"),
]
