"""No ID number can be read in the database, wherever people, staff and files have written it."""

import json

import pytest
from django.core.management import call_command
from django.db import connection

from citizens import actions as citizens_actions
from citizens.models import Citizen
from corrections import actions
from corrections.actions import delaying
from corrections.models import Correction, CorrectionEvent, DelayedDecision, Draft, Kind
from organizations.imports import running
from organizations.journal import ImportRun
from tests.cases import claim_of, colleague, file_one
from tests.factories.accounts import verify_again
from tests.organizations.sheets import xlsx
from tests.world import World

pytestmark = pytest.mark.django_db

# What is typed below, besides the numbers on the records.
TYPED = {
    *("001188012346", "001188012347", "012345678", "001190045678", "001190045679"),
    *("001199000111", "079185000001"),
}


def dump() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        texts = []
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')  # noqa: S608
            texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


@pytest.fixture
def filled(world: World) -> World:
    """People and staff have written numbers wherever the product takes them."""
    lan, minh, huong = world.user("lan"), world.user("minh"), world.user("huong")
    Draft.objects.create(
        user=lan,
        citizen=world.citizens["child"],
        data={"facts": {"id_number": "001199000111"}, "claims": [{"other_id_number": "012345678"}]},
    )
    changed = file_one(world, kind=Kind.IDENTITY, proposed={"id_number": "001 188 012 346"})
    actions.accept(changed, by=minh, identity_check="cccd", remark="Theo CCCD")
    split = file_one(world, key="key-2", **claim_of(world, Kind.SPLIT_RECORD))
    actions.accept(split, by=minh, identity_check="cmnd")
    waiting = file_one(
        world,
        whose="child",
        key="key-3",
        kind=Kind.IDENTITY,
        proposed={"id_number": "001188012347"},
    )
    delaying.decide(
        "accept",
        waiting,
        by=minh,
        version=None,
        typed={"value_id_number": ["001188012347"]},
        identity_check="cccd",
        values={"id_number": "001188012347"},
        remark="Theo CCCD",
    )
    verify_again(colleague(world), id_number="001190045679")
    nurse = [
        "Vũ Thị Mới",
        "moi@example.vn",
        world.buoi.code,
        "Reviewer",
        "001190045678",
        "05/04/1990",
    ]
    running.begin(xlsx([], [nurse]), "danh-sach.xlsx", by=huong)
    citizens_actions.revise_identity(
        world.citizens["child"], changes={"id_number": "079185000001"}, by=minh, why="giấy"
    )
    return world


def test_no_number_stands_readable_in_any_table(filled: World):
    numbers = TYPED | {one.id_number for one in Citizen.objects.all() if one.id_number}
    everything = dump()

    assert len(numbers) > len(TYPED)
    assert {number for number in numbers if number in everything} == set()


def test_every_number_is_read_again_where_it_was_written(filled: World):
    texts = json.dumps(
        [
            *Correction.objects.values_list("recorded", "proposed", "decided", "pending"),
            *CorrectionEvent.objects.values_list("data", flat=True),
            *DelayedDecision.objects.values_list("arguments", "typed"),
            *Draft.objects.values_list("data", flat=True),
            *ImportRun.objects.values_list("content", flat=True),
            *Citizen.objects.values_list("id_number", flat=True),
            *filled.citizens["child"].documents.values_list("number", flat=True),
        ]
    )
    missing = {number for number in TYPED - {"001190045679"} if number not in texts}

    assert missing == set()


def test_all_numbers_are_found_and_read_under_a_new_key(filled: World, settings):
    before = sorted(
        (one.pk, one.id_number, [row.id_number for row in one.revisions.all()])
        for one in Citizen.objects.all()
    )
    # The rows of the test are not committed: their foreign keys must not wait for the end.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    settings.FIELD_KEYS = ["a new key", *settings.FIELD_KEYS]
    call_command("renew_encryption")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]

    after = sorted(
        (one.pk, one.id_number, [row.id_number for row in one.revisions.all()])
        for one in Citizen.objects.all()
    )
    assert after == before
    assert Citizen.objects.numbered("001188012346").get() == filled.citizens["lan"]
    case = Correction.objects.get(proposed__has_key="other_id_number")
    assert case.proposed["other_id_number"] == "012345678"
    assert {
        event.data.get("decided", {}).get("id_number") for event in CorrectionEvent.objects.all()
    }
