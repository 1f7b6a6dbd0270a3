"""Write a plan of the reform: areas, organizations, memberships, set by set.

The only change of the tree that does not go through organizations/tree.py: for the whole country
that would be some thirty thousand calls. It takes the same lock and writes the same acts. What the
organizations hold is handed over by administration/reform_2025.py.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from organizations.areas import ListedArea
from organizations.models import Act, Area, Organization
from organizations.reform import people
from organizations.reform.lists import REFORM_DAY
from organizations.reform.plan import KeptOrganization, NewStation, ReformPlan
from vaxreg import db_time
from vaxreg.search import search_key

ENDED = "UPDATE organizations_area SET valid_to = %s WHERE valid_to IS NULL"
NEW_AREAS = """
    INSERT INTO organizations_area
           (code, level, name, full_name, parent_id, path, search_name, valid_from)
    SELECT n.code, n.level, n.name, n.full_name, parent.id, n.path, n.search_name, %s
      FROM new_area n
      LEFT JOIN organizations_area parent ON parent.code = n.parent AND parent.valid_to IS NULL
     WHERE n.level = %s
"""
REPLACED = """
    UPDATE organizations_area old SET replaced_by_id = new.id
      FROM replaced r JOIN organizations_area new ON new.code = r.code AND new.valid_to IS NULL
     WHERE old.id = r.id
"""
MOVED = """
    UPDATE organizations_organization o SET part_of_id = above.id
      FROM moved m JOIN organizations_organization above ON above.code = m.part_of
     WHERE o.code = m.code
"""
CLOSED = """
    UPDATE organizations_organization o
       SET closed_on = %s, successor_id = heir.id,
           part_of_id = CASE o.kind WHEN 'provincial_department' THEN heir.id
                                    ELSE o.part_of_id END
      FROM merged m JOIN organizations_organization heir ON heir.code = m.heir
     WHERE o.code = m.code
"""
STAYED = """
    UPDATE organizations_organization o
       SET area_id = area.id, name = s.name, short_name = s.short_name, search_name = s.search_name
      FROM stayed s JOIN organizations_area area ON area.code = s.area AND area.valid_to IS NULL
     WHERE o.code = s.code
"""
OPENED = """
    INSERT INTO organizations_organization
           (public_id, code, name, short_name, kind, part_of_id, area_id, phone, email,
            search_name, opened_on)
    SELECT gen_random_uuid(), n.code, n.name, n.short_name, 'commune_station', above.id, area.id,
           n.phone, n.email, n.search_name, %s
      FROM opened n
      JOIN organizations_organization above ON above.code = n.part_of
      JOIN organizations_area area ON area.code = n.area AND area.valid_to IS NULL
