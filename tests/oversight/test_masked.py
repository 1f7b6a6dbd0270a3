"""Officers far above read numbers masked and see no photo, unless they act on the case."""

import pytest

from corrections import actions
from corrections.lifecycle import Ground
from corrections.models import Correction, Evidence
from corrections.models.case import Kind
from tests.cases import file_one, make_overdue
from tests.conftest import SignIn
from tests.pictures import attach_photo, keep_files_in
from tests.portal.filing.walk import look
from tests.world import World

NUMBERS = ("001188099999", "0987654321", "+84987654321", "0987 654 321", "987654321")


@pytest.fixture
def case(world: World, settings, tmp_path) -> Correction:
    """Lan asks for another ID number and phone, writes a number, and sends a photo."""
    keep_files_in(tmp_path, settings)
    case = file_one(
        world,
        kind=Kind.IDENTITY,
        proposed={"id_number": "001188099999", "phone": "0987654321"},
    )
    case.filing.words = "Xin gọi 0987 654 321, số mới 001188099999"
    case.filing.save()
    attach_photo(case, by=world.user("lan"))
    return make_overdue(case)


def shown_to(world: World, as_staff: SignIn, who: str, case: Correction) -> str:
    return as_staff(world.user(who)).get(f"/oversight/cases/{case.reference}/").content.decode()


def test_far_above_numbers_are_masked_on_the_page(world, case, as_staff: SignIn):
    shown = shown_to(world, as_staff, "phuc", case)

    assert "******099999" in shown
    assert "Xin gọi …, số mới …" in shown
    assert "Dành cho người quyết định" in shown
    for number in NUMBERS:
        assert number not in shown
    assert "/corrections/evidence/" not in shown


SPELT = ("0987 - 654 - 321", "(098) 765 4321", "0987–654–321", "+84 987 654 321", "0011 8809 9999")


@pytest.mark.parametrize("number", SPELT)
def test_far_above_no_text_of_a_case_shows_a_number(world, as_staff: SignIn, number: str):
    case = file_one(
        world,
        proposed={"position": "primary-2"},
        site_text=f"Trường học, {number}",
        named_site=world.buoi,
    )
    case.filing.words = f"Xin gọi {number}"
    case.filing.save()
    actions.refuse(
        case, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark=f"Đã gọi {number}"
    )

    shown = shown_to(world, as_staff, "phuc", case)

    assert "Xin gọi …" in shown
    assert "Đã gọi …" in shown
    assert "Trường học, …" in shown
    assert number not in shown
    read = as_staff(world.user("phuc")).get(f"/api/v1/corrections/{case.reference}/").json()
    assert number not in str(read)


def test_the_district_reads_them(world, case, as_staff: SignIn):
    shown = shown_to(world, as_staff, "huong", case)

    assert "001188099999" in shown
    assert "/corrections/evidence/" in shown


def test_the_photo_itself_is_refused_in_words(world, case, as_staff: SignIn):
    photo = Evidence.objects.get()
    address = f"/corrections/evidence/{photo.public_id}/"

    assert look(as_staff(world.user("phuc")), address) == 403
    assert look(as_staff(world.user("huong")), address) == 200


def test_programs_read_the_same(world, case, as_staff: SignIn):
    address = f"/api/v1/corrections/{case.reference}/"
    far = as_staff(world.user("phuc")).get(address)
    near = as_staff(world.user("huong")).get(address)

    assert far.json()["proposed"] == {"id_number": "******099999", "phone": "098****321"}
    assert far.json()["words"] == "Xin gọi …, số mới …"
    assert near.json()["proposed"]["id_number"] == "001188099999"


def test_who_acts_on_the_case_reads_them(world, case, as_staff: SignIn):
    actions.take_over(case, by=world.user("phuc"), reason="Quá hạn")

    page = as_staff(world.user("phuc")).get(f"/review/{case.reference}/").content.decode()

    assert "001188099999" in page
    address = f"/corrections/evidence/{Evidence.objects.get().public_id}/"
    assert look(as_staff(world.user("phuc")), address) == 200
