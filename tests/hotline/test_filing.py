"""An agent files for a caller: every kind of claim, the phone to answer to, and what never shows."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import SessionKind
from corrections import actions
from corrections.models import Correction, Kind
from corrections.models.case import DOSE_KINDS
from doses.models import Dose
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import signed_in
from tests.hotline.callers import SECRETS, in_call
from tests.world import World
from vaxreg import db_time

LAN = "+84912345678"


@pytest.fixture
def mai(world: World) -> Client:
    return signed_in(world.user("mai"), SessionKind.STAFF)


@pytest.fixture
def first(world: World) -> Dose:
    return worlds.dose(world)


@pytest.fixture
def second(world: World, first: Dose) -> Dose:
    """Lan's second dose, so that one may repeat the other."""
    return worlds.dose(world, given_on=date(2021, 11, 1), ordinal=2, lot="ABX9")


def told(key: str, **more: Any) -> dict[str, Any]:
    now = db_time.now().astimezone().strftime("%H:%M")
    return {"told_at": now, "agreed": "on", "key": key, "words": "Chị ấy kể vậy", **more}


KEY = "7b1c2f7e-44a6-4a27-8f6a-0f4de6d5f2a1"


def key_of(first: Dose, kind: Kind) -> str:
    names = {Kind.WRONG_FIELDS: "dose", Kind.MISSING_DOSE: "missing"}
    name = names.get(kind, kind.value)
    return f"{name}-{first.public_id}" if kind in DOSE_KINDS else name


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_correction_is_filed_for_a_caller(
    world: World, mai: Client, first: Dose, second: Dose, kind: Kind
):
    said: dict[Kind, dict[str, Any]] = {
        Kind.WRONG_FIELDS: {"vaccine": world.pfizer.code},
        Kind.MISSING_DOSE: {"position": "booster-1", "site": "unlisted"},
        Kind.DUPLICATE: {"duplicate_of": str(second.public_id)},
        Kind.IDENTITY: {"full_name": "Nguyễn Thị Lân"},
        Kind.SPLIT_RECORD: {"id_number": "012345678"},
    }
    address = in_call(mai, world)

    answer = mai.post(f"{address}file/{key_of(first, kind)}/", told(KEY, **said.get(kind, {})))

    assert answer.status_code == 302, answer.context["form"].errors
    case = Correction.objects.get()
    assert case.kind == kind
    assert (case.filing.channel, case.filing.words) == ("hotline", "Chị ấy kể vậy")
    assert (case.dose is not None) == (kind in DOSE_KINDS)


@pytest.mark.parametrize("kind", Kind)
def test_the_page_of_a_kind_is_reached_by_a_link_and_shows_no_secret(
    world: World, mai: Client, first: Dose, second: Dose, kind: Kind
):
    address = in_call(mai, world)
    where = f"{address}file/{key_of(first, kind)}/"

    offered = mai.get(f"{address}file/").content.decode()
    page = mai.get(where)

    assert f'href="{where}"' in offered
    assert page.status_code == 200
    shown = page.content.decode()
    # An example of how a number is written is like hers.
    assert not [secret for secret in SECRETS if secret in shown and secret != "0912 345 678"]


def test_the_facts_on_record_are_masked_in_the_form_about_the_person(world: World, mai: Client):
    page = mai.get(f"{in_call(mai, world)}file/identity/").content.decode()

    for masked in ("N. T. Lan", "**/**/1988", "******012345", "091****678"):
        assert masked in page


@pytest.mark.parametrize(
    "key",
    [
        *("dose", "missing-1", "identity-1", "accept", "", "not_mine", "dose-x"),
        *("dose-00000000-0000-0000-0000-000000000000", "duplicate-", "wrong_fields"),
    ],
)
def test_a_key_that_means_nothing_for_this_caller_is_no_page(world: World, mai: Client, key: str):
    where = f"{in_call(mai, world)}file/{key}/" if key else f"{in_call(mai, world)}file//"

    assert mai.get(where).status_code == 404


def test_a_dose_of_somebody_else_cannot_be_disputed(world: World, mai: Client):
    other = worlds.dose(world, "binh").public_id

    assert mai.get(f"{in_call(mai, world)}file/not_mine-{other}/").status_code == 404


def test_a_single_dose_repeats_no_other(world: World, mai: Client, first: Dose):
    assert "file/duplicate-" not in mai.get(f"{in_call(mai, world)}file/").content.decode()


