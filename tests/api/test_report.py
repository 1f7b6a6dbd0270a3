"""The report for programs says what the page says, within the same reach."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import SessionKind
from organizations.scope import Scope, scope_of
from oversight.report import words
from reporting import compute
from tests.api.programs import program
from tests.reporting.caseload import write_caseload
from tests.reporting.counted import count_everything
from tests.world import World
from vaxreg import db_time

ADDRESS = "/api/v1/oversight/report/"


def officer(world: World, name: str) -> APIClient:
    return program(world.user(name), SessionKind.STAFF)


def test_a_program_reads_the_figures_of_the_page(world: World):
    write_caseload(world, [world.buoi, world.quang_an], 60)
    count_everything()

    with db_time.at(db_time.now()):
        answer = officer(world, "huong").get(ADDRESS, {"days": 14}).json()
        scope = scope_of(world.user("huong"))
        assert scope is not None
        report = compute.report(scope, compute.Filters(days=14))

    assert answer["total"]["overdue"] == report.total.queue.overdue > 0
    assert answer["total"]["figures"]["missed"] == report.total.figures.missed > 0
    assert answer["total"]["figures"]["median_hours"] == report.total.figures.median_hours
    assert [row["code"] for row in answer["rows"]] == [
        row.organization.code for row in report.rows if row.organization
    ]
    assert str(report.total.queue.overdue) in answer["headline"]


def test_the_rows_of_a_program_add_up_to_the_total(world: World):
    write_caseload(world, [world.buoi, world.lang_thuong, world.so_y_te], 60)
    count_everything()

    answer = officer(world, "phuc").get(ADDRESS).json()

    for name in ("open", "overdue", "due_within_12_hours"):
        assert answer["total"][name] == sum(row[name] for row in answer["rows"])


def test_one_part_is_read_by_its_id_and_nothing_outside_ones_area(world: World):
    mine = officer(world, "huong").get(ADDRESS, {"organization": str(world.buoi.public_id)})
    other = officer(world, "huong").get(ADDRESS, {"organization": str(world.dong_da.public_id)})

    assert mine.json()["total"]["code"] == world.buoi.code
    assert other.status_code == 404


@pytest.mark.parametrize(
    "query", [{"days": "9"}, {"kind": "nothing"}, {"by": "me"}, {"organization": "x"}]
)
def test_a_question_that_makes_no_sense_is_named(world: World, query: dict[str, str]):
    answer = officer(world, "huong").get(ADDRESS, query)

    assert answer.status_code == 400
    assert next(iter(query)) in str(answer.json())


def test_the_headline_is_in_the_language_of_the_caller(world: World):
    write_caseload(world, [world.buoi], 20)
    count_everything()
    client = officer(world, "huong")

    answer = client.get(ADDRESS, headers={"Accept-Language": "vi"}).json()

    with db_time.at(db_time.now() + timedelta(seconds=1)):
        report = compute.report(Scope((world.tay_ho,)))
    assert words.headline(report)
    assert "đề xuất" in answer["headline"]
