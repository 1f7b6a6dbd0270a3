"""The pages of the tree: one's own sub-tree, a preview before each act, errors with what was typed."""

from datetime import timedelta

import pytest
from django.test import Client

from corrections import actions
from organizations import actions as tree
from organizations.models import Act, Organization
from tests import world as worlds
from tests.cases import employ, file_one
from tests.conftest import SignIn
from tests.world import World
from vaxreg import db_time


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    employ(world, "an", "Cao Thị An", world.quang_an)
    user = world.user("huong")
    user.language = "en"
    user.save()
    return as_staff(user)


def at(organization: Organization, page: str = "") -> str:
    return f"/organizations/{organization.public_id}/{page}"


def shown(answer) -> str:
    return answer.content.decode()


def test_an_officer_begins_at_the_own_organization(world: World, huong: Client):
    assert huong.get("/organizations/").headers["Location"] == at(world.tay_ho)


def test_the_page_lists_what_stands_below_and_nothing_else(world: World, huong: Client):
    page = shown(huong.get(at(world.tay_ho)))

    assert world.buoi.name in page
    assert world.lang_thuong.name not in page
    assert huong.get(at(world.dong_da)).status_code == 404


def test_everything_below_is_found_without_diacritics(world: World, as_staff: SignIn):
    phuc = as_staff(world.user("phuc"))

    page = shown(phuc.get(at(world.so_y_te), {"q": "phuong buoi"}))

    assert world.buoi.name in page
    assert world.quang_an.name not in page


def test_closed_ones_are_shown_on_demand_with_who_took_over(world: World, huong: Client):
    tree.close(world.buoi, by=None, successor=world.quang_an)

    assert at(world.buoi) not in shown(huong.get(at(world.tay_ho)))
    page = shown(huong.get(at(world.tay_ho), {"closed": "1"}))

    assert at(world.buoi) in page
    assert world.quang_an.name in page


def test_a_long_list_goes_on_from_page_to_page_and_back(world: World, huong: Client):
    for number in range(60):
        tree.open_organization(
            name=f"Điểm tiêm {number:02}", kind="site", part_of=world.tay_ho, by=None
        )
    seen: list[str] = []
    address = at(world.tay_ho)
    while address:
        answer = huong.get(address)
        seen += [line.organization.name for line in answer.context["lines"]]
        older = answer.context["older"]
        last, address = address, at(world.tay_ho) + older if older else ""

    assert len(seen) == len(set(seen)) == 62
    back = huong.get(at(world.tay_ho) + huong.get(last).context["newer"])
    assert [line.organization.name for line in back.context["lines"]] == seen[25:50]


def test_an_officer_opens_a_site_and_comes_to_its_page(world: World, huong: Client):
    typed = {"kind": "site", "name": "Điểm tiêm Nhà văn hóa", "area": world.areas["buoi"].pk}

    answer = huong.post(at(world.tay_ho, "open/"), typed)

    new = Organization.objects.get(name="Điểm tiêm Nhà văn hóa")
    assert answer.headers["Location"] == at(new)
    assert Act.objects.get().by == world.user("huong")