@pytest.mark.parametrize(
    ("key", "said", "field"),
    [
        ("identity", {}, "__all__"),
        ("identity", {"date_of_birth": "31/02/1988"}, "date_of_birth"),
        ("split_record", {}, "id_number"),
        ("split_record", {"full_name": "Nguyen Thi Lan"}, "date_of_birth"),
        ("missing", {"position": "primary-2"}, "site"),
        ("duplicate", {}, "duplicate_of"),
    ],
)
def test_what_is_missing_in_a_claim_is_said_beside_it_and_nothing_is_filed(
    world: World,
    mai: Client,
    first: Dose,
    second: Dose,
    key: str,
    said: dict[str, str],
    field: str,
):
    key = key_of(first, Kind.DUPLICATE) if key == "duplicate" else key

    answer = mai.post(f"{in_call(mai, world)}file/{key}/", told(KEY, **said))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Chị ấy kể vậy" in answer.content.decode()
    assert not Correction.objects.exists()


def test_the_answer_goes_to_the_phone_on_record_unless_another_is_named(world: World, mai: Client):
    address = in_call(mai, world)
    page = mai.get(f"{address}file/missing/").content.decode()

    mai.post(f"{address}file/missing/", told(KEY, position="primary-2", site="unlisted"))

    assert "091****678" in page
    assert Correction.objects.get().filing.contact_phone == LAN


def test_a_phone_that_the_caller_names_takes_its_place(world: World, mai: Client):
    said = {"position": "primary-2", "site": "unlisted", "contact_phone": "0903 000 111"}

    mai.post(f"{in_call(mai, world)}file/missing/", told(KEY, **said))

    assert Correction.objects.get().filing.contact_phone == "+84903000111"


def test_without_a_phone_on_record_the_agent_must_ask_for_one(world: World, mai: Client):
    address = in_call(mai, world)
    lan = world.citizens["lan"]
    lan.phone = ""
    lan.save()

    answer = mai.post(f"{address}file/missing/", told(KEY, position="primary-2", site="unlisted"))

    assert answer.status_code == 422
    assert list(answer.context["behalf"].errors) == ["contact_phone"]


def test_what_is_open_already_is_named_instead_of_asked(world: World, mai: Client):
    case = file_one(world, kind=Kind.IDENTITY, proposed={"sex": "male"})
    address = in_call(mai, world)

    shown = mai.get(f"{address}file/").content.decode()
    again = mai.post(f"{address}file/identity/", told(KEY, sex="male"))

    assert case.reference in shown
    assert f"{address}file/identity/" not in shown
    assert again.status_code == 422
    assert case.reference in again.content.decode()
    assert Correction.objects.count() == 1


@pytest.mark.parametrize(
    "path",
    ["", "new-record/", "check", "call:file/missing/", "call:file/identity/", "call:step"],
)
def test_the_cursor_stands_in_the_first_field_of_a_page_and_in_no_other(
    world: World, mai: Client, correction: Correction, path: str
):
    address = in_call(mai, world)
    places = {
        "check": f"/hotline/check/{world.citizens['lan'].public_id}/",
        "call:step": f"{address}{correction.reference}/note/",
    }
    where = places.get(path) or f"{path.replace('call:', address) or '/hotline/'}"
    where = where if where.startswith("/") else f"/hotline/{where}"

    page = mai.get(where).content.decode()

    assert page.count(" autofocus") == 1


@pytest.mark.parametrize("how", ["withdrawn", "expired"])
def test_a_case_that_was_closed_undecided_shows_no_clock(
    world: World, mai: Client, correction: Correction, how: str
):
    if how == "withdrawn":
        actions.withdraw(correction, by=world.user("lan"))
    else:
        asked = actions.ask(correction, by=world.user("minh"), question="Tiêm ở đâu?")
        with db_time.at(db_time.now() + timedelta(days=8)):
            actions.expire(asked)
    address = in_call(mai, world)

    shown = mai.get(address).content.decode()

    assert correction.reference in shown
    assert "sla__" not in shown


def test_an_open_case_and_a_decided_one_show_their_clock(
    world: World, mai: Client, correction: Correction
):
    address = in_call(mai, world)
    running = mai.get(address).content.decode()
    actions.accept(correction, by=world.user("minh"))

    decided = mai.get(address).content.decode()

    assert 'data-clock="' in running
    assert "sla--met" in decided
    assert 'data-clock="' not in decided
