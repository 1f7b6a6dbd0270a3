"""URLs of the health officers' pages."""

from django.urls import URLPattern, URLResolver, path

from oversight.views import (
    arrivals,
    back_entry,
    case,
    case_steps,
    letters,
    report,
    silence,
    site,
    site_steps,
    waiting,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("oversight/", report.overview, name="oversight"),
    path("oversight/report/<str:part>.<str:ending>", report.download, name="oversight-file"),
    path("oversight/report/<slug:part>/", report.part, name="oversight-part"),
    path("oversight/messages/", arrivals.overview, name="oversight-messages"),
    path("oversight/waiting/", waiting.overview, name="oversight-waiting"),
    path("oversight/back-entry/", back_entry.overview, name="back-entry"),
    path("oversight/back-entry/back-entry.csv", back_entry.download, name="back-entry-csv"),
    path("oversight/back-entry/sites/<uuid:public_id>/", back_entry.site, name="back-entry-site"),
    path("oversight/back-entry/deadlines/", back_entry.deadlines, name="back-entry-deadlines"),
    path(
        "oversight/back-entry/deadlines/<uuid:public_id>/withdraw/",
        back_entry.withdraw,
        name="back-entry-withdraw",
    ),
    path("oversight/back-entry/letters/", letters.letters, name="back-entry-letters"),
    path("oversight/back-entry/letters/new/", letters.write, name="back-entry-write"),
    path(
        "oversight/back-entry/letters/<uuid:public_id>/", letters.letter, name="back-entry-letter"
    ),
    path(
        "oversight/back-entry/letters/<uuid:public_id>/remind/",
        letters.remind,
        name="back-entry-remind",
    ),
    path("oversight/cases/", report.cases, name="oversight-cases"),
    path("oversight/cases/<str:reference>/", case.case, name="oversight-case"),
    path("oversight/cases/<str:reference>/remind/", case_steps.remind, name="oversight-remind"),
    path(
        "oversight/cases/<str:reference>/reassign/",
        case_steps.reassign,
        name="oversight-reassign",
    ),
    path(
        "oversight/cases/<str:reference>/take-over/",
        case_steps.take_over,
        name="oversight-take-over",
    ),
    path("oversight/cases/<str:reference>/note/", case_steps.note, name="oversight-note"),
    path(
        "oversight/cases/<str:reference>/countersign/",
        case_steps.sign,
        {"step": "countersign"},
        name="oversight-countersign",
    ),
    path(
        "oversight/cases/<str:reference>/hand-back/",
        case_steps.sign,
        {"step": "hand-back"},
        name="oversight-hand-back",
    ),
    path("oversight/silence/", silence.overview, name="oversight-silence"),
    path("oversight/silence/silent.csv", silence.download, name="oversight-silence-csv"),
    path("oversight/sites/<uuid:public_id>/", site.site, name="oversight-site"),
    path(
        "oversight/sites/<uuid:public_id>/remind/", site_steps.remind, name="oversight-remind-site"
    ),
    path(
        "oversight/sites/<uuid:public_id>/remind-all/",
        site_steps.remind,
        {"whole": True},
        name="oversight-remind-all",
    ),
    path("oversight/sites/<uuid:public_id>/give/", site_steps.give, name="oversight-give"),
    path("oversight/sites/<uuid:public_id>/phone/", site_steps.phone, name="oversight-phone"),
    path(
        "oversight/sites/<uuid:public_id>/note/",
        site_steps.write_note,
        name="oversight-note-site",
    ),
]
