"""Filing what is no detail of a dose: each kind asks only what it needs."""

from datetime import date

import pytest
from django.test import Client
from django.utils.translation import override

from corrections.models import Correction, Draft, Kind
from doses.models import Dose
from portal.draft_check import CheckedDraft
from tests import world as worlds
from tests.portal.filing.walk import photo, send
from tests.world import World

NEW = "/corrections/new/"


def begin(client: Client, *keys: object, **kinds: str) -> str:
    """Choose lines of the first step, and what is wrong with each dose; return the next page."""
    answer = client.post(NEW, {"doses": [str(key) for key in keys], **kinds})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def kind_of(dose: Dose, kind: Kind) -> dict[str, str]:
    return {f"kind_{dose.public_id}": kind.value}


@pytest.fixture
def lan(world: World, as_citizen) -> Client:
    return as_citizen(world.user("lan"))


@pytest.mark.parametrize("kind", [Kind.NOT_MINE, Kind.NEVER_GIVEN])
def test_a_dose_of_somebody_else_asks_for_nothing_more(world: World, lan: Client, kind: Kind):
    dose = worlds.dose(world)

    page = begin(lan, dose.public_id, **kind_of(dose, kind))
    after_photos = lan.post(page)
    shown = lan.get(after_photos.url)
    filed = send(lan, Draft.objects.get())

    assert page == f"{NEW}photos/"
    assert lan.get(f"{NEW}dose/{dose.public_id}/").status_code in (302, 404)
    assert after_photos.url == f"{NEW}check/"
    with override("vi"):
        assert str(kind.label) in shown.content.decode()
    assert filed.status_code == 302, filed.content.decode()
    case = Correction.objects.get()
    assert (case.kind, case.dose) == (kind, dose)
    assert lan.get(filed.url).status_code == 200


def test_a_dose_that_stands_twice_asks_which_one_stays(world: World, lan: Client):
    dose = worlds.dose(world)
    twin = worlds.dose(world, given_on=date(2021, 8, 30))

    page = begin(lan, dose.public_id, **kind_of(dose, Kind.DUPLICATE))
    empty = lan.post(page)
    chosen = lan.post(page, {"duplicate_of": str(twin.public_id)})
    lan.post(chosen.url)
    send(lan, Draft.objects.get())

    assert empty.status_code == 422
    assert chosen.url == f"{NEW}photos/"
    assert Correction.objects.get().proposed["duplicate_of"] == str(twin.public_id)


def test_a_single_dose_cannot_stand_twice(world: World, lan: Client):
    dose = worlds.dose(world)

    shown = lan.get(NEW).content.decode()
    answer = lan.post(NEW, {"doses": [str(dose.public_id)], **kind_of(dose, Kind.DUPLICATE)})

    assert 'value="not_mine"' in shown
    assert 'value="duplicate"' not in shown
    assert answer.status_code == 422


def test_personal_details_show_the_record_and_take_what_is_wrong(world: World, lan: Client):
    page = begin(lan, "identity")
    shown = lan.get(page).content.decode()
    empty = lan.post(page)
    odd = lan.post(page, {"id_number": "001090012345"})
    sent = lan.post(page, {"full_name": "Nguyễn Thị Lân", "phone": "0922 222 222"})
    lan.post(sent.url)
    check = lan.get(f"{NEW}check/").content.decode()
    send(lan, Draft.objects.get())

    assert page == f"{NEW}dose/identity/"
    assert "27/03/1988" in shown
    assert empty.status_code == 422
    assert odd.status_code == 200
    assert "1990" in odd.content.decode()
    assert sent.url == f"{NEW}photos/"
    assert "Nguyễn Thị Lân" in check
    case = Correction.objects.get()
    assert case.kind == Kind.IDENTITY
    assert case.proposed == {"full_name": "Nguyễn Thị Lân", "phone": "+84922222222"}
    assert case.recorded["full_name"] == "Nguyễn Thị Lan"


@pytest.mark.parametrize(
    ("typed", "is_enough"),
    [
        ({}, False),
        ({"full_name": "Nguyễn Thị Lân"}, False),
        ({"date_of_birth": "27/3/1988"}, False),
        ({"full_name": "Nguyen Thi Lan", "date_of_birth": "27/3/1988"}, True),
        ({"id_number": "012 345 678"}, True),
        ({"phone": "0911 111 111"}, True),
        ({"id_number": "12"}, False),
    ],
)
def test_one_thing_that_leads_to_the_other_record_is_enough(
    world: World, lan: Client, typed: dict[str, str], is_enough: bool
):
    page = begin(lan, "split_record")

    answer = lan.post(page, typed)

    assert answer.status_code == (302 if is_enough else 422)
    if is_enough:
        lan.post(answer.url)
        send(lan, Draft.objects.get())
        assert Correction.objects.get().kind == Kind.SPLIT_RECORD


def test_one_proposal_may_hold_several_kinds(world: World, lan: Client):
    first = worlds.dose(world)
    second = worlds.dose(world, given_on=date(2021, 11, 21), ordinal=2)
    keys = (first.public_id, second.public_id, "missing", "identity")

    page = begin(lan, *keys, **kind_of(second, Kind.NEVER_GIVEN))
    details = lan.post(page, {"vaccine": "PF"})
    missing = lan.post(details.url, {"position": "primary-3", "site": "unlisted", "warned": ""})
    if missing.status_code == 200:
        signs = [w.sign for w in CheckedDraft(Draft.objects.get()).warnings["missing-1"]]
        missing = lan.post(
            details.url,
            {"position": "primary-3", "site": "unlisted", "warned": " ".join(signs)},
        )
    person = lan.post(missing.url, {"sex": "male", "warned": ""})
    signs = [w.sign for w in CheckedDraft(Draft.objects.get()).warnings["identity"]]
    person = lan.post(missing.url, {"sex": "male", "warned": " ".join(signs)})
    lan.post(person.url, {"photos": photo()})
    filed = send(lan, Draft.objects.get())

    assert person.url == f"{NEW}photos/"
    assert filed.status_code == 302, filed.content.decode()
    assert set(Correction.objects.values_list("kind", flat=True)) == {
        Kind.WRONG_FIELDS,
        Kind.NEVER_GIVEN,
        Kind.MISSING_DOSE,
        Kind.IDENTITY,
    }


def test_what_was_chosen_is_kept_in_the_draft(world: World, lan: Client):
    dose = worlds.dose(world)
    begin(lan, dose.public_id, "split_record", **kind_of(dose, Kind.NOT_MINE))

    shown = lan.get(f"{NEW}?edit=1").content.decode()

    for value in ("not_mine", "split_record"):
        assert f'value="{value}"' in shown
    assert shown.count("checked") == 3


def test_a_line_that_is_being_corrected_cannot_be_chosen(world: World, lan: Client):
    lan.post(begin(lan, "identity"), {"full_name": "Nguyễn Thị Lân"})
    lan.post(f"{NEW}photos/")
    send(lan, Draft.objects.get())

    answer = lan.post(NEW, {"doses": ["identity"]})

    assert answer.status_code == 422
    assert not Draft.objects.exists()


def test_a_disputed_dose_carries_its_chip_on_the_record(world: World, lan: Client):
    dose = worlds.dose(world)
    lan.post(begin(lan, dose.public_id, **kind_of(dose, Kind.NOT_MINE)))
    send(lan, Draft.objects.get())
    case = Correction.objects.get()

    assert case.reference in lan.get("/record/").content.decode()
