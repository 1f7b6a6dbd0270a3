"""What is set aside is shown to those who run the system, to those whose case it is, and mended."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.translation import override

from background import counting
from background.models import WorkTry
from corrections import actions, health, outbox, stalled, sweep
from corrections.clocks import recompute
from corrections.models import Clock, Correction, OutboxRow, Policy
from hotline import call_script
from messaging import delivery
from messaging.actions import send
from messaging.models import Message, State
from organizations.models import Membership
from portal import following
from reporting import daily_job
from tests.background.dying import BETWEEN
from tests.cases import file_one
from tests.factories.accounts import staff_user
from tests.pages import in_english
from tests.world import LONG_AGO, World
from vaxreg import db_time


def set_aside(work: counting.Work, key: int) -> None:
    """Let so many processes die in it that it is set aside."""
    for number in range(4):
        with db_time.at(db_time.now() + (number - 4) * BETWEEN):
            counting._begin(work, [key])


@pytest.fixture
def stuck(world: World) -> Correction:
    """A case whose way to the desk is set aside."""
    case = file_one(world, routed=False)
    row = OutboxRow.objects.get(event__correction=case)
    set_aside(outbox.ERRAND, row.pk)
    return case


def ready():
    answer = Client().get("/readyz")
    return answer.status_code, json.loads(answer.content)


def listed(*options: str) -> str:
    out = StringIO()
    call_command("set_aside", *options, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_nothing_is_set_aside():
    sweep.sweep()
    daily_job.refresh()

    assert ready()[1]["status"] == "ok"
    assert listed() == "Nothing is set aside.\n"


def test_readyz_says_it_with_200_so_that_no_balancer_takes_the_site_away(stuck: Correction):
    sweep.sweep()
    daily_job.refresh()

    status, said = ready()

    assert (status, said["status"]) == (200, "attention")
    assert said["checks"]["outbox"] == "ok"
    assert "1 pieces of work are set aside since" in said["notices"]["background"]
    assert "1 x errands after an event" in said["notices"]["background"]
    assert "manage.py set_aside" in said["notices"]["background"]


def test_an_errand_beside_it_that_nobody_does_is_still_trouble(stuck: Correction, world: World):
    other = file_one(world, whose="binh", routed=False)
    OutboxRow.objects.update(created_at=db_time.now() - 2 * health.OLDEST_ERRAND)

    row = OutboxRow.objects.get(event__correction=other)
    assert health.outbox_trouble().startswith(f"outbox row {row.pk} is not done")


def test_the_command_names_the_case_and_no_person_and_what_to_do_next(stuck: Correction):
    said = listed()

    number = WorkTry.objects.get().pk
    row = OutboxRow.objects.get()
    assert said.startswith(
        f"{number}: errands after an event: outbox row {row.pk}: route after file of {stuck.reference}"
    )
    assert "after 3 tries" in said
    assert "--again" in said
    assert "Lan" not in said


def test_after_the_mend_it_is_tried_again_and_done(stuck: Correction, world: World):
    assert outbox.do_undone() == 0
    number = WorkTry.objects.get().pk

    said = listed("--again", str(number))

    assert "will be tried again: errands after an event" in said
    with db_time.at(db_time.now() + outbox.HEAD_START):
        assert outbox.do_undone() == 1
    assert Correction.objects.get(pk=stuck.pk).holder == world.buoi
    assert not WorkTry.objects.exists()


def test_a_number_that_is_not_in_the_list_changes_nothing(stuck: Correction):
    number = WorkTry.objects.get().pk

    with pytest.raises(CommandError, match="Not set aside: 999999"):
        listed("--again", str(number), "999999")

    assert WorkTry.objects.set_aside().count() == 1


@pytest.mark.django_db
def test_a_message_that_was_set_aside_is_given_up_and_again_sent(settings):
    message = send(purpose="test", channel="email", recipient="lan@example.vn", text="words")
    Message.objects.update(state=State.WAITING, sent_at=None, accepted_at=None)
    set_aside(delivery.MESSAGE, message.pk)
    delivery.deliver(message.pk)
    message.refresh_from_db()
    given_up = (message.state, message.last_error)

    listed("--again", "all")
    delivery.deliver_due()

    message.refresh_from_db()
    assert given_up == (State.GIVEN_UP, "its worker died while sending it")
    assert message.state == State.SENT


@pytest.mark.django_db
def test_a_message_that_would_mislead_by_now_is_not_sent_again():
    message = send(
        purpose="test",
        channel="email",
        recipient="lan@example.vn",
        text="words",
        useless_after=db_time.now() + BETWEEN,
    )
    Message.objects.update(state=State.WAITING, sent_at=None, accepted_at=None)
    set_aside(delivery.MESSAGE, message.pk)
    delivery.deliver(message.pk)

    with db_time.at(db_time.now() + 2 * BETWEEN):
        listed("--again", "all")

    assert Message.objects.get().state == State.GIVEN_UP


def test_the_pages_of_the_case_no_longer_say_that_it_takes_a_minute(
    stuck: Correction, world: World, as_citizen
):
    lan = in_english(as_citizen(world.user("lan")))

    page = lan.get(f"/corrections/{stuck.reference}/").text
    receipt = lan.get(f"/corrections/filed/{stuck.filing.public_id}/").text

    for text in (page, receipt):
        assert "because of a fault of ours" in text
        assert "This takes a minute" not in text
    assert "the system could not find who must answer it" in page
    assert "hx-trigger" not in receipt


def test_who_follows_without_signing_in_and_the_hotline_hear_it_too(stuck: Correction):
    with override("en"):
        said = call_script.paragraph(stuck, db_time.now())
        followed = following.status_sentence(stuck)

    assert "a fault of ours" in followed
    assert followed in said
    assert "The people who run the system can see the fault." in said


@pytest.mark.parametrize("what", ["tell", "milestone", "claim"])
def test_staff_and_citizen_read_that_a_step_is_missing(
    world: World, correction: Correction, as_staff, as_citizen, what: str
):
    tell, _new = OutboxRow.objects.get_or_create(
        event=correction.events.latest("id"),
        errand=OutboxRow.Errand.TELL,
        defaults={"created_at": db_time.now(), "not_before": db_time.now()},
    )
    OutboxRow.objects.update(done_at=None)
    clock = Clock.objects.filter(correction=correction).latest("pk")
    works = {
        "tell": (outbox.ERRAND, tell.pk),
        "milestone": (sweep.MILESTONE, clock.pk),
        "claim": (sweep.CASE_WORKS["claims"], correction.pk),
    }
    set_aside(*works[what])

    seen = [
        in_english(as_citizen(world.user("lan"))).get(f"/corrections/{correction.reference}/"),
        in_english(as_staff(world.user("minh"))).get(f"/review/{correction.reference}/"),
        in_english(as_staff(world.user("huong"))).get(f"/oversight/cases/{correction.reference}/"),
    ]

    for page in seen:
        assert "is not done, because of a fault of ours" in page.text


def test_another_case_says_nothing_of_it(stuck: Correction, world: World):
    other = file_one(world, whose="binh")

    assert stalled.notice(stuck)
    assert stalled.notice(other) == ""
    assert not stalled.has_no_desk(other)


def test_a_case_that_found_its_desk_by_hand_says_nothing_any_more(stuck: Correction):
    routed = actions.route(stuck)
    OutboxRow.objects.update(done_at=db_time.now())

    assert stalled.notice(routed) == ""


def test_the_ministry_reads_that_the_due_times_stand_still(world: World, as_staff):
    case = file_one(world)
    an = staff_user(email="an@example.vn", full_name="Nguyễn Hoài An")
    Membership.objects.create(
        user=an, organization=world.ministry, role="officer", since=db_time.now() - LONG_AGO
    )
    policy = Policy(four_eyes=[], second_look_percent=0, review_hours=72, note="Tết")
    run = recompute.change_rules(policy, by=an, instead_of=1)
    ministry = in_english(as_staff(an))
    before = ministry.get("/policy/").text
    set_aside(recompute.RUN, run.pk)

    page = ministry.get("/policy/").text

    assert "The open deadlines are being computed anew" in before
    assert "Not all open deadlines follow the last change" in page
    assert "0 of 1 deadlines are computed anew. A fault of ours stops the others" in page
    assert "hx-trigger" not in page
    assert Correction.objects.get(pk=case.pk).due_at == case.due_at
