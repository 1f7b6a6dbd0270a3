"""Areas, organizations and memberships for tests: a few, made by hand, never the full tree."""

from typing import Any

from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from organizations.models import Area, Membership, Organization
from tests.factories.accounts import UserFactory


class AreaFactory(DjangoModelFactory[Area]):
    """A province by default; give `parent` for the levels below."""

    class Meta:
        model = Area

    class Params:
        district = Trait(
            level=Area.Level.DISTRICT,
            parent=SubFactory("tests.factories.organizations.AreaFactory"),
            code=Sequence(lambda n: f"{900 + n:03}"),
            full_name=LazyAttribute(lambda area: f"Quận {area.name}"),
        )
        commune = Trait(
            level=Area.Level.COMMUNE,
            parent=SubFactory("tests.factories.organizations.AreaFactory", district=True),
            code=Sequence(lambda n: f"{90000 + n:05}"),
            full_name=LazyAttribute(lambda area: f"Phường {area.name}"),
        )

    level = Area.Level.PROVINCE
    parent = None
    code = Sequence(lambda n: f"P{n:02}")
    name = Sequence(lambda n: f"Tân Lập {n}")
    full_name = LazyAttribute(lambda area: f"Tỉnh {area.name}")
    path = LazyAttribute(lambda area: f"{area.parent.path if area.parent else ''}{area.code}/")


def ministry() -> Organization:
    """The one ministry, made when first asked for."""
    return Organization.objects.get_or_create(
        code="BYT", defaults={"name": "Bộ Y tế", "kind": Organization.Kind.MINISTRY}
    )[0]


class OrganizationFactory(DjangoModelFactory[Organization]):
    """A hospital under the ministry by default; traits make the bodies of areas, with their area."""

    class Meta:
        model = Organization

    class Params:
        provincial_department = Trait(
            kind=Organization.Kind.PROVINCIAL_DEPARTMENT,
            area=SubFactory(AreaFactory),
            name=LazyAttribute(lambda it: f"Sở Y tế {it.area.name}"),
        )
        district_centre = Trait(
            kind=Organization.Kind.DISTRICT_CENTRE,
            area=SubFactory(AreaFactory, district=True),
            name=LazyAttribute(lambda it: f"Trung tâm Y tế {it.area.full_name}"),
        )
        commune_station = Trait(
            kind=Organization.Kind.COMMUNE_STATION,
            area=SubFactory(AreaFactory, commune=True),
            name=LazyAttribute(lambda it: f"Trạm Y tế {it.area.full_name}"),
        )
        hotline = Trait(kind=Organization.Kind.HOTLINE, name="Đường dây nóng tiêm chủng 1900 9095")

    kind = Organization.Kind.HOSPITAL
    code = Sequence(lambda n: f"T-{n:05}")
    name = Sequence(lambda n: f"Bệnh viện Thử nghiệm {n}")
    part_of = LazyFunction(ministry)


class MembershipFactory(DjangoModelFactory[Membership]):
    """A reviewer of a new hospital by default."""

    class Meta:
        model = Membership

    class Params:
        officer = Trait(role=Membership.Role.OFFICER)
        lead = Trait(role=Membership.Role.LEAD)
        hotline = Trait(role=Membership.Role.HOTLINE)

    user = SubFactory(UserFactory, staff=True)
    organization = SubFactory(OrganizationFactory)
    role = Membership.Role.REVIEWER


def small_country() -> dict[str, Any]:
    """One province, two districts, three communes, with the organizations that answer for them."""
    province = AreaFactory.create(code="01", name="Hà Nội", full_name="Thành phố Hà Nội")
    tay_ho = AreaFactory.create(district=True, parent=province, code="003", name="Tây Hồ")
    dong_da = AreaFactory.create(district=True, parent=province, code="006", name="Đống Đa")
    buoi = AreaFactory.create(commune=True, parent=tay_ho, code="00109", name="Bưởi")
    nhat_tan = AreaFactory.create(commune=True, parent=tay_ho, code="00094", name="Nhật Tân")
    lang_thuong = AreaFactory.create(commune=True, parent=dong_da, code="00187", name="Láng Thượng")
    department = OrganizationFactory.create(
        provincial_department=True, code="SYT-01", area=province
    )
    centres = [
        OrganizationFactory.create(
            district_centre=True, code=f"TTYT-{area.code}", area=area, part_of=department
        )
        for area in (tay_ho, dong_da)
    ]
    stations = [
        OrganizationFactory.create(
            commune_station=True, code=f"TYT-{area.code}", area=area, part_of=centre
        )
        for area, centre in (
            (buoi, centres[0]),
            (nhat_tan, centres[0]),
            (lang_thuong, centres[1]),
        )
    ]
    return {
        "ministry": ministry(),
        "hotline": OrganizationFactory.create(hotline=True, code="DDN"),
        "department": department,
        "tay_ho": centres[0],
        "dong_da": centres[1],
        "buoi": stations[0],
        "nhat_tan": stations[1],
        "lang_thuong": stations[2],
        "hospital": OrganizationFactory.create(part_of=department, area=province),
    }
