"""People of the demo district: named staff and citizens, and neighbours with random names."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from accounts import identity
from accounts.models import User, VerifiedIdentity
from accounts.sign_in import two_factor
from citizens.models import Citizen, Consent, IdentityCheck, RecordLink
from organizations.models import Area, Membership, Organization
from vaxreg import db_time

PASSWORD = "Buoi-Ho-Tay-2021"  # noqa: S105 — shown to everybody on the demo's own pages
DOMAIN = "demo.sotiem.vn"
# Those of whom nothing but the name is shown: their codes are on no page.
EXTRAS_DOMAIN = f"don-vi.{DOMAIN}"
# A known TOTP secret for each member of the demo staff: base32, different in one letter.
SECRET = "JBSWY3DPEHPK3PX{letter}JBSWY3DPEHPK3PXP"  # noqa: S105

FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý"]
WOMEN = [
    "Thị Mỹ Duyên", "Thị Ngọc Ánh", "Phương Thảo", "Thị Bích Phượng", "Thu Hằng", "Khánh Linh",
    "Thị Thanh Huyền", "Hoàng Phương Ưng", "Thị Kim Oanh", "Quỳnh Như", "Thị Tuyết Mai", "Hồng Vân",
]  # fmt: skip
MEN = [
    "Quốc Đạt", "Đức Huy", "Văn Khuê", "Tấn Trường", "Minh Quân", "Hữu Phước", "Anh Dũng",
    "Công Phượng", "Trung Kiên", "Xuân Bách", "Tôn Thất Gia Khánh", "Bảo Long",
]  # fmt: skip


@dataclass(frozen=True)
class CastMember:
    """A named person of the demo, also used in tests."""

    key: str
    name: str
    organization: str
    role: str
    part: str


@dataclass(frozen=True)
class SignIn:
    """One member of the demo's staff on the page of the staff sign-in."""

    email: str
    name: str
    role: str
    organization: str


@dataclass(frozen=True)
class SignIns:
    """Who of the demo's staff may sign in, and the password of all."""

    people: list[SignIn]
    password: str = PASSWORD


STAFF = [
    CastMember("minh", "Phạm Thị Minh", "Trạm Y tế Phường Bưởi", "reviewer", "Điều dưỡng"),
    CastMember("thu", "Ngô Thị Thu", "Trạm Y tế Phường Bưởi", "reviewer", "Điều dưỡng"),
    CastMember("nga", "Đinh Thị Nga", "Trạm Y tế Phường Quảng An", "reviewer", "Điều dưỡng"),
    CastMember("son", "Cao Thái Sơn", "Trạm Y tế Phường Yên Phụ", "reviewer", "Y sĩ"),
    CastMember("hoa", "Lương Thị Hoa", "Trạm Y tế Phường Thụy Khuê", "reviewer", "Y sĩ"),
    CastMember("cuong", "Mai Mạnh Cường", "Trạm Y tế Phường Nhật Tân", "reviewer", "Y sĩ"),
    CastMember("tuan", "Lê Anh Tuấn", "Trạm Y tế Phường Láng Thượng", "reviewer", "Điều dưỡng"),
    CastMember("huong", "Đỗ Thu Hương", "Trung tâm Y tế Quận Tây Hồ", "officer", "Cán bộ quận"),
    CastMember("duc", "Vũ Minh Đức", "Trung tâm Y tế Quận Đống Đa", "officer", "Cán bộ quận"),
    CastMember("phuc", "Hoàng Hồng Phúc", "Sở Y tế Hà Nội", "officer", "Cán bộ Sở"),
    CastMember("an", "Nguyễn Hoài An", "Bộ Y tế", "officer", "Cán bộ Bộ"),
    CastMember("mai", "Bùi Thanh Mai", "", "hotline", "Đường dây nóng"),
]

LAN_PHONE = "+84912345678"
BINH_PHONE = "+84987654321"
# Their memberships and records begin this long ago, before every case of the demo.
SINCE = timedelta(days=120)


def staff() -> dict[str, User]:
    """Create the demo's staff with password and second factor; return the users by key."""
    users = {}
    # Password hashing is slow on purpose; all share one hash.
    hashed = make_password(PASSWORD)
    for number, member in enumerate(STAFF):
        email = f"{member.key}@{DOMAIN}"
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email=email, full_name=member.name)
            user.password = hashed
            user.save(update_fields=["password"])
            two_factor.set_up(user, SECRET.format(letter="ABCDEFGHIJKLMN"[number]))
            two_factor.mark_recovery_codes_seen(user)
            identity.verify(
                user,
                id_number=f"0011800{number:05}",
                date_of_birth=date(1980, 1, 1) + timedelta(days=97 * number),
                proven_by=VerifiedIdentity.Proof.APPOINTMENT,
                by=None,
            )
            place = (
                Organization.objects.get(kind=Organization.Kind.HOTLINE)
                if member.role == "hotline"
                else named(member.organization)
            )
            Membership.objects.create(
                user=user, organization=place, role=member.role, since=db_time.now() - SINCE
            )
        users[member.key] = user
    return users


