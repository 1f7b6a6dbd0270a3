"""A site is found by what people call it: whole names first, wherever the citizen lives."""

import pytest

from citizens.models import Citizen
from doses import sites
from organizations.models import Area, Organization
from organizations.search import nearest_name, parts_of
from tests.factories.citizens import CitizenFactory
from tests.factories.organizations import AreaFactory, OrganizationFactory

Level = Area.Level


def area(name: str, full_name: str, level: str, parent: Area | None = None) -> Area:
    return AreaFactory.create(name=name, full_name=full_name, level=level, parent=parent)


def station(place: Area) -> Organization:
    return OrganizationFactory.create(commune_station=True, area=place)


@pytest.fixture
def country(db: None) -> dict[str, Organization]:
    """Return stations by key; a few areas of names that are parts of each other."""
    province, district, commune = Level.PROVINCE, Level.DISTRICT, Level.COMMUNE
    ha_noi = area("Hà Nội", "Thành phố Hà Nội", province)
    thanh_long = area("Thăng Long", "Huyện Thăng Long", district, ha_noi)
    sai_gon = area("Hồ Chí Minh", "Thành phố Hồ Chí Minh", province)
    one, ten = (area(n, f"Quận {n}", district, sai_gon) for n in ("1", "10"))
    long_an = area("Long An", "Tỉnh Long An", province)
    tan_an = area("Tân An", "Thành phố Tân An", district, long_an)
    binh_thuan = area("Bình Thuận", "Tỉnh Bình Thuận", province)
    bac_binh = area("Bắc Bình", "Huyện Bắc Bình", district, binh_thuan)
    lang_son = area("Lạng Sơn", "Tỉnh Lạng Sơn", province)
    binh_gia = area("Bình Gia", "Huyện Bình Gia", district, lang_son)
    dak_lak = area("Đắk Lắk", "Tỉnh Đắk Lắk", province)
    ea = area("Ea H'leo", "Huyện Ea H'leo", district, dak_lak)
    return {
        "an_khanh": station(area("An Khánh", "Xã An Khánh", commune, thanh_long)),
        "ben_nghe": station(area("Bến Nghé", "Phường Bến Nghé", commune, one)),
        "p1_q10": station(area("1", "Phường 1", commune, ten)),
        "p12_q10": station(area("12", "Phường 12", commune, ten)),
        "khanh_hau": station(area("Khánh Hậu", "Phường Khánh Hậu", commune, tan_an)),
        "hong_thai": station(area("Hồng Thái", "Xã Hồng Thái", commune, bac_binh)),
        "hong_thai_north": station(area("Hồng Thái", "Xã Hồng Thái", commune, binh_gia)),
        "ea_sol": station(area("Ea Sol", "Xã Ea Sol", commune, ea)),
    }


def living_at(station: Organization) -> Citizen:
    return CitizenFactory.create(area=station.area)


def first(typed: str, home: Organization) -> Organization:
    return sites.matching(typed, None, living_at(home))[0]


@pytest.mark.parametrize(
    ("typed", "home", "wanted"),
    [
        ("quận 1", "p12_q10", "ben_nghe"),
        ("quan 1", "an_khanh", "ben_nghe"),
        ("long an", "an_khanh", "khanh_hau"),
        ("tỉnh Long An", "an_khanh", "khanh_hau"),
        ("Hồng Thái, Bắc Bình, Bình Thuận", "hong_thai_north", "hong_thai"),
        ("hong thai, binh gia, lang son", "hong_thai", "hong_thai_north"),
        ("TYT xã Hồng Thái, huyện Bắc Bình", "hong_thai_north", "hong_thai"),
        ("Phường 1, Quận 10", "ben_nghe", "p1_q10"),
        ("p. 12 (quận 10)", "ben_nghe", "p12_q10"),
    ],
)
def test_a_whole_name_comes_before_parts_of_names_wherever_one_lives(
    country: dict[str, Organization], typed: str, home: str, wanted: str
):
    assert first(typed, country[home]) == country[wanted]


def test_of_two_of_the_same_name_the_one_near_home_comes_first(country: dict[str, Organization]):
    for home in ("hong_thai", "hong_thai_north"):
        assert first("Hồng Thái", country[home]) == country[home]


@pytest.mark.parametrize("typed", ["Ea H'leo", "ea h’leo", "Ea H\u02bcleo", "ea hleo", "EA H`LEO"])
def test_an_apostrophe_of_any_keyboard_finds_the_same_place(
    country: dict[str, Organization], typed: str
):
    assert sites.matching(typed, None, living_at(country["an_khanh"])) == [country["ea_sol"]]


def test_signs_alone_are_no_search(country: dict[str, Organization]):
    assert parts_of(" , - ; ") == []
    home = country["an_khanh"]

    assert sites.matching(" , - ", None, living_at(home)) == [home]


def test_officers_too_read_the_whole_name_first(db: None):
    long, exact = (
        OrganizationFactory.create(name=name)
        for name in ("Bệnh viện An Bình Quận 10", "Bệnh viện Quận 1")
    )

    found = Organization.objects.filter(pk__in=[long.pk, exact.pk]).named("quận 1")

    assert list(found.order_by(*nearest_name("quận 1"))) == [exact, long]
