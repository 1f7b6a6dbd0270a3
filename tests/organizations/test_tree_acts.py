"""Opening, changing, moving, merging, closing: who may, what it does, and what stays on record."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import override

from organizations import actions
from organizations.actions import CannotArrange, CannotClose
from organizations.journal import StaffEvent
from organizations.models import Act, Membership, Organization, Place
from tests.factories.organizations import AreaFactory, MembershipFactory


@pytest.fixture
def huong(country):
    return MembershipFactory.create(organization=country["tay_ho"], officer=True).user


@pytest.fixture
def phuc(country):
    return MembershipFactory.create(organization=country["department"], officer=True).user


def opened(country, **changed):
    values = {
        "name": "Trạm  Y tế Phường Thụy Khuê",
        "kind": "commune_station",
        "part_of": country["tay_ho"],
        "area": AreaFactory.create(commune=True, parent=country["tay_ho"].area),
        "by": None,
    }
    return actions.open_organization(**(values | changed))


def test_an_officer_opens_a_station_below_the_own_centre(country, huong):
    new = opened(country, by=huong)

    assert new.path == f"{country['tay_ho'].path}{new.pk}/"
    assert new.name == "Trạm Y tế Phường Thụy Khuê"
    assert new.search_name == "tram y te phuong thuy khue"
    assert new.code == f"TYT-{new.area.code}"
    act = Act.objects.get()
    assert (act.kind, act.by, act.went_to) == ("opened", huong, country["tay_ho"])


def test_a_second_organization_of_a_place_gets_the_next_code(country):
    hospitals = [
        opened(country, name=f"Bệnh viện {n}", kind="hospital", area=country["tay_ho"].area)
        for n in (1, 2)
    ]

    area = country["tay_ho"].area.code
    assert [one.code for one in hospitals] == [f"BV-{area}-01", f"BV-{area}-02"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "ministry"}, "kind"),
        ({"kind": "provincial_department"}, "part_of"),
        ({"email": "tyt"}, "email"),
        ({"area": None}, "area"),
        ({"area": "buoi"}, "area"),
        ({"area": "tay_ho"}, "area"),
        ({"part_of": "buoi"}, "part_of"),
        ({"code": "TTYT-003"}, "code"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field(country, changed, field):
    if changed.get("area") in country:
        changed = {"area": country[changed["area"]].area}
    if "part_of" in changed:
        changed = {"part_of": country[changed["part_of"]]}

    with pytest.raises(CannotArrange) as refused:
        opened(country, **changed)

    assert field in refused.value.message_dict
    assert not Act.objects.exists()


def test_nobody_opens_anything_outside_the_own_sub_tree(country, huong):
    with pytest.raises(PermissionDenied):
        opened(country, part_of=country["dong_da"], by=huong)
    with pytest.raises(PermissionDenied):
        opened(country, part_of=country["department"], by=huong)


def test_a_change_of_details_keeps_what_stood_there(country, huong):
    buoi = country["buoi"]

    actions.change_details(buoi, by=huong, phone="024 3823 9999", name=buoi.name)
    actions.change_details(buoi, by=huong, phone="024 3823 9999")

    act = Act.objects.get()
    assert act.changed == {"phone": [buoi.phone, "024 3823 9999"]}
    assert (act.kind, act.by) == ("changed", huong)


def test_a_new_name_is_found_by_the_search(country):
    actions.change_details(country["buoi"], by=None, name="Trạm Y tế Thụy Khuê")

    assert Organization.objects.named("thuy khue").get() == country["buoi"]


def test_moving_takes_everything_below_along_and_keeps_where_it_stood(country, phuc):
    station, centre = country["buoi"], country["dong_da"]

    moved = actions.move(station, part_of=centre, by=phuc)

    assert moved.path == f"{centre.path}{station.pk}/"
    act = Act.objects.get()
    assert (act.came_from, act.went_to) == (country["tay_ho"], centre)
    assert list(Place.objects.filter(organization=station).values_list("path", flat=True)) == [
        station.path,
        moved.path,
    ]


def test_what_is_moved_stands_neither_below_itself_nor_below_what_has_no_parts(country):
    with override("en"), pytest.raises(CannotArrange, match="itself"):
        actions.move(country["department"], part_of=country["tay_ho"], by=None)
    with override("en"), pytest.raises(CannotArrange, match="kind"):
        actions.move(country["buoi"], part_of=country["nhat_tan"], by=None)
    with override("en"), pytest.raises(CannotArrange, match="already"):
        actions.move(country["buoi"], part_of=country["tay_ho"], by=None)


@pytest.mark.parametrize("act", ["close", "merge", "move"])
def test_an_officer_arranges_what_lies_below_but_never_the_own_organization(country, huong, act):
    other = {"close": {}, "merge": {"into": country["dong_da"]}}
    arguments = other.get(act, {"part_of": country["department"]})

    with pytest.raises(PermissionDenied):
        getattr(actions, act)(country["tay_ho"], by=huong, **arguments)
    with pytest.raises(PermissionDenied):
        getattr(actions, act)(country["lang_thuong"], by=huong, **arguments)


def test_an_officer_gives_nothing_away_to_another_district(country, huong):
    with pytest.raises(PermissionDenied):
        actions.close(country["buoi"], successor=country["lang_thuong"], by=huong)
    with pytest.raises(PermissionDenied):
        actions.merge(country["buoi"], into=country["lang_thuong"], by=huong)
    with pytest.raises(PermissionDenied):
        actions.move(country["buoi"], part_of=country["dong_da"], by=huong)


def test_a_merger_takes_reviewers_along_and_leaves_it_on_record(country, huong):
    nurse = MembershipFactory.create(organization=country["buoi"]).user

    closed = actions.merge(country["buoi"], into=country["nhat_tan"], by=huong)

    assert closed.successor == country["nhat_tan"]
    work = Membership.objects.live().get(user=nurse)
    assert (work.organization, work.role) == (country["nhat_tan"], "reviewer")
    acts = StaffEvent.objects.filter(user=nurse).order_by("id").values_list("act", flat=True)
    assert list(acts) == ["ended", "appointed"]


def test_who_works_at_both_is_not_appointed_twice(country):
    nurse = MembershipFactory.create(organization=country["buoi"]).user
    MembershipFactory.create(organization=country["nhat_tan"], user=nurse)

    actions.merge(country["buoi"], into=country["nhat_tan"], by=None)

    assert Membership.objects.live().filter(user=nurse).count() == 1


def test_an_officer_of_a_district_does_not_become_one_of_the_province_by_a_merger(country, huong):
    actions.merge(country["tay_ho"], into=country["department"], by=None)

    assert not Membership.objects.live().filter(user=huong).exists()


def test_an_officer_goes_on_in_a_body_of_the_same_kind(country, huong):
    actions.merge(country["tay_ho"], into=country["dong_da"], by=None)

    assert Membership.objects.live().get(user=huong).organization == country["dong_da"]
    assert Organization.objects.within_reach(huong).contains(country["buoi"])


def test_the_parts_of_a_merged_centre_stand_below_the_other_one_closed_ones_too(country):
    actions.close(country["nhat_tan"], by=None, successor=country["buoi"])

    actions.merge(country["tay_ho"], into=country["dong_da"], by=None)

    for name in ("buoi", "nhat_tan"):
        country[name].refresh_from_db()
        assert country[name].path.startswith(country["dong_da"].path)
    moved = Act.objects.filter(kind="moved").values_list("organization", flat=True)
    assert list(moved) == [country["buoi"].pk]


def test_a_centre_with_stations_is_not_merged_into_a_station(country):
    with pytest.raises(CannotClose) as refused:
        actions.merge(country["tay_ho"], into=country["lang_thuong"], by=None)

    assert "into" in refused.value.message_dict


def test_the_ministry_and_the_hotline_are_not_closed(country):
    for kind in ("ministry", "hotline"):
        one = Organization.objects.filter(kind=kind).first()
        if one is not None:
            with pytest.raises(CannotClose):
                actions.close(one, by=None)


def test_an_act_is_never_changed_or_deleted(country):
    actions.close(country["buoi"], by=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        Act.objects.update(kind="merged")
    with pytest.raises(IntegrityError), transaction.atomic():
        Act.objects.all().delete()