def test_a_second_station_of_a_commune_is_refused_beside_the_area(world: World, huong: Client):
    typed = {"kind": "commune_station", "name": "Trạm mới", "area": world.areas["buoi"].pk}

    answer = huong.post(at(world.tay_ho, "open/"), {**typed, "phone": "024 1234 5678"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["area"]
    assert "024 1234 5678" in shown(answer)


def test_details_are_put_right_and_the_old_ones_stay_on_record(world: World, huong: Client):
    typed = {"name": world.buoi.name, "phone": "024 3753 1111", "email": world.buoi.email}

    huong.post(at(world.buoi, "details/"), typed)

    page = shown(huong.get(at(world.buoi)))
    assert Act.objects.get().changed == {"phone": ["024 3823 0000", "024 3753 1111"]}
    assert "02• •••• •111" in page
    assert "02• •••• •000" in page


def test_a_phone_number_is_shown_only_where_it_leaves_a_row(world: World, huong: Client):
    page = shown(huong.get(at(world.buoi)))

    assert world.buoi.phone not in page
    assert f"/oversight/sites/{world.buoi.public_id}/#contact" in page


def test_a_merger_is_shown_first_and_done_once_it_is_confirmed(world: World, huong: Client):
    file_one(world)
    choice = {"into": str(world.quang_an.public_id)}

    first = huong.post(at(world.buoi, "merge/"), choice)

    assert Organization.objects.get(pk=world.buoi.pk).is_open
    assert first.context["moves"].cases.open == 1
    assert "Phạm Thị Minh" in shown(first)
    second = huong.post(
        at(world.buoi, "merge/"),
        {**choice, "confirmed": "1", "seal": first.context["moves"].seal},
        follow=True,
    )
    assert "is merged into" in shown(second)
    assert Organization.objects.get(pk=world.buoi.pk).successor == world.quang_an


def test_a_second_press_is_told_that_it_is_closed_already(world: World, huong: Client):
    tree.close(world.buoi, by=None)

    answer = huong.post(at(world.buoi, "close/"), {"successor": "", "confirmed": "1"})

    assert answer.status_code == 409
    assert Act.objects.count() == 1


def test_a_preview_that_is_no_longer_true_is_shown_anew_with_words(world: World, huong: Client):
    choice = {"into": str(world.quang_an.public_id)}
    first = huong.post(at(world.buoi, "merge/"), choice)
    employ(world, "thu", "Ngô Thị Thu", world.buoi)

    answer = huong.post(
        at(world.buoi, "merge/"),
        {**choice, "confirmed": "1", "seal": first.context["moves"].seal},
    )

    assert answer.status_code == 409
    assert "Ngô Thị Thu" in shown(answer)
    assert "Its staff is not the same any more" in shown(answer)
    assert Organization.objects.get(pk=world.buoi.pk).is_open


def test_a_successor_that_closed_meanwhile_is_told_beside_the_choice(world: World, huong: Client):
    choice = {"into": str(world.quang_an.public_id)}
    first = huong.post(at(world.buoi, "merge/"), choice)
    tree.close(world.quang_an, by=None)

    answer = huong.post(
        at(world.buoi, "merge/"),
        {**choice, "confirmed": "1", "seal": first.context["moves"].seal},
    )

    assert answer.status_code == 422
    assert "into" in answer.context["form"].errors


def test_a_centre_with_parts_is_not_closed_and_says_why(world: World, as_staff: SignIn):
    phuc = as_staff(world.user("phuc"))

    answer = phuc.post(at(world.tay_ho, "close/"), {"successor": ""})

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


def test_searching_for_a_successor_keeps_the_choice_and_judges_nothing(world: World, huong: Client):
    answer = huong.post(
        at(world.buoi, "merge/"),
        {"search": "1", "q": "tay ho", "into": str(world.quang_an.public_id)},
    )

    assert answer.status_code == 200
    assert world.tay_ho.name in shown(answer)
    assert world.quang_an.name in shown(answer)
    assert not answer.context["form"].errors


def test_an_officer_does_not_close_the_own_centre(world: World, huong: Client):
    for act in ("close", "merge", "move"):
        assert huong.get(at(world.tay_ho, f"{act}/")).status_code == 403
    assert at(world.tay_ho, "close/") not in shown(huong.get(at(world.tay_ho)))


def test_an_organization_shows_whom_it_took_over_from(world: World, huong: Client):
    with db_time.at(db_time.now() - timedelta(days=1)):
        tree.merge(world.buoi, into=world.quang_an, by=world.user("huong"))

    page = shown(huong.get(at(world.quang_an)))

    assert world.buoi.name in page
    assert "Đỗ Thu Hương" in page


def test_the_page_of_a_closed_station_still_leads_to_what_it_decided(world: World, huong: Client):
    case = actions.accept(
        file_one(world, dose=worlds.dose(world), proposed={"vaccine": "PF"}), by=world.user("minh")
    )
    tree.merge(world.buoi, into=world.quang_an, by=None)

    assert huong.get(f"/oversight/cases/{case.reference}/").status_code == 200
