"""Load the tables of vaccines, their groups, their dated rules, and the schedule.

Sources: product, manufacturer and prophylaxis codes from ehn-dcc-valuesets (July 2023,
vaccine-encoding-instructions); ICD-11 and CVX from the concept maps of WHO's DDCC guide; approval
dates from the Ministry's emergency approvals of 2021. "Vero Cell" in Vietnam is Sinopharm's product
from Beijing, BBIBP-CorV. Abdala, a protein vaccine, has the code of any COVID-19 vaccine in SNOMED
CT; CVX has 500 for "non-US product, unknown". Each rule and each step of the schedule names its own
source.
"""

import csv
from pathlib import Path

from django.db import transaction
from django.utils.translation import get_language

from doses.models import ScheduleStep, Vaccine, VaccineGroup, VaccineRule

FOLDER = Path(__file__).parent / "data"


def load_vaccines(folder: Path = FOLDER) -> int:
    """Store the four tables of this folder; return the number of vaccines.

    Groups and vaccines are renewed and never removed: doses refer to them. Rules and schedule are
    replaced as a whole. Raises OSError for a missing file, KeyError for a code that no table has.
    """
    with transaction.atomic():
        groups = _renew_groups(_rows(folder / "vaccine_groups.csv"))
        rows = _rows(folder / "vaccines.csv")
        vaccines = _renew_vaccines(rows, groups)
        VaccineRule.objects.all().delete()
        VaccineRule.objects.bulk_create(
            VaccineRule(
                group=groups[row.pop("group")],
                vaccine=_named(vaccines, row.pop("vaccine")),
                after=_named(vaccines, row.pop("after")),
                **_values(row),
            )
            for row in _rows(folder / "vaccine_rules.csv")
        )
        ScheduleStep.objects.all().delete()
        ScheduleStep.objects.bulk_create(
            ScheduleStep(
                group=groups[row.pop("group")],
                after=_named(vaccines, row.pop("after")),
                **_values(row),
            )
            for row in _rows(folder / "schedule.csv")
        )
    return len(rows)


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all vaccines for a list to choose from, by group: (group, [(code, name)]).

    The group of COVID-19 comes first: nearly every dose and every paper is of it.
    """
    grouped: dict[str, list[tuple[str, str]]] = {}
    vaccines = Vaccine.objects.select_related("group").order_by("name")
    for vaccine in sorted(vaccines, key=lambda one: (one.group_code != "covid19", one.group_code)):
        label = group_name(vaccine.group) if vaccine.group else ""
        grouped.setdefault(label, []).append((vaccine.code, vaccine.name))
    return list(grouped.items())


def group_name(group: VaccineGroup) -> str:
    """Return the name of a group in the reader's language."""
    return group.name_en if get_language() == "en" else group.name_vi


def _renew_groups(rows: list[dict[str, str]]) -> dict[str, VaccineGroup]:
    VaccineGroup.objects.bulk_create(
        [VaccineGroup(**_values(row)) for row in rows],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_vi", "name_en", "first_given_on"],
    )
    return {group.code: group for group in VaccineGroup.objects.all()}


def _renew_vaccines(
    rows: list[dict[str, str]], groups: dict[str, VaccineGroup]
) -> dict[str, Vaccine]:
    renewed = [name for name in rows[0] if name != "code"]
    Vaccine.objects.bulk_create(
        [Vaccine(**{**_values(row), "group": groups[row["group"]]}) for row in rows],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=renewed,
    )
    return {vaccine.code: vaccine for vaccine in Vaccine.objects.all()}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _values(row: dict[str, str]) -> dict[str, str]:
    """Return the cells that say something: an empty one leaves the column's default."""
    return {name: value for name, value in row.items() if value}


def _named(vaccines: dict[str, Vaccine], code: str) -> Vaccine | None:
    return vaccines[code] if code else None
