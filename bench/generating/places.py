"""Where people live and are vaccinated: the real tree, weighted as the campaign was, and its staff."""

import random
from bisect import bisect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from django.db.models import Max

from accounts.models import User
from bench import dataset
from corrections.clocks import policies
from corrections.models import Policy
from corrections.routing.desks import SITES
from doses.models import Vaccine
from organizations.models import Area, Membership, Organization

CITY = "79"
# Shares of all doses; the other provinces share the rest by their communes. Hồ Chí Minh City: 14 of
# 100 million in November 2021; Hà Nội and the industrial provinces around both were next.
SHARES = {CITY: 0.14, "01": 0.105, "74": 0.04, "75": 0.04, "38": 0.035, "40": 0.03, "80": 0.02}
# Of corrections: 1.6 of 2.7 million.
SHARE_OF_CORRECTIONS = 0.6


@dataclass(frozen=True)
class Commune:
    """A commune with its station, and the other sites of its province."""

    area: Area
    province: str
    station: int
    sites: tuple[int, ...]


@dataclass
class Country:
    """What people, doses and corrections refer to. staff: the one person of each organization.

    first_account: the greatest id of an account before any was made up.
    """

    communes: list[Commune]
    organizations: dict[int, Organization]
    staff: dict[int, int]
    vaccines: dict[str, int]
    policy: Policy
    busy_site: int
    first_account: int
    _cumulative: list[float] = field(init=False)

    def __post_init__(self) -> None:
        number = Counter(one.province for one in self.communes)
        named = {code: share for code, share in SHARES.items() if code in number}
        rest = sum(count for code, count in number.items() if code not in named) or 1
        left = 1 - sum(named.values())
        self._cumulative = list(
            accumulate(
                named[one.province] / number[one.province] if one.province in named else left / rest
                for one in self.communes
            )
        )

    def draw(self, chance: random.Random) -> int:
        """Draw the number of the commune in which somebody lives."""
        drawn = chance.random() * self._cumulative[-1]
        return min(bisect(self._cumulative, drawn), len(self.communes) - 1)

    def above(self, organization: int) -> Organization:
        """The organization directly above, where an officer works."""
        return self.organizations[self.organizations[organization].part_of_id or 0]


def prepare() -> None:
    """Write somebody at each organization that has nobody, and the first policy."""
    policies.current()
    without = Organization.objects.open().exclude(
        pk__in=Membership.objects.live().order_by().values("organization")
    )
    dataset.employ(list(without.order_by("code")))


def read(first_account: int | None = None) -> Country:
    """Read the tree, after `prepare`."""
    organizations = {one.pk: one for one in Organization.objects.open().order_by("code")}
    members = Membership.objects.live().order_by("organization_id", "-pk")
    staff = dict(members.values_list("organization_id", "user_id"))
    newest = User.objects.aggregate(newest=Max("pk"))["newest"] or 0
    communes = list(_communes(organizations))
    return Country(
        communes=communes,
        organizations=organizations,
        staff=staff,
        vaccines=dict(Vaccine.objects.values_list("code", "pk")),
        policy=policies.current(),
        busy_site=_busy_site(communes),
        first_account=newest if first_account is None else first_account,
    )


def _communes(organizations: dict[int, Organization]) -> Iterator[Commune]:
    areas = Area.objects.current().filter(level=Area.Level.COMMUNE).in_bulk()
    province_of = dict(Area.objects.values_list("pk", "path"))
    others: dict[str, list[int]] = {}
    stations: dict[int, int] = {}
    for one in organizations.values():
        if one.area_id is None or one.kind not in SITES:
            continue
        if one.kind == Organization.Kind.COMMUNE_STATION:
            stations[one.area_id] = one.pk
        else:
            others.setdefault(province_of[one.area_id].split("/")[0], []).append(one.pk)
    for area in sorted(areas.values(), key=lambda one: one.code):
        province = area.path.split("/")[0]
        if area.pk in stations:
            sites = others.get(province) or [stations[area.pk]]
            yield Commune(area, province, stations[area.pk], tuple(sites))


def _busy_site(communes: list[Commune]) -> int:
    """Return the site with very many wrong records: a hospital of the city, if there is one."""
    return next((one for one in communes if one.province == CITY), communes[0]).sites[-1]
