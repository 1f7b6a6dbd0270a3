"""URLs of the pages on which a site records doses."""

from django.urls import URLPattern, URLResolver, include, path

from recording.views import abroad, desk, due, sessions, site_days

urlpatterns: list[URLPattern | URLResolver] = [
    path("recording/", sessions.sessions_page, name="recording"),
    path("recording/lots/", sessions.lots_page, name="recording-lots"),
    path(
        "recording/lots/<int:lot>/withdraw/", sessions.withdraw_lot, name="recording-lot-withdraw"
    ),
    path("recording/days/", site_days.days_page, name="recording-days"),
    path("recording/faults/<slug:issue>/", site_days.worklist_page, name="recording-faults"),
    path("recording/due/", due.due_page, name="recording-due"),
    path("recording/due/list.csv", due.due_file, name="recording-due-file"),
    path("recording/due/reminders/", due.reminders_page, name="recording-reminders"),
    path("recording/due/<int:due>/phone/", due.due_phone, name="recording-due-phone"),
    path("recording/sessions/new/", sessions.new_session, name="recording-new"),
    path("recording/sessions/<uuid:public_id>/", desk.session_page, name="recording-session"),
    path(
        "recording/sessions/<uuid:public_id>/close/",
        sessions.close_session,
        name="recording-close",
    ),
    path(
        "recording/sessions/<uuid:public_id>/people/new/",
        desk.new_person,
        name="recording-new-person",
    ),
    path(
        "recording/sessions/<uuid:public_id>/people/<uuid:person>/",
        desk.person_page,
        name="recording-person",
    ),
    path(
        "recording/sessions/<uuid:public_id>/people/<uuid:person>/abroad/",
        abroad.abroad_page,
        name="recording-abroad",
    ),
    path("", include("recording.imports.urls")),
]
