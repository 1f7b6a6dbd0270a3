"""Areas of the country, the tree of organizations, and memberships."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations import journal  # noqa: F401 - its tables are tables of this room
from organizations.acts import Act as Act
from vaxreg import db_time
from vaxreg.fields import SearchKeyField
from vaxreg.search import search_words

if TYPE_CHECKING:
    from accounts.models import User

# The first COVID-19 dose in Vietnam was given on this day. Areas and places that existed then
# begin on this date in the registry.
REGISTRY_START = date(2021, 3, 8)
# Words of a search beyond these are ignored.
MOST_WORDS = 6


class AreaQuerySet(models.QuerySet["Area"]):
    def current(self, on: date | None = None) -> Self:
        """Areas that exist on that day (default: today)."""
        day = on or timezone.localdate()
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def under(self, area: "Area") -> Self:
        """The area itself and all areas in it."""
        return self.filter(path__startswith=area.path)

    def around(self, area: "Area") -> Self:
        """Areas that are or were in this area, across the reform of 2025, in both directions."""
        is_current = area.valid_to is None
        inside = Area.objects.filter(path__startswith=area.path, valid_to__isnull=is_current)
        became = inside.exclude(replaced_by=None)
        return self.filter(
            Q(pk__in=inside.order_by().values("pk"))
            | Q(pk__in=became.order_by().values("replaced_by"))
            | Q(replaced_by__in=inside.order_by().values("pk"))
        )


class Area(models.Model):
    """A province, district or commune, for as long as it existed.

    Codes are those of the General Statistics Office, with their leading zeros. They are reused
    after a merger, so only the pair (code, valid_from) is unique.
    """

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        DISTRICT = "district", _("District")
        COMMUNE = "commune", _("Commune")

    code = models.CharField(_("code"), max_length=8)
    level = models.CharField(_("level"), max_length=8, choices=Level)
    name = models.CharField(_("name"), max_length=80)
    full_name = models.CharField(_("full name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("lies in"),
    )
    # Codes from the province down, "01/001/00001/". With collation C a prefix search is a range of
    # the plain index, for constants and for joins.
    path = models.CharField(_("path"), max_length=40, db_collation="C")
    search_name = SearchKeyField(_("search name"), max_length=100, source="full_name")
    valid_from = models.DateField(_("valid from"), default=REGISTRY_START)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["path", "-valid_from"]
        indexes = [
            models.Index(fields=["path"], name="area_path"),
            models.Index(fields=["parent", "search_name"], name="area_parent_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_to=None),
                name="area_one_current_version",
                violation_error_message=_("An area with this code exists already."),
            ),
            models.UniqueConstraint(fields=["code", "valid_from"], name="area_version"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="area_ends_after_it_begins",
                violation_error_message=_("An area cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | Q(valid_to__isnull=False),
                name="area_replaced_has_ended",
                violation_error_message=_("Only an area that has ended can be replaced."),
            ),
            models.CheckConstraint(
                condition=Q(level="province", parent=None)
                | Q(level__in=["district", "commune"], parent__isnull=False),
                name="area_all_but_provinces_lie_in_another",
                violation_error_message=_("A district or commune lies in another area."),
            ),
            models.CheckConstraint(
                condition=Q(path__endswith="/"), name="area_path_ends_with_slash"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def today(self) -> "Area":
        """The area itself, or the one that replaced it; stored addresses keep the old area."""
        area = self
        while area.replaced_by is not None:
            area = area.replaced_by
        return area


class SubTrees(models.Subquery):
    """Ids of the organizations in the sub-trees of the paths that a query returns.

    The sub-tree of "1/12/" is the range from "1/12/" to "1/120", because "0" follows "/" in ASCII:
    a range for which the index on path is used even when the path comes from a join.
    """

    template = """(SELECT part.id FROM (%(subquery)s) top (path)
        JOIN organizations_organization part
          ON part.path >= top.path AND part.path < left(top.path, -1) || '0')"""


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def open(self) -> Self:
        """Organizations that are not closed."""
        return self.filter(closed_on=None)

    def named(self, words: str) -> Self:
        """Organizations whose name has all these words, ignoring diacritics and case."""
        found = self
        for word in search_words(words, most=MOST_WORDS):
            found = found.filter(search_name__contains=word)
        return found

    def under(self, organization: "Organization") -> Self:
        """The sub-tree of an organization, itself included."""
        return self.filter(path__startswith=organization.path)

    def within_reach(self, user: "User", *roles: str) -> Self:
        """Organizations that the user's live memberships reach, in the given roles (default: all).

        Officers reach the sub-tree of their organization, every other role the organization
        itself. Uses sub-queries instead of joins: no duplicates, and rows can be locked.
        """
        wanted = set(roles) if roles else set(Membership.Role.values)
        held = Membership.objects.live().of(user)
        reach = Q()
        if own := wanted - SUB_TREE_ROLES:
            reach |= Q(pk__in=held.in_roles(own).values("organization"))
        if whole := wanted & SUB_TREE_ROLES:
            tops = held.in_roles(whole).order_by().values("organization__path")
            reach |= Q(pk__in=SubTrees(tops))
        return self.filter(reach)

    def able_to_receive(self) -> Self:
        """Open organizations at which an active user decides cases."""
        working = Membership.objects.live().filter(
            organization=models.OuterRef("pk"), user__is_active=True
        )
        # Officers decide the cases that their own centre or department holds.
        deciders = working.filter(
            role__in=[Membership.Role.REVIEWER, Membership.Role.LEAD, Membership.Role.OFFICER]
        )
        agents = working.filter(role=Membership.Role.HOTLINE)
        return self.open().filter(
            models.Exists(deciders) | Q(models.Exists(agents), kind=Organization.Kind.HOTLINE)
        )


class Organization(models.Model):
    """Any body that can hold a correction, from the ministry down to a vaccination site."""

    class Kind(models.TextChoices):
        MINISTRY = "ministry", _("Ministry of Health")
        PROVINCIAL_DEPARTMENT = "provincial_department", _("Provincial health department")
        DISTRICT_CENTRE = "district_centre", _("District health centre")
        COMMUNE_STATION = "commune_station", _("Commune health station")
        HOSPITAL = "hospital", _("Hospital")
        SITE = "site", _("Vaccination site")
        HOTLINE = "hotline", _("National hotline")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=160)
    short_name = models.CharField(_("short name"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    part_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
    )
    # Ids from the ministry down, "1/12/345/". Written by a trigger (migration 0002) and returned
    # on insert. With collation C a prefix search is a range of the plain index.
    path = models.CharField(
        _("path"), max_length=120, db_default="", editable=False, db_collation="C"
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organizations",
        verbose_name=_("area"),
    )
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    search_name = SearchKeyField(_("search name"), max_length=160, source="name")
    opened_on = models.DateField(_("opened on"), default=REGISTRY_START)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor"),
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["path"]
        indexes = [
            models.Index(fields=["path"], name="organization_path"),
            models.Index(fields=["kind", "search_name"], name="organization_kind_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind__in=["ministry", "hotline"], closed_on=None),
                name="organization_one_ministry_and_one_hotline",
                violation_error_message=_("There is one ministry and one national hotline."),
            ),
            models.UniqueConstraint(
                fields=["area", "kind"],
                condition=Q(
                    kind__in=["provincial_department", "district_centre", "commune_station"],
                    closed_on=None,
                ),
                name="organization_one_desk_per_area_and_kind",
                violation_error_message=_(
                    "This area has an open organization of this kind already."
                ),
            ),
            models.CheckConstraint(
                condition=Q(kind="ministry", part_of=None)
                | (~Q(kind="ministry") & Q(part_of__isnull=False)),
                name="organization_only_the_ministry_is_part_of_nothing",
                violation_error_message=_(
                    "Every organization but the ministry is part of another."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(
                    kind__in=["provincial_department", "district_centre", "commune_station"]
                )
                | Q(area__isnull=False),
                name="organization_desks_have_an_area",
                violation_error_message=_("An organization of this kind needs its area."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="organization_closes_after_it_opens",
                violation_error_message=_("An organization cannot close before it opens."),
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | (Q(closed_on__isnull=False) & ~Q(successor=F("id"))),
                name="organization_successor_follows_a_closed_one",
                violation_error_message=_("Only a closed organization has a successor."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def label(self) -> str:
        """The short name if there is one, for lists and narrow screens."""
        return self.short_name or self.name

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids of the organizations above, the ministry first."""
        return [int(part) for part in self.path.split("/") if part][:-1]


