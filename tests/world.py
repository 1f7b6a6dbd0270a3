"""The small country in which tests happen: two districts of Hà Nội, and the fixed cast."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from accounts.models import User
from citizens.models import Citizen, RecordLink
from corrections.models import Policy
from doses.actions import record
from doses.models import Dose, Vaccine
from doses.vaccines import load_vaccines
from organizations.models import Area, Membership, Organization
from tests.factories.accounts import verify
from tests.rows import written_once
from vaxreg import db_time

Kinds = Organization.Kind
Roles = Membership.Role
# Staff and links have been there for a while: stories may begin in the past.
LONG_AGO = timedelta(days=60)


@dataclass
class World:
    """Areas, organizations, vaccines, people: everything by the name that tests call it."""

    ministry: Organization
    hotline: Organization
    so_y_te: Organization
    tay_ho: Organization
    dong_da: Organization
    buoi: Organization
    quang_an: Organization
    lang_thuong: Organization
    hospital: Organization
    areas: dict[str, Area]
    az: Vaccine
    pfizer: Vaccine
    users: dict[str, User] = field(default_factory=dict)
    citizens: dict[str, Citizen] = field(default_factory=dict)

    def user(self, name: str) -> User:
        return self.users[name]


def area(code: str, name: str, full_name: str, level: str, parent: Area | None = None) -> Area:
    return Area.objects.create(
        code=code,
        name=name,
        full_name=full_name,
        level=level,
        parent=parent,
        path=(parent.path if parent else "") + code + "/",
    )


def organization(
    code: str, name: str, kind: str, part_of: Organization | None, where: Area | None = None
) -> Organization:
    return Organization.objects.create(
        code=code,
        name=name,
        kind=kind,
        part_of=part_of,
        area=where,
        phone="024 3823 0000",
        email=f"{code.lower()}@example.vn",
    )


@written_once
def build() -> World:
    """Write the country and its people to the database."""
    load_vaccines()
    # One person decides here; the tests of four eyes say otherwise.
    Policy.objects.create(
        version=1, four_eyes=[], second_look_percent=0, made_at=db_time.now() - LONG_AGO
    )
    ha_noi = area("01", "Hà Nội", "Thành phố Hà Nội", "province")
    tay_ho = area("003", "Tây Hồ", "Quận Tây Hồ", "district", ha_noi)
    dong_da = area("006", "Đống Đa", "Quận Đống Đa", "district", ha_noi)
    buoi = area("00109", "Bưởi", "Phường Bưởi", "commune", tay_ho)
    quang_an = area("00097", "Quảng An", "Phường Quảng An", "commune", tay_ho)
    lang = area("00187", "Láng Thượng", "Phường Láng Thượng", "commune", dong_da)
    ministry = organization("BYT", "Bộ Y tế", Kinds.MINISTRY, None)
    so = organization("SYT-01", "Sở Y tế Hà Nội", Kinds.PROVINCIAL_DEPARTMENT, ministry, ha_noi)
    centre = Kinds.DISTRICT_CENTRE
    ttyt_tay_ho = organization("TTYT-003", "Trung tâm Y tế Quận Tây Hồ", centre, so, tay_ho)
    ttyt_dong_da = organization("TTYT-006", "Trung tâm Y tế Quận Đống Đa", centre, so, dong_da)
    station = Kinds.COMMUNE_STATION
    world = World(
        ministry=ministry,
        hotline=organization("DDN", "Đường dây nóng 1900 9095", Kinds.HOTLINE, ministry),
        so_y_te=so,
        tay_ho=ttyt_tay_ho,
        dong_da=ttyt_dong_da,
        buoi=organization("TYT-00109", "Trạm Y tế Phường Bưởi", station, ttyt_tay_ho, buoi),
        quang_an=organization(
            "TYT-00097", "Trạm Y tế Phường Quảng An", station, ttyt_tay_ho, quang_an
        ),
        lang_thuong=organization(
            "TYT-00187", "Trạm Y tế Phường Láng Thượng", station, ttyt_dong_da, lang
        ),
        hospital=organization("BV-01-01", "Bệnh viện Bạch Mai", Kinds.HOSPITAL, so, ha_noi),
        areas={
            "ha_noi": ha_noi,
            "tay_ho": tay_ho,
            "buoi": buoi,
            "quang_an": quang_an,
            "lang": lang,
        },
        az=Vaccine.objects.get(code="AZ"),
        pfizer=Vaccine.objects.get(code="PF"),
    )
    _people(world)
    return world


def _people(world: World) -> None:
    def citizen_user(key: str, name: str, phone: str) -> User:
        user = User.objects.create_user(phone=phone, full_name=name, phone_verified=True)
        world.users[key] = user
        return user

    def staff(key: str, name: str, organization: Organization, role: str) -> User:
        user = User.objects.create_user(email=f"{key}@example.vn", full_name=name, password="x")
        verify(user)
        Membership.objects.create(
            user=user, organization=organization, role=role, since=db_time.now() - LONG_AGO
        )
        world.users[key] = user
        return user

    lan = citizen_user("lan", "Nguyễn Thị Lan", "+84912345678")
    binh = citizen_user("binh", "Trần Văn Bình", "+84987654321")
    staff("minh", "Phạm Thị Minh", world.buoi, Roles.REVIEWER)
    staff("tuan", "Lê Anh Tuấn", world.lang_thuong, Roles.REVIEWER)
    staff("huong", "Đỗ Thu Hương", world.tay_ho, Roles.OFFICER)
    staff("duc", "Vũ Minh Đức", world.dong_da, Roles.OFFICER)
    staff("phuc", "Hoàng Hồng Phúc", world.so_y_te, Roles.OFFICER)
    staff("mai", "Bùi Thanh Mai", world.hotline, Roles.HOTLINE)
    citizens = world.citizens
    citizens["lan"] = Citizen.objects.create(
        full_name="Nguyễn Thị Lan",
        date_of_birth=date(1988, 3, 27),
        sex="female",
        id_number="001188012345",
        phone="+84912345678",
        area=world.areas["buoi"],
    )
    citizens["child"] = Citizen.objects.create(
        full_name="Lê Nguyễn Minh Anh",
        date_of_birth=date(2012, 9, 5),
        sex="female",
        phone="+84912345678",
        area=world.areas["buoi"],
    )
    citizens["binh"] = Citizen.objects.create(
        full_name="Trần Văn Bình",
        date_of_birth=date(1975, 1, 2),
        sex="male",
        id_number="001075067890",
        phone="+84987654321",
        area=world.areas["quang_an"],
    )
    link = partial(RecordLink.objects.create, since=db_time.now() - LONG_AGO)
    link(user=lan, citizen=citizens["lan"], relation="self", proven_by="phone_and_id")
    link(user=lan, citizen=citizens["child"], relation="guardian", proven_by="staff")
    link(user=binh, citizen=citizens["binh"], relation="self", proven_by="phone_and_id")


def dose(world: World, whose: str = "lan", **changed: object) -> Dose:
    """Record a dose: by default Lan's first, AstraZeneca at Phường Bưởi."""
    values: dict[str, object] = {
        "citizen": world.citizens[whose],
        "vaccine": world.az,
        "given_on": date(2021, 8, 29),
        "organization": world.buoi,
        "lot": "ABX4112",
        "kind": "primary",
        "ordinal": 1,
        "provenance": Dose.Provenance.SITE_ENTRY,
        "by": None,
    }
    return record(**(values | changed))
