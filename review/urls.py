"""URLs of queue, case, and pool."""

from django.urls import URLPattern, URLResolver, path

from review.views import (
    alike,
    answered,
    call,
    case,
    duplicates,
    found,
    looking,
    many_doses,
    mismatches,
    notes,
    openings,
    own_doses,
    papers,
    pool,
    queue,
    site_dashboard,
    steps,
    take_back,
)

urlpatterns: list[URLPattern | URLResolver] = [
    # Among the pages of recording, whose numbers it shows; cases stand above that app.
    path("recording/site/", site_dashboard.site_page, name="recording-site"),
    path("review/notes/<uuid:public_id>/read/", notes.mark_read, name="note-read"),
    path("review/", queue.queue_page, name="queue"),
    path("review/next/", queue.take_next, name="queue-next"),
    path("review/news/", queue.news, name="queue-news"),
    path("review/week/", queue.own_week_page, name="own-week"),
    path("review/answered/", answered.answered_page, name="answered"),
    path("review/duplicates/", duplicates.duplicates_page, name="duplicates"),
    path("review/duplicates/<int:pair>/", duplicates.pair_page, name="duplicate"),
    path("review/doses/", own_doses.waiting_page, name="own-doses"),
    path("review/doses/many/", many_doses.many_page, name="many-doses"),
    path("review/doses/many/<uuid:public_id>/", many_doses.one_page, name="many-doses-one"),
    path("review/doses/many/<uuid:public_id>/step/", many_doses.step, name="many-doses-step"),
    path("review/doses/many/<uuid:public_id>/undo/", many_doses.undo_page, name="many-doses-undo"),
    path("review/doses/<uuid:public_id>/", own_doses.dose_page, name="own-dose"),
    path("review/doses/changes/<uuid:change>/", own_doses.decide_change, name="own-dose-decide"),
    path("review/openings/", openings.openings_page, name="openings"),
    path(
        "review/openings/photos/<uuid:public_id>/<str:which>/",
        openings.photo,
        name="opening-photo",
    ),
    path("review/openings/paper/", papers.paper_seen, name="paper-seen"),
    path("review/openings/agreed/<uuid:public_id>/", openings.agreed, name="opening-agreed"),
    path("review/mismatches/", mismatches.mismatches_page, name="mismatches"),
    path("review/alike/<str:reference>/", alike.alike_page, name="alike"),
    path("review/why/", looking.say_why, name="looking-why"),
    path("review/emergency/", looking.open_in_emergency, name="open-in-emergency"),
    path("review/emergency/<uuid:public_id>/", looking.emergency, name="emergency"),
    path("review/<str:reference>/", case.case_page, name="case"),
    path("review/<str:reference>/decide/", case.decide, name="case-decide"),
    path("review/<str:reference>/pick-up/", case.take, {"step": "pick-up"}, name="case-pick-up"),
    path(
        "review/<str:reference>/give-back/", case.take, {"step": "give-back"}, name="case-give-back"
    ),
    path("review/<str:reference>/ask/", steps.ask, name="case-ask"),
    path("review/<str:reference>/found/<uuid:public_id>/", found.give, name="case-found"),
    path("review/<str:reference>/call/", call.call, name="case-call"),
    path("review/<str:reference>/pass-on/", steps.pass_on, name="case-pass-on"),
    path("review/<str:reference>/take-back/", take_back.take_back, name="case-take-back"),
    path("review/<str:reference>/note/", steps.desk_note, name="case-note"),
    path(
        "review/<str:reference>/countersign/",
        steps.desk_sign,
        {"step": "countersign"},
        name="case-countersign",
    ),
    path(
        "review/<str:reference>/hand-back/",
        steps.desk_sign,
        {"step": "hand-back"},
        name="case-hand-back",
    ),
    path("pool/", pool.pool_page, name="pool"),
    path("pool/route/", pool.route, name="pool-route"),
    path("pool/send-up/", pool.send_up, name="pool-send-up"),
    path("pool/<str:reference>/pick-up/", pool.take, {"step": "pick-up"}, name="pool-pick-up"),
    path(
        "pool/<str:reference>/give-back/", pool.take, {"step": "give-back"}, name="pool-give-back"
    ),
]
