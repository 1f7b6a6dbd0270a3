"""Where somebody counts: by residence, up the levels, unknown areas apart, through the reform."""

from datetime import date

from citizens.actions import revise_identity
from citizens.models import Citizen
from organizations.models import Area
from tests import world as worlds
from tests.factories.citizens import CitizenFactory
from tests.uptake.given import give, total
from tests.world import World
from uptake.fold import rebuild, update_sums
from uptake.models import Change, Measure, Uptake


def vaccinated(world: World, area: Area | None) -> Citizen:
    person = CitizenFactory.create(area=area)
    give(world, person, "AZ", 0)
    return person


def counted(*places: str) -> list[int]:
    update_sums()
    return [total(Measure.ONE_DOSE, place) for place in places]


def test_somebody_counts_where_they_live_not_where_the_dose_was_given(world: World):
    person = CitizenFactory.create(area=world.areas["lang"])

    worlds.dose(world, citizen=person, organization=world.buoi)

    assert counted("", "01/", "01/006/", "01/003/") == [1, 1, 1, 0]


def test_every_level_is_summed_and_an_unknown_area_counts_at_the_level_that_is_known(world: World):
    for area in ("buoi", "quang_an", "lang", "ha_noi", "tay_ho"):
        vaccinated(world, world.areas[area])
    vaccinated(world, None)

    assert counted("", "01/", "01/003/", "01/006/") == [6, 5, 3, 1]


def test_a_month_has_the_sum_of_its_days(world: World):
    for after in (0, 1, 1, 31):
        give(world, CitizenFactory.create(), "AZ", after)

    update_sums()

    months = Uptake.objects.filter(place="", is_month=True).values_list("day", "people")
    assert list(months) == [(date(2021, 8, 1), 3), (date(2021, 9, 1), 1)]


def test_somebody_who_turns_out_to_live_elsewhere_counts_there(world: World):
    person = vaccinated(world, world.areas["buoi"])
    update_sums()

    revise_identity(person, changes={"area": world.areas["lang"]}, by=None, why="Theo CCCD")

    assert counted("01/", "01/003/", "01/006/") == [1, 0, 1]


def test_people_follow_their_commune_through_the_reform(world: World):
    vaccinated(world, world.areas["buoi"])
    vaccinated(world, world.areas["quang_an"])
    vaccinated(world, world.areas["lang"])
    update_sums()
    reform = date(2025, 7, 1)
    province = world.areas["ha_noi"]
    # Communes hang directly under the province from now on.
    new = Area.objects.create(
        code="00103",
        name="Tây Hồ",
        full_name="Phường Tây Hồ",
        level="commune",
        parent=province,
        path="01/00103/",
        valid_from=reform,
    )
    for name in ("buoi", "quang_an", "tay_ho"):
        Area.objects.filter(pk=world.areas[name].pk).update(valid_to=reform, replaced_by=new)

    assert counted("", "01/", "01/00103/", "01/003/", "01/006/") == [3, 3, 2, 0, 1]
    assert not Change.objects.exists()
    assert rebuild().wrong_sums == 0


def test_a_province_that_became_part_of_another_takes_its_people_along(world: World):
    old = worlds.area("30", "Hải Dương", "Tỉnh Hải Dương", "province")
    vaccinated(world, old)
    update_sums()

    Area.objects.filter(pk=old.pk).update(
        valid_to=date(2025, 7, 1), replaced_by=world.areas["ha_noi"]
    )

    assert counted("", "30/", "01/") == [1, 0, 1]


def test_areas_that_replace_each_other_in_a_ring_leave_people_counted_in_the_country(world: World):
    ends = {"valid_to": date(2025, 7, 1)}
    buoi, quang_an = world.areas["buoi"], world.areas["quang_an"]
    Area.objects.filter(pk=buoi.pk).update(replaced_by=quang_an, **ends)
    Area.objects.filter(pk=quang_an.pk).update(replaced_by=buoi, **ends)

    vaccinated(world, buoi)

    assert counted("", "01/") == [1, 0]