def sign_ins() -> SignIns:
    """Return how the demo's staff sign in, for the page where they do."""
    emails = {f"{member.key}@{DOMAIN}": member for member in STAFF}
    works = Membership.objects.live().filter(user__email__in=emails)
    rows = {one.user.email: one for one in works.select_related("user", "organization")}
    found = [
        SignIn(email, member.name, rows[email].get_role_display(), rows[email].organization.label)
        for email, member in emails.items()
        if email in rows
    ]
    return SignIns(found)


def seen_lately() -> None:
    """Let staff who did not sign in for days have done so some hours ago: demo time stands still.

    Else a demo that rested for a week would call all its organizations silent.
    """
    now = db_time.now()
    staff = User.objects.filter(email__endswith=DOMAIN)
    away = staff.filter(Q(last_login=None) | Q(last_login__lt=now - timedelta(days=3)))
    away.update(last_login=now - timedelta(hours=3))


def named(name: str) -> Organization:
    """Return an organization of the demo by name: one of Hà Nội, or the ministry."""
    ministry = Organization.objects.filter(kind=Organization.Kind.MINISTRY, name=name).first()
    return ministry or in_ha_noi(name)


def in_ha_noi(name: str) -> Organization:
    """Return an organization of Hà Nội by name; names repeat across provinces."""
    return Organization.objects.open().get(name=name, area__path__startswith="01/")


def citizen(
    name: str, born: date, sex: str, phone: str, area: Area | None, id_number: str | None
) -> tuple[User, Citizen]:
    """Create a citizen with an account that has opened the record already."""
    began = db_time.now() - SINCE
    user = User.objects.create_user(phone=phone, full_name=name, phone_verified=True)
    person = Citizen.objects.create(
        full_name=name,
        date_of_birth=born,
        sex=sex,
        phone=phone,
        id_number=id_number,
        area=area,
    )
    RecordLink.objects.create(
        user=user,
        citizen=person,
        relation=RecordLink.Relation.SELF,
        proven_by=RecordLink.Proof.PHONE_AND_ID,
        since=began,
    )
    return user, person


def child_of(user: User, name: str, born: date, sex: str, area: Area) -> Citizen:
    """Create a child's record that its guardian has opened."""
    child = Citizen.objects.create(
        full_name=name, date_of_birth=born, sex=sex, phone=user.phone or "", area=area
    )
    RecordLink.objects.create(
        user=user,
        citizen=child,
        relation=RecordLink.Relation.GUARDIAN,
        proven_by=RecordLink.Proof.STAFF,
        since=db_time.now() - SINCE,
    )
    return child


def mother_of(user: User, name: str, born: date, area: Area) -> Citizen:
    """Create an old mother's record; she agreed at the counter that her daughter opens it."""
    mother = Citizen.objects.create(
        full_name=name,
        date_of_birth=born,
        sex="female",
        phone="",
        id_number=f"001152{born.year:06}",
        area=area,
    )
    since = db_time.now() - timedelta(days=40)
    link = RecordLink.objects.create(
        user=user,
        citizen=mother,
        relation=RecordLink.Relation.RELATIVE,
        proven_by=RecordLink.Proof.STAFF,
        since=since,
        ends_at=since + timedelta(days=360),
    )
    minh = User.objects.get(email=f"minh@{DOMAIN}")
    Consent.objects.create(
        link=link,
        way=Consent.Way.COUNTER,
        paper=IdentityCheck.Paper.CCCD,
        by=minh,
        by_organization=in_ha_noi("Trạm Y tế Phường Bưởi"),
        at=since,
    )
    return mother


def name_of(chance: random.Random) -> str:
    """Return a random Vietnamese full name."""
    return f"{chance.choice(FAMILY)} {chance.choice(WOMEN + MEN)}"


def neighbour(number: int, site: Organization) -> tuple[User, Citizen]:
    """Create neighbour `number`, near the site; the same number gives the same person."""
    chance = random.Random(number)  # noqa: S311 — a story, not a secret
    is_woman = chance.random() < 0.5
    name = f"{chance.choice(FAMILY)} {chance.choice(WOMEN if is_woman else MEN)}"
    born = date(1945, 1, 1) + timedelta(days=chance.randrange(60 * 365))
    century = 0 if born.year < 2000 else 2
    id_number = (
        f"001{century + is_woman}{born.year % 100:02d}{(number * 7919 + 104729) % 1_000_000:06d}"
    )
    phone = f"+8493{(number * 104_729 + 7_654_321) % 10_000_000:07d}"
    sex = "female" if is_woman else "male"
    return citizen(name, born, sex, phone, site.area, id_number)
