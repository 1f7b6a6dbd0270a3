"""The numbers in the header: what waits for the reader, on every page of staff."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from corrections import actions
from corrections.lifecycle import Ground
from corrections.models import Correction
from organizations.queries import held_roles
from reporting import daily_job
from review import pool, queue, worklist
from review.worklist import Numbers
from tests import world as worlds
from tests.cases import colleague, file_many, file_one, make_overdue, waits_for_second
from tests.conftest import SignIn
from tests.reporting.caseload import write_case
from tests.world import World
from vaxreg import db_time


def numbers_of(world: World, who: str, *, has_pool: bool = True) -> Numbers:
    user = world.user(who)
    return worklist.numbers(user, list(held_roles(user)), has_pool=has_pool)


def in_header(client: Client, page: str) -> dict[str, str]:
    """Return the numbers of the header by the address that they stand at."""
    html = client.get(page, follow=True).content.decode()
    links = re.findall(r'class="nav__link" href="([^"]+)".*?</a>', html, flags=re.DOTALL)
    shown = re.findall(
        r'class="nav__link" href="([^"]+)"(?:(?!</a>).)*?nav__count"[^>]*>([\d.]+)',
        html,
        flags=re.DOTALL,
    )
    assert links, page
    return dict(shown)


def test_a_reviewer_reads_how_many_cases_are_to_be_done(world: World):
    mine, asked, put_forward, _fresh = file_many(world, 4)
    minh = world.user("minh")
    actions.pick_up(mine, by=minh)
    actions.ask(asked, by=minh, question="Xin chụp lại giấy")
    waits_for_second(put_forward, first=minh)

    assert numbers_of(world, "minh", has_pool=False) == Numbers(to_do=2)


def test_the_number_is_the_one_of_the_tab(world: World, as_staff: SignIn):
    cases = file_many(world, 5)
    minh, thu = world.user("minh"), colleague(world)
    waits_for_second(cases[0], first=minh)
    actions.keep(cases[1], by=minh, remark="Chờ sổ giấy")

    for user in (minh, thu):
        desks = queue.desks_of(user)
        tabs = queue.counts(queue.on_desks(user, desks), user)
        assert in_header(as_staff(user), "/review/") == {
            "/review/": str(tabs[queue.QueueTab.OPEN]),
        }


@pytest.mark.parametrize(
    "page", ["/review/", "/pool/", "/review/week/", "/review/openings/", "/review/case/"]
)
def test_the_numbers_stand_on_every_page_of_the_desk(
    world: World, correction: Correction, as_staff: SignIn, page: str
):
    page = page.replace("case", correction.reference)

    assert in_header(as_staff(world.user("minh")), page)["/review/"] == "1"


@pytest.mark.parametrize(
    "page",
    ["/review/", "/pool/", "/oversight/", "/oversight/silence/", "/coverage/", "/organizations/"],
)
def test_an_officer_reads_pool_and_overdue_cases_on_every_page(
    world: World, as_staff: SignIn, page: str
):
    file_one(world, whose="binh", key="key-2", proposed={"position": "primary-2"})
    in_pool = pool.cases_of(world.user("huong")).count()
    make_overdue(file_one(world), 50)

    shown = in_header(as_staff(world.user("huong")), page)

    assert shown["/oversight/"] == "1"
    assert shown.get("/pool/", "0") == str(in_pool)


def test_a_number_is_right_on_the_very_next_page_after_ones_own_act(world: World, as_staff: SignIn):
    first, second = file_many(world, 2)
    minh = world.user("minh")
    client = as_staff(minh)
    assert in_header(client, "/review/")["/review/"] == "2"

    actions.refuse(first, by=minh, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ")
    assert in_header(client, "/review/week/")["/review/"] == "1"

    actions.refuse(second, by=minh, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ")
    assert "/review/" not in in_header(client, "/review/week/")


@pytest.mark.parametrize(("who", "sees"), [("minh", 1), ("tuan", 0), ("huong", 0), ("duc", 0)])
def test_nobody_counts_what_lies_on_another_desk(
    world: World, correction: Correction, who: str, sees: int
):
    assert (numbers_of(world, who).to_do or 0) == sees


@pytest.mark.parametrize(("who", "sees"), [("huong", 1), ("duc", 0), ("phuc", 1), ("minh", None)])
def test_overdue_cases_are_counted_where_they_are_overseen(
    world: World, correction: Correction, who: str, sees: int | None
):
    make_overdue(correction, 50)
    daily_job.refresh()

    assert numbers_of(world, who).overdue == sees


def test_a_province_reads_no_number_while_its_figures_stand_still(
    world: World, correction: Correction
):
    make_overdue(correction, 50)
    with db_time.at(db_time.now() - timedelta(minutes=5)):
        daily_job.refresh()

    assert numbers_of(world, "phuc").overdue is None
    assert numbers_of(world, "huong").overdue == 1


@pytest.mark.parametrize("who", ["minh", "huong", "phuc", "mai"])
def test_all_numbers_take_one_query(world: World, correction: Correction, who: str):
    user = world.user(who)
    work = list(held_roles(user))

    with CaptureQueriesContext(connection) as asked:
        worklist.numbers(user, work, has_pool=True)

    assert len(asked) == 1


def test_somebody_without_a_role_has_no_number_and_costs_no_query(world: World):
    nobody = worlds.User.objects.create_user(email="new@example.vn", full_name="Mới")

    with CaptureQueriesContext(connection) as asked:
        found = worklist.numbers(nobody, [], has_pool=False)

    assert found == Numbers()
    assert len(asked) == 0


def test_what_is_to_be_done_is_counted_from_an_index_alone(world: World):
    for hours in range(60):
        write_case(world, world.buoi, db_time.now() - timedelta(hours=hours))
    user = world.user("minh")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE corrections_correction")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        # With so few rows any partial index costs the same; these two hold none of the statuses.
        cursor.execute("DROP INDEX correction_one_open_per_subject, correction_due")
    with CaptureQueriesContext(connection) as asked:
        worklist.numbers(user, list(held_roles(user)), has_pool=False)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked.captured_queries[-1]['sql']}")
        plan = " ".join(line for (line,) in cursor.fetchall())

    assert "Index Only Scan using correction_queue" in plan, plan
