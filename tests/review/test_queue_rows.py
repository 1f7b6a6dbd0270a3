"""What a row of the queue says: the change in one line, the photo, and for whom the case waits."""

import pytest
from django.utils import translation

from corrections import actions
from corrections.models import Correction, Kind
from review import queue, queue_rows
from review.queue import QueueTab
from tests import world as worlds
from tests.cases import claim_of, file_many, file_one, waits_for_second
from tests.conftest import SignIn
from tests.pictures import attach_photo, keep_files_in
from tests.world import World


def change_of(world: World) -> queue_rows.Change:
    """Return the change of the only case on Minh's desk, in English."""
    minh = world.user("minh")
    cases = queue.on_desks(minh, queue.desks_of(minh))
    with translation.override("en"):
        (row,) = queue_rows.rows(queue.page(cases, QueueTab.OPEN, {}).rows)
    return row.change


@pytest.mark.parametrize(
    ("proposed", "label", "old", "new"),
    [
        ({"vaccine": "PF"}, "Vaccine", "AstraZeneca", "Comirnaty"),
        ({"given_on": "2021-09-01"}, "Date given", "29/08/2021", "01/09/2021"),
        ({"lot": "FG3527"}, "Lot number", "ABX4112", "FG3527"),
        ({"position": "primary-2"}, "Dose number", "Primary dose 1", "Primary dose 2"),
        (
            {"vaccine": "PF", "given_on": "2021-09-01"},
            "Vaccine, date given",
            "AstraZeneca · 29/08/2021",
            "Comirnaty · 01/09/2021",
        ),
    ],
)
def test_a_wrong_detail_is_shown_as_what_it_is_and_what_it_should_be(
    world: World, proposed: dict[str, str], label: str, old: str, new: str
):
    file_one(world, dose=worlds.dose(world), proposed=proposed)

    change = change_of(world)

    assert change.label == label
    for shown, wanted in ((change.old, old), (change.new, new)):
        for said, part in zip(shown.split(" · "), wanted.split(" · "), strict=True):
            assert part in said


def test_what_was_repeated_unchanged_in_the_proposal_is_not_shown(world: World):
    file_one(world, dose=worlds.dose(world), proposed={"vaccine": "AZ", "lot": "FG3527"})

    change = change_of(world)

    assert (change.label, change.old, change.new) == ("Lot number", "ABX4112", "FG3527")


def test_a_site_in_the_citizens_words_stands_as_the_new_one_without_numbers(world: World):
    file_one(
        world, dose=worlds.dose(world), proposed={}, site_text="Trường Chu Văn An, 0912 345 678"
    )

    change = change_of(world)

    assert change.label == "Vaccination site"
    assert "Phường Bưởi" in change.old
    assert "Trường Chu Văn An" in change.new
    assert "345" not in change.new


@pytest.mark.parametrize(
    ("proposed", "new"),
    [
        ({"position": "primary-2", "given_on": "2022-01-03"}, "Primary dose 2 · 03/01/2022"),
        ({"position": "primary-2"}, "Primary dose 2"),
        ({"given_on": "2022-01-03"}, "03/01/2022"),
    ],
)
def test_a_missing_dose_says_which_one_and_when(world: World, proposed: dict[str, str], new: str):
    file_one(world, proposed=proposed, named_site=world.buoi)

    change = change_of(world)

    assert (change.label, change.old, change.new) == ("Missing dose", "", new)


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        (Kind.NOT_MINE, "Not this person’s"),
        (Kind.NEVER_GIVEN, "Never given"),
        (Kind.DUPLICATE, "Stands twice"),
    ],
)
def test_a_dose_to_be_struck_is_shown_struck(
    world: World, as_staff: SignIn, kind: Kind, label: str
):
    file_one(world, **claim_of(world, kind))

    change = change_of(world)
    html = as_staff(world.user("minh")).get("/review/").content.decode()

    assert (change.label, change.old, change.new) == (label, "Primary dose 1 · 29/08/2021", "")
    assert "29/08/2021</del>" in html
    assert "<ins>" not in html


def test_numbers_of_a_person_are_masked_and_the_name_is_not(world: World):
    file_one(
        world,
        kind=Kind.IDENTITY,
        proposed={"full_name": "Nguyễn Thị Lân", "id_number": "001188099999"},
        routed=False,
    )
    case = Correction.objects.get()

    with translation.override("en"):
        (row,) = queue_rows.rows([_as_listed(case)])

    assert row.change.label == "Full name, ID number"
    assert "Nguyễn Thị Lân" in row.change.new
    assert "******099999" in row.change.new
    assert "001188" not in row.change.old + row.change.new


def test_a_row_shows_the_first_photo_small_and_says_so_without_one(
    world: World, as_staff: SignIn, settings, tmp_path
):
    keep_files_in(tmp_path, settings)
    case = file_one(world)
    file_one(world, whose="binh", key="key-2")
    first = attach_photo(case, by=world.user("lan"))
    second = attach_photo(case, by=world.user("lan"), content=b"another")

    html = as_staff(world.user("minh")).get("/review/").content.decode()

    assert f'src="/corrections/evidence/{first.public_id}/?size=thumbnail"' in html
    assert str(second.public_id) not in html
    assert html.count('loading="lazy"') == 1
    assert html.count('<td class="queue__photo">') == 2


def test_the_row_says_for_whom_a_case_waits(world: World, as_staff: SignIn):
    kept, asked, put_forward = file_many(world, 3)
    minh = world.user("minh")
    actions.keep(kept, by=minh, remark="Chờ sổ giấy")
    actions.ask(asked, by=minh, question="Xin chụp lại giấy")
    waits_for_second(put_forward, first=minh)

    to_do = as_staff(minh).get("/review/").content.decode()
    others = as_staff(minh).get("/review/?tab=waiting").content.decode()

    assert "status--kept" in to_do
    assert "status--waiting" in others
    assert "Bạn; chờ người khác xác nhận" in others


def test_what_the_citizen_answered_is_marked_and_is_to_be_done_again(
    world: World, as_staff: SignIn
):
    case = file_one(world)
    minh = world.user("minh")
    actions.ask(case, by=minh, question="Xin chụp lại giấy")
    before = as_staff(minh).get("/review/").content.decode()
    actions.answer(Correction.objects.get(), by=world.user("lan"), words="Em gửi lại rồi")

    after = as_staff(minh).get("/review/").content.decode()

    assert case.reference not in before
    assert "Đã trả lời" in after


def _as_listed(case: Correction) -> Correction:
    return queue.page(Correction.objects.filter(pk=case.pk), QueueTab.OPEN, {}).rows[0]