"""


@dataclass(frozen=True)
class ReformCounts:
    """Numbers of changed rows, of a plan or of its execution."""

    provinces_before: int
    provinces_after: int
    districts_ended: int
    communes_before: int
    communes_after: int
    communes_split: int
    organizations_moved: int
    departments_renamed: int
    departments_merged: int
    stations_merged: int
    stations_opened: int
    memberships_ended: int
    memberships_begun: int
    officers_lent: int


def expected(plan: ReformPlan) -> ReformCounts:
    """Return what executing the plan would change now."""
    levels = Counter(Area.objects.filter(valid_to=None).values_list("level", flat=True))
    standing = Organization.objects.open().values_list("code", "kind")
    kinds = Counter(kind for code, kind in standing if code in plan.merges)
    leaving = people.leaving(plan)
    return ReformCounts(
        provinces_before=levels["province"],
        provinces_after=sum(one.level == Area.Level.PROVINCE for one in plan.areas),
        districts_ended=levels["district"],
        communes_before=levels["commune"],
        communes_after=sum(one.level == Area.Level.COMMUNE for one in plan.areas),
        communes_split=len(plan.split),
        organizations_moved=sum(one.is_moved for one in plan.stays),
        departments_renamed=sum(one.is_renamed for one in plan.stays),
        departments_merged=kinds["provincial_department"],
        stations_merged=kinds["commune_station"],
        stations_opened=len(plan.opens),
        memberships_ended=len(leaving),
        memberships_begun=len(people.joining(plan, leaving)),
        officers_lent=len(plan.lends),
    )


def adopt(plan: ReformPlan) -> ReformCounts:
    """Execute the plan; return what was done. Needs a transaction and the lock of `take_turn`."""
    areas = _areas(plan)
    organizations = _organizations(plan)
    return ReformCounts(**areas, **organizations, **people.follow(plan))


def _areas(plan: ReformPlan) -> dict[str, int]:
    before = Counter(Area.objects.filter(valid_to=None).values_list("level", flat=True))
    _table("new_area", ListedArea._fields, plan.areas)
    _table("replaced", ("id", "code"), plan.replaced.items())
    _run(ENDED, [REFORM_DAY])
    provinces, communes = (
        _run(NEW_AREAS, [REFORM_DAY, level]) for level in (Area.Level.PROVINCE, Area.Level.COMMUNE)
    )
    _run(REPLACED)
    split = Area.objects.filter(pk__in=plan.split, replaced_by__isnull=False).count()
    _drop("new_area", "replaced")
    return {
        "provinces_before": before["province"],
        "provinces_after": provinces,
        "districts_ended": before["district"],
        "communes_before": before["commune"],
        "communes_after": communes,
        "communes_split": split,
    }


def _organizations(plan: ReformPlan) -> dict[str, int]:
    concerned = {*plan.merges, *(one.code for one in plan.stays)}
    before = {one.code: one for one in Organization.objects.all() if one.code in concerned}
    today = timezone.localdate(db_time.now())
    moved = {one.code: one.part_of for one in plan.stays if one.is_moved}
    _table("moved", ("code", "part_of"), (moved | plan.parts_of_merged).items())
    _table("opened", (*NewStation._fields, "search_name"), map(_searchable, plan.opens))
    _table("merged", ("code", "heir"), plan.merges.items())
    _table("stayed", (*KeptOrganization._fields, "search_name"), map(_searchable, plan.stays))
    _run(MOVED)
    _run(OPENED, [today])
    _run(CLOSED, [today])
    _run(STAYED)
    _drop("moved", "opened", "merged", "stayed")
    opened = [one.code for one in plan.opens]
    after = {one.code: one for one in Organization.objects.all()}
    acts = Counter(
        (act.kind, act.organization.kind)
        for act in Act.objects.bulk_create(_acts(before, after, opened), batch_size=2000)
        if act.kind != Act.Kind.CHANGED or "name" in act.changed
    )
    kinds = Organization.Kind
    return {
        "organizations_moved": sum(acts[Act.Kind.MOVED, kind] for kind in kinds),
        "departments_renamed": acts[Act.Kind.CHANGED, kinds.PROVINCIAL_DEPARTMENT],
        "departments_merged": acts[Act.Kind.MERGED, kinds.PROVINCIAL_DEPARTMENT],
        "stations_merged": acts[Act.Kind.MERGED, kinds.COMMUNE_STATION],
        "stations_opened": acts[Act.Kind.OPENED, kinds.COMMUNE_STATION],
    }


def _acts(
    before: Mapping[str, Organization], after: Mapping[str, Organization], opened: Iterable[str]
) -> Iterator[Act]:
    """Yield an act for each organization that differs between before and after, as tree.py does."""
    now = db_time.now()
    for code in opened:
        new = after[code]
        yield Act(organization=new, kind=Act.Kind.OPENED, at=now, went_to_id=new.part_of_id)
    areas: dict[int | None, str] = dict(Area.objects.values_list("pk", "full_name"))
    for code, old in before.items():
        new = after[code]
        if not new.is_open:
            yield Act(organization=new, kind=Act.Kind.MERGED, at=now, went_to_id=new.successor_id)
            continue
        if old.part_of_id != new.part_of_id:
            yield Act(
                organization=new,
                kind=Act.Kind.MOVED,
                at=now,
                came_from_id=old.part_of_id,
                went_to_id=new.part_of_id,
            )
        changed = {
            field: [getattr(old, field), getattr(new, field)]
            for field in ("name", "short_name")
            if getattr(old, field) != getattr(new, field)
        }
        if old.area_id != new.area_id:
            changed["area"] = [areas.get(pk, "") for pk in (old.area_id, new.area_id)]
        if changed:
            yield Act(organization=new, kind=Act.Kind.CHANGED, at=now, changed=changed)


def _searchable(one: KeptOrganization | NewStation) -> tuple[Any, ...]:
    return (*one, search_key(one.name))


def _table(name: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write rows to a temporary table; its columns are text, but bigint for "id"."""
    named = ", ".join(f"{one} {'bigint' if one == 'id' else 'text'}" for one in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({named}) ON COMMIT DROP")
        with cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(tuple(row))
        cursor.execute(f"ANALYZE {name}")


def _drop(*names: str) -> None:
    _run(f"DROP TABLE {', '.join(names)}")


def _run(sql: str, values: Sequence[Any] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        changed: int = cursor.rowcount
    return changed
