"""An outcome that is no refusal: the papers that were searched do not show what is proposed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from corrections import actions, history, outbox
from corrections.actions import NobodyAbove
from corrections.history import Audience
from corrections.lifecycle import Ground, Status
from corrections.models import Clock, Correction, Kind, OutboxRow
from corrections.searched import CANNOT_CONFIRM_SENTENCES, SEARCHED_LABELS, About, Searched
from doses.models import Dose
from hotline import call_script
from messaging.models import Message
from portal import record_page
from tests import world as worlds
from tests.cases import file_one, make_overdue
from tests.corrections.statuses import bring, refuse
from tests.world import World
from vaxreg import db_time

MISSING = {"position": "primary-2", "given_on": "2021-11-21", "vaccine": "PF"}


def close(world: World, case: Correction, by: str = "minh", **more: object) -> Correction:
    more = more or {"searched": ["paper_register"]}
    return actions.cannot_confirm(case, by=world.user(by), **more)


def missing(world: World, **more: object) -> Correction:
    return file_one(world, proposed=MISSING, named_site=world.buoi, **more)


def test_every_place_to_search_has_a_label_and_every_subject_a_sentence():
    assert set(SEARCHED_LABELS) == set(Searched)
    assert set(CANNOT_CONFIRM_SENTENCES) == set(About)


@pytest.mark.parametrize(
    ("said", "searched", "words"),
    [
        ({"searched": ["paper_register"]}, ["paper_register"], ""),
        ({"searched": ["lot_list", "screening_forms"]}, ["screening_forms", "lot_list"], ""),
        ({"searched": {Searched.SESSION_LIST}}, ["session_list"], ""),
        ({"searched_words": "  hộp  phiếu quý 3 "}, [], "hộp phiếu quý 3"),
        ({"searched": list(Searched), "searched_words": "kho"}, list(Searched), "kho"),
    ],
)
def test_what_was_searched_is_kept_with_the_case_and_in_its_history(
    world: World, correction: Correction, said, searched, words
):
    case = close(world, correction, **said)

    assert case.status == Status.CANNOT_CONFIRM
    assert (case.searched, case.searched_words, case.ground) == (searched, words, "")
    event = case.events.get(step="cannot_confirm")
    assert event.data == {"searched": searched, "searched_words": words}
    assert case.decided_by == world.user("minh")
    assert case.clocks.get(kind=Clock.Kind.REVIEW).stopped_how == Clock.Stop.DECIDED


@pytest.mark.parametrize(
    "said",
    [
        {"searched": []},
        {"searched_words": "   "},
        {"searched": [], "searched_words": ""},
        {"searched": ["attic"]},
        {"searched": ["paper_register", "attic"], "searched_words": "kho"},
    ],
)
def test_without_a_known_place_nothing_is_stored(world: World, correction: Correction, said):
    with pytest.raises(ValidationError) as problem:
        close(world, correction, **said)

    correction.refresh_from_db()
    assert list(problem.value.error_dict) == ["searched"]
    assert correction.status == Status.QUEUED


@pytest.mark.parametrize("who", ["lan", "binh", "tuan", "huong", "mai"])
def test_nobody_but_the_desk_says_so(world: World, correction: Correction, who: str):
    with pytest.raises(PermissionDenied):
        close(world, correction, by=who)


def test_the_database_refuses_it_without_a_place(world: World, correction: Correction):
    case = close(world, correction)

    with pytest.raises(IntegrityError, match="searched_iff"), transaction.atomic():
        Correction.objects.filter(pk=case.pk).update(searched=[])


def test_the_database_refuses_places_of_other_outcomes(world: World, correction: Correction):
    case = refuse(world, correction)

    with pytest.raises(IntegrityError, match="searched_iff"), transaction.atomic():
        Correction.objects.filter(pk=case.pk).update(searched=["lot_list"])


def test_the_database_refuses_it_from_who_has_no_verified_identity(world: World, correction):
    case = close(world, correction)
    event = case.events.get(step="cannot_confirm")
    values = {"event": event.pk, "by": world.user("binh").pk}

    with (
        pytest.raises(IntegrityError, match="verified identity"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO corrections_correctionevent (correction_id, step, from_status, to_status,"
            " party, by_id, at, remark, data) SELECT correction_id, step, from_status, to_status,"
            " party, %(by)s, at, remark, data FROM corrections_correctionevent"
            " WHERE id = %(event)s",
            values,
        )


CLAIMS: dict[Kind, tuple[About, dict[str, Any]]] = {
    Kind.MISSING_DOSE: (About.MISSING_DOSE, {"proposed": MISSING}),
    Kind.WRONG_FIELDS: (About.RECORDED_DOSE, {"proposed": {"lot": "FG3527"}}),
    Kind.NOT_MINE: (About.RECORDED_DOSE, {"proposed": {}}),
    Kind.NEVER_GIVEN: (About.RECORDED_DOSE, {"proposed": {}}),
    Kind.IDENTITY: (About.PERSON, {"proposed": {"full_name": "Nguyễn Thị Lan Anh"}}),
    Kind.SPLIT_RECORD: (About.PERSON, {"proposed": {"other_id_number": "012345678"}}),
}


def case_of(world: World, kind: Kind) -> Correction:
    claim = dict(CLAIMS[kind][1])
    if kind in (Kind.WRONG_FIELDS, Kind.NOT_MINE, Kind.NEVER_GIVEN):
        claim["dose"] = worlds.dose(world)
    if kind == Kind.MISSING_DOSE:
        claim["named_site"] = world.buoi
    return file_one(world, kind=kind, **claim)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", CLAIMS)
def test_the_ready_sentence_fits_what_is_disputed_in_the_citizens_language(
    world: World, kind: Kind, language: str
):
    lan = world.user("lan")
    lan.language = language
    lan.save()
    case = case_of(world, kind)
    desk = next(one for one in ("minh", "huong", "phuc") if _holds(world, case, one))

    closed = close(world, case, by=desk)

    with override(language):
        assert closed.remark == str(CANNOT_CONFIRM_SENTENCES[CLAIMS[kind][0]])


def _holds(world: World, case: Correction, who: str) -> bool:
    return case.holder.memberships.filter(user=world.user(who)).exists()


def test_what_the_reviewer_wrote_is_sent_as_it_is(world: World, correction: Correction):
    case = close(world, correction, searched=["lot_list"], remark=" Trạm mất sổ tháng 8. ")

    assert case.remark == "Trạm mất sổ tháng 8."


def test_the_record_stays_as_it_was(world: World):
    case = close(world, missing(world))

    assert case.dose is None
    assert not Dose.objects.exists()


def test_a_missing_dose_stays_on_the_page_as_not_confirmed(world: World):
    case = close(world, missing(world))

    with override("en"):
        card = next(one for one in record_page.cards(case.citizen) if one.closed)

    assert card.closed == case
    assert card.source == "Source: self-declared, not confirmed"


def test_the_citizen_reads_in_the_history_where_was_searched(world: World, correction: Correction):
    case = close(world, correction, searched=["paper_register"], searched_words="kho trạm")

    with override("en"):
        line = history.entries(case, Audience.CITIZEN)[-1]

    assert line.title == "Cannot be confirmed"
    assert line.details[0] == "Searched: The paper register of the day; kho trạm"


def test_the_citizen_is_told_by_a_message(world: World, correction: Correction):
    case = close(world, correction)
    for row in OutboxRow.objects.filter(done_at=None):
        outbox.do(row.pk)

    message = Message.objects.get(purpose="correction.decided")

    assert message.recipient == world.user("lan").phone
    assert case.reference in message.text


def test_the_hotline_reads_out_where_was_searched(world: World, correction: Correction):
    case = close(world, correction, searched=["session_list"])

    with override("en"):
        words = call_script.paragraph(case, db_time.now())

    assert "It searched: The session’s list on the vaccination platform." in words


def test_an_answer_after_the_deadline_is_a_breach_all_the_same(world: World, correction):
    late = make_overdue(correction)

    case = close(world, late)

    assert case.breaches.exists()


APPEALED = {"words": "Trạm chưa tìm trong phiếu sàng lọc."}


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("cannot_confirm", Status.CANNOT_CONFIRM),
        ("refuse", Status.UPHELD),
        ("accept", Status.ACCEPTED),
    ],
)
def test_the_level_above_decides_the_appeal(world: World, correction, ending, status):
    lan, huong = world.user("lan"), world.user("huong")
    case = actions.appeal(close(world, correction), by=lan, **APPEALED)
    assert (case.searched, case.remark) == ([], "")

    match ending:
        case "cannot_confirm":
            case = close(world, case, by="huong")
        case "refuse":
            case = refuse(world, case, by="huong")
        case _:
            case = actions.accept(case, by=huong)

    assert case.status == status
    assert case.clocks.filter(undone_at__isnull=False).exists() == (status == Status.ACCEPTED)


def test_who_said_so_first_has_no_part_in_the_appeal(world: World, correction: Correction):
    case = actions.appeal(close(world, correction), by=world.user("lan"), **APPEALED)
    case.holder.memberships.create(
        user=world.user("minh"), role="reviewer", since=db_time.now() - worlds.LONG_AGO
    )

    with pytest.raises(PermissionDenied):
        close(world, case)


def test_it_is_appealed_once(world: World, correction: Correction):
    lan = world.user("lan")
    case = actions.appeal(close(world, correction), by=lan, **APPEALED)
    case = close(world, case, by="huong")

    with pytest.raises(NobodyAbove):
        actions.appeal(case, by=lan, **APPEALED)


def test_a_disagreement_is_kept_with_what_was_searched(world: World, correction: Correction):
    case = close(world, correction)

    kept = actions.log_disagreement(case, by=world.user("lan"), words="Tôi có tiêm.")

    assert kept.status == Status.DISAGREED
    assert kept.searched == ["paper_register"]


def test_the_same_dose_is_reported_again_at_another_site(world: World):
    close(world, missing(world))

    again = file_one(world, key="again", proposed=MISSING, named_site=world.quang_an)

    assert again.is_open
    assert again.named_site == world.quang_an


def test_an_officer_decides_so_in_the_sites_place(world: World, correction: Correction):
    late = make_overdue(correction)
    case = actions.take_over(late, by=world.user("huong"), reason="Trạm không trả lời")

    closed = close(world, case, by="huong")

    assert closed.status == Status.CANNOT_CONFIRM
    assert closed.decided_by == world.user("huong")


def test_a_refusal_keeps_its_official_ground(world: World, correction: Correction):
    case = refuse(world, correction)

    assert (case.ground, case.searched, case.searched_words) == (Ground.PHOTO_BLURRED, [], "")


def test_30_days_later_it_is_not_appealed_any_more(world: World):
    case = bring(world, Status.CANNOT_CONFIRM)

    with db_time.at(db_time.now() + timedelta(days=31)), pytest.raises(actions.TooLate):
        actions.appeal(case, by=world.user("lan"), **APPEALED)
