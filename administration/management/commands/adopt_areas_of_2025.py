"""`manage.py adopt_areas_of_2025`: shows what the reform of July 2025 changes; --apply does it."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from administration import reform_2025
from administration.reform_2025 import Reform
from corrections.routing.desks import NoDesk
from organizations.models import Area, Organization
from organizations.reform.plan import CannotAdopt

HEADINGS = ("what", "code", "name", "becomes", "called", "remark")


class Command(BaseCommand):
    help = (
        "Moves the registry to the 34 provinces and 3,321 communes of July 2025, without "
        "districts. Without --apply it only says what would be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="do it, in one transaction")
        parser.add_argument("--details", type=Path, help="write every line of it to this CSV file")

    def handle(self, *args: Any, **options: Any) -> None:
        names = dict(Organization.objects.values_list("code", "name"))
        areas = list(Area.objects.filter(valid_to=None).order_by("path"))
        try:
            done = reform_2025.adopt() if options["apply"] else reform_2025.preview()
        except CannotAdopt as error:
            raise CommandError(f"Not on the lists: {error}. Nothing was changed.") from None
        except NoDesk as error:
            raise CommandError(f"Nobody could act on {error}. Nothing was changed.") from None
        if not done.plan:
            self.stdout.write("The areas of July 2025 are in force already; nothing to do.")
            return
        for line in _summary(done):
            self.stdout.write(line)
        if options["details"]:
            with options["details"].open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(HEADINGS)
                writer.writerows(_lines(done, areas, names))
        self.stdout.write(
            "Done." if options["apply"] else "Nothing was changed; --apply does all this."
        )


def _summary(done: Reform) -> Iterator[str]:
    counts = done.counts
    yield f"Provinces: {counts.provinces_before} become {counts.provinces_after}."
    yield f"Districts: {counts.districts_ended} end; their health centres stay, below the province."
    yield (
        f"Communes: {counts.communes_before} become {counts.communes_after}; of "
        f"{counts.communes_split} that were divided, the part that vietnamadminunits marks as the "
        "main one is the successor."
    )
    yield (
        f"Organizations: {counts.departments_merged} departments and {counts.stations_merged} "
        f"stations are merged into others, {counts.stations_opened} stations open, "
        f"{counts.organizations_moved} bodies move below another department, "
        f"{counts.departments_renamed} departments change their name."
    )
    yield (
        f"Staff: {counts.memberships_ended} memberships end, {counts.memberships_begun} begin at "
        f"the successors, {counts.officers_lent} let officers keep seeing communes that went to "
        "another centre."
    )
    gained = sum(bool(one.gained) for one in done.reaches)
    lost = sum(bool(one.lost) for one in done.reaches)
    yield f"Officers: {gained} see more than before, {lost} see less."
    yield f"Open corrections: {done.cases} change hands, from {done.desks} desks."


def _lines(done: Reform, areas: list[Area], names: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the plan: kind, code, name, what it becomes, and a remark."""
    plan = done.plan
    called = {area.code: area.full_name for area in plan.areas}
    for area in areas:
        if code := plan.replaced.get(area.pk):
            others = [one for one in plan.split.get(area.pk, ()) if one != code]
            remark = "; ".join(f"a part: {one} {called[one]}" for one in others)
            yield (area.level, area.code, area.full_name, code, called[code], remark)
    names = names | {one.code: one.name for one in plan.opens}
    for code, heir in plan.merges.items():
        yield ("merged", code, names[code], heir, names[heir], "")
    for new in plan.opens:
        yield ("opened", new.code, new.name, new.area, called[new.area], names[new.part_of])
    for one in plan.stays:
        remark = f"moves below {names[one.part_of]}" if one.is_moved else ""
        yield ("stays", one.code, names[one.code], one.area, one.name, remark)
    people = User.objects.in_bulk([one.user for one in done.reaches])
    for reach in done.reaches:
        who = people[reach.user]
        for code in sorted(reach.gained):
            yield ("sees more", who.email or "", who.full_name, code, names[code], "")
        for code in sorted(reach.lost):
            yield ("sees no more", who.email or "", who.full_name, code, names[code], "")
