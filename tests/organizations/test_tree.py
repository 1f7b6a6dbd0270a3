"""Who stands above whom, and whose desk an area has."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from organizations.models import Area, Organization
from organizations.queries import ancestors, current_holder, for_area, next_up
from tests.factories.organizations import AreaFactory, OrganizationFactory


def test_the_database_writes_the_path_and_gives_it_back_on_insert(country):
    station = OrganizationFactory.create(part_of=country["tay_ho"])

    above = f"{country['ministry'].pk}/{country['department'].pk}/{country['tay_ho'].pk}"
    assert station.path == f"{above}/{station.pk}/"


def test_a_moved_organization_takes_its_sub_tree_along(country):
    centre = country["tay_ho"]

    centre.part_of = country["ministry"]
    centre.save()

    buoi = Organization.objects.get(code="TYT-00109")
    assert buoi.path == f"{country['ministry'].pk}/{centre.pk}/{buoi.pk}/"


def test_an_organization_cannot_become_part_of_its_own_sub_tree(country):
    centre = country["tay_ho"]
    centre.part_of = country["buoi"]

    with pytest.raises(IntegrityError, match="part of itself"), transaction.atomic():
        centre.save()


def test_nobody_writes_a_path_by_hand(country):
    Organization.objects.filter(code="TYT-00109").update(path="somewhere/else/")

    assert Organization.objects.get(code="TYT-00109").path == country["buoi"].path


def test_ancestors_come_nearest_first(country):
    assert [it.code for it in ancestors(country["buoi"])] == ["TTYT-003", "SYT-01", "BYT"]


def test_the_ladder_goes_commune_district_province_hotline_ministry(country):
    ladder = []
    step = country["buoi"]
    while step := next_up(step):
        ladder.append(step.code)

    assert ladder == ["TTYT-003", "SYT-01", "DDN", "BYT"]


def test_a_hospital_is_followed_by_its_department(country):
    assert next_up(country["hospital"]) == country["department"]


def test_a_closed_body_is_passed_over_on_the_way_up(country):
    Organization.objects.filter(code="TTYT-003").update(closed_on=date(2025, 7, 1))

    assert next_up(country["buoi"]) == country["department"]


def test_on_the_way_up_a_successor_stands_for_a_closed_body(country):
    Organization.objects.filter(code="TTYT-003").update(
        closed_on=date(2025, 7, 1), successor=country["dong_da"]
    )

    assert next_up(country["buoi"]) == country["dong_da"]


def test_successors_are_followed_to_the_one_that_is_open(country):
    day = date(2025, 7, 1)
    Organization.objects.filter(code="TTYT-003").update(closed_on=day, successor=country["dong_da"])
    Organization.objects.filter(code="TTYT-006").update(
        closed_on=day, successor=country["department"]
    )

    assert current_holder(Organization.objects.get(code="TTYT-003")) == country["department"]


def test_without_a_successor_nobody_holds_what_a_closed_body_held(country):
    Organization.objects.filter(code="TTYT-003").update(closed_on=date(2025, 7, 1))

    assert current_holder(Organization.objects.get(code="TTYT-003")) is None


@pytest.mark.parametrize(
    ("code", "desk"), [("00109", "TYT-00109"), ("003", "TTYT-003"), ("01", "SYT-01")]
)
def test_an_area_has_the_desk_of_its_own_level(country, code, desk):
    assert for_area(Area.objects.get(code=code)).code == desk


def test_a_commune_without_station_has_the_desk_of_its_district(country):
    island = AreaFactory.create(commune=True, parent=country["tay_ho"].area)

    assert for_area(island) == country["tay_ho"]


def test_no_known_area_has_the_desk_of_the_hotline(country):
    assert for_area(None) == country["hotline"]
    assert for_area(AreaFactory.create()) == country["hotline"]


def test_an_area_that_was_merged_has_the_desk_of_what_it_became(country):
    old = country["buoi"].area
    new = country["nhat_tan"].area
    old.valid_to = date(2025, 7, 1)
    old.replaced_by = new
    old.save()

    assert for_area(Area.objects.get(pk=old.pk)) == country["nhat_tan"]


def test_search_names_have_no_diacritics(country):
    assert country["buoi"].search_name == "tram y te phuong buoi"
    assert Area.objects.get(code="006").search_name == "quan dong da"


def test_current_areas_are_those_of_the_day_asked_about(country):
    old = country["buoi"].area
    old.valid_to = date(2025, 7, 1)
    old.save()

    assert Area.objects.current(on=date(2025, 6, 30)).contains(old)
    assert not Area.objects.current(on=date(2025, 7, 1)).contains(old)