class Place(models.Model):
    """An organization's position in the tree over time; written by a trigger (migration 0003).

    Figures of a day are summed along the tree of that day.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="places")
    path = models.CharField(max_length=120, db_collation="C")
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("place in the tree")
        verbose_name_plural = _("places in the tree")
        ordering = ["since", "id"]
        indexes = [models.Index(fields=["since"], name="place_since")]

    def __str__(self) -> str:
        return f"{self.path} {self.since:%Y-%m-%d}"


# The end is not included: two memberships that follow each other do not overlap.
SPAN = Func(F("since"), F("until"), function="TSTZRANGE", output_field=DateTimeRangeField())


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self, at: datetime | None = None) -> Self:
        """Memberships that give rights at that moment (default: now)."""
        moment = at or db_time.sql_now()
        free = Q(suspended_at=None) | Q(suspended_at__gt=moment)
        return self.standing(at).filter(free)

    def standing(self, at: datetime | None = None) -> Self:
        """Memberships that have not ended at that moment (default: now), also suspended ones."""
        moment = at or db_time.sql_now()
        return self.filter(Q(until=None) | Q(until__gt=moment), since__lte=moment)

    def of(self, user: "User") -> Self:
        return self.filter(user=user)

    def in_roles(self, roles: Iterable[str]) -> Self:
        return self.filter(role__in=sorted(roles))

    def can_be_told(self) -> Self:
        """Memberships of people to whom a message can be written: active, with an address."""
        active = self.filter(user__is_active=True, user__email__isnull=False)
        return active.exclude(user__email="")


class Membership(models.Model):
    """A user's work for an organization in one role, during a period."""

    class Role(models.TextChoices):
        REVIEWER = "reviewer", _("Reviewer")
        LEAD = "lead", _("Site lead")
        OFFICER = "officer", _("Health officer")
        HOTLINE = "hotline", _("Hotline agent")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("user"),
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("organization"),
        db_index=False,
    )
    role = models.CharField(_("role"), max_length=16, choices=Role)
    since = models.DateTimeField(_("since"), db_default=Now())
    until = models.DateTimeField(_("until"), null=True, blank=True)
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments_made",
        verbose_name=_("appointed by"),
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments_ended",
        verbose_name=_("ended by"),
    )
    # Since when the membership gives no rights although it has not ended.
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    # Whether the e-mail about it is still to be written: organizations/letters.py.
    must_tell = models.BooleanField(_("to be told"), default=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organization_id", "role", "since"]
        indexes = [
            models.Index(fields=["organization", "role"], name="membership_organization_role"),
            models.Index(fields=["id"], condition=Q(must_tell=True), name="membership_to_be_told"),
        ]
        constraints = [
            ExclusionConstraint(
                name="membership_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("organization", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (SPAN, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This person holds this role here already."),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="membership_ends_after_it_begins",
                violation_error_message=_("A membership cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(until__isnull=False),
                name="membership_ended_by_somebody_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.role} · {self.organization_id}"


# Roles whose reach is the whole sub-tree of the organization.
SUB_TREE_ROLES = frozenset({Membership.Role.OFFICER.value})
