"""The country of 63 provinces becomes one of 34: nothing is lost, nobody loses sight of anything."""

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from administration import reform_2025
from citizens.forms import AreaForm
from citizens.models import Citizen, RecordLink
from corrections import actions
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.models import Correction, CorrectionEvent
from doses import sites
from doses.actions import record
from doses.models import Dose, Vaccine
from doses.vaccines import load_vaccines
from organizations.models import Area, Membership, Organization
from organizations.queries import for_area
from organizations.reform.lists import became, provinces_became
from tests.administration import country_of_2021
from tests.administration.country_of_2021 import HONG_HA, Country
from tests.thorough import THOROUGH
from vaxreg import db_time

# What must be true of every open case, said once: the number of cases for which it is not.
WRONG = """
SELECT count(*) FROM corrections_correction c
  LEFT JOIN organizations_organization holder ON holder.id = c.holder_id
 WHERE c.status IN ('queued', 'in_review', 'waiting', 'kept', 'to_countersign')
   AND (holder.closed_on IS NOT NULL
        OR NOT EXISTS (SELECT FROM organizations_membership m
                        WHERE m.organization_id = holder.id AND m.until IS NULL
                          AND m.role IN ('reviewer', 'lead', 'officer'))
        OR 1 <> (SELECT count(*) FROM corrections_holding h
                  WHERE h.correction_id = c.id AND h.until IS NULL
                    AND h.organization_id = c.holder_id))
"""
# Of closed cases, all of these; of open ones, what must not change: the clocks, and what is asked.
UNTOUCHED = """
SELECT md5(string_agg(kept, '|' ORDER BY kept)) FROM (
    SELECT to_jsonb(c)::text AS kept FROM corrections_correction c
     WHERE c.status NOT IN ('received', 'queued', 'in_review', 'waiting', 'kept', 'to_countersign')
    UNION ALL
    SELECT concat_ws(' ', id, reference, citizen_id, filing_id, received_at, due_at, paused_at,
                     answer_by, on_appeal, bounces, triage_due_at, pending, first_by_id, named_site_id)
      FROM corrections_correction
    UNION ALL SELECT to_jsonb(one)::text FROM corrections_clock one
    UNION ALL SELECT to_jsonb(one)::text FROM corrections_pause one
    UNION ALL SELECT to_jsonb(one)::text FROM corrections_breach one
) everything
"""
# One row per table, by name: the parts of a union may be read in parallel and come in any order.
EVERYTHING = " UNION ALL ".join(
    f"SELECT '{table}', md5(string_agg(one::text, '|' ORDER BY id)) FROM {table} one"  # noqa: S608 (our own names)
    for table in (
        "organizations_area",
        "organizations_organization",
        "organizations_membership",
        "organizations_act",
        "corrections_correction",
        "corrections_holding",
        "corrections_correctionevent",
    )
)


@dataclass
class Reformed:
    """The country before, and what there was to see; the reform; the country is what is now."""

    country: Country
    holder_before: dict[int, str]
    saw: dict[str, set[int]]
    sees: dict[str, set[int]]
    untouched: str
    wrong: tuple[int, int]
    # What the command said and wrote: without --apply, and with it.
    said: tuple[list[str], list[str]]
    details: tuple[str, str]


@pytest.fixture(scope="module")
def reformed(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reformed]:
    """The whole country, once for all tests of this file; undone in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        country = country_of_2021.build()
        before = dict(Correction.objects.values_list("pk", "holder__code"))
        saw, untouched, wrong = seen(country), one_of(UNTOUCHED), one_of(WRONG)
        files = [tmp_path_factory.mktemp("reform") / name for name in ("dry.csv", "done.csv")]
        # The trial does all of it once more, and takes as long: at night.
        dry = run("adopt_areas_of_2025", "--details", str(files[0])) if THOROUGH else ""
        wrong_meanwhile = one_of(WRONG)
        done = run("adopt_areas_of_2025", "--apply", "--details", str(files[1]))
        if not THOROUGH:
            files[0].touch()
        connection.check_constraints()
        yield Reformed(
            country=country,
            holder_before=before,
            saw=saw,
            sees=seen(country),
            untouched=untouched,
            wrong=(wrong, wrong_meanwhile),
            said=(dry.splitlines(), done.splitlines()),
            details=(files[0].read_text("utf-8-sig"), files[1].read_text("utf-8-sig")),
        )
        transaction.set_rollback(True)


def run(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def one_of(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def all_of(sql: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return dict(cursor.fetchall())


def seen(country: Country) -> dict[str, set[int]]:
    """Return the cases that the officer of each organization sees, closed ones too."""
    return {
        code: set(Correction.objects.visible_to(user).values_list("pk", flat=True))
        for code, user in country.officers.items()
    }


def heir_of(code: str, country: Country) -> str:
    """Return which station answers for a commune now, by the table alone."""
    area = country.by_code[code].area
    assert area is not None
    return became()[area.code].main


def test_every_open_case_has_exactly_one_desk_that_can_act(reformed, db):
    assert reformed.wrong == (0, 0)
    assert CorrectionEvent.objects.filter(step="inherit").count() > 250
    assert one_of(WRONG) == 0


def test_nothing_is_lost_and_no_clock_notices(reformed, db):
    assert Correction.objects.count() == len(reformed.country.cases)
    assert one_of(UNTOUCHED) == reformed.untouched


def test_cases_of_a_station_went_to_the_station_that_took_its_commune(reformed, db):
    moved = Correction.objects.open().exclude(holder=None).select_related("holder__area")

    wrong = [
        case.reference
        for case in moved
        if (before := reformed.holder_before[case.pk]).startswith("TYT-")
        and not case.on_appeal
        and case.holder.area.code != heir_of(before, reformed.country)
    ]

    assert wrong == []


def test_every_officer_still_sees_all_that_she_saw(reformed, db):
    sees = reformed.sees

    lost = {code: saw - sees[code] for code, saw in reformed.saw.items() if saw - sees[code]}

    assert lost == {}


def test_an_officer_sees_more_only_where_areas_were_merged(reformed, db):
    """A department its new province, a centre the communes that were merged with one of its own."""
    country = reformed.country
    commune_of = {case.pk: (case.named_site or case.holder).area for case in reformed.country.cases}
    merged_with = defaultdict(set)
    for old, one in became().items():
        merged_with[one.main].add(old)

    for code, now in reformed.sees.items():
        if code == "BYT":
            continue
        top = country.by_code[code]
        for pk in now - reformed.saw[code]:
            area = commune_of[pk]
            province = area.path.split("/")[0]
            if code.startswith("SYT-"):
                own = provinces_became()[top.area.code]
                assert provinces_became()[province] == own
            else:
                siblings = merged_with[became()[area.code].main]
                own_communes = Area.objects.filter(parent=top.area, code__in=siblings)
                assert own_communes.exists(), (code, area)


def test_officers_of_other_centres_keep_the_communes_that_left_them(reformed, db):
    centres = {
        reformed.country.by_code[f"TYT-{old}"].part_of.code
        for old, one in became().items()
        if one.main == HONG_HA
    }
    station = Organization.objects.get(code=f"TYT-2025-{HONG_HA}")

    lent = Membership.objects.live().filter(organization=station, role="officer")

    assert len(centres) == 4
    assert {one.user for one in lent} == {
        reformed.country.officers[code] for code in centres if code != station.part_of.code
    }


def test_it_says_what_was_done_and_the_dry_run_the_same(reformed, db):
    dry, done = reformed.said
    inherited = CorrectionEvent.objects.filter(step="inherit").count()

    if THOROUGH:
        assert dry[:-1] == done[:-1]
        assert reformed.details[0] == reformed.details[1]
        assert "Nothing was changed" in dry[-1]
    assert done[-1] == "Done."
    assert done[:2] == [
        "Provinces: 63 become 34.",
        "Districts: 705 end; their health centres stay, below the province.",
    ]
    assert done[2].startswith("Communes: 10599 become 3321; of 519 that were divided")
    assert "29 departments and 8843 stations are merged into others, 1565 stations open" in done[3]
    assert "0 see less" in done[5]
    assert done[6].startswith(f"Open corrections: {inherited} change hands")
    divided = "commune,00103,Phường Xuân La,00611,Phường Xuân Đỉnh,a part: "
    assert divided in reformed.details[1]


def test_the_tree_has_one_department_per_province_and_one_station_per_commune(reformed, db):
    standing = Organization.objects.open()
    current = Area.objects.current()

    assert [current.filter(level=level).count() for level in Area.Level.values] == [34, 0, 3321]
    for level, kind in (("province", "provincial_department"), ("commune", "commune_station")):
        wanted = set(current.filter(level=level).values_list("pk", flat=True))
        assert {one.area_id for one in standing.filter(kind=kind)} == wanted
    assert standing.filter(kind="district_centre").count() == 705
    assert not standing.exclude(area=None).exclude(area__in=current).exists()
    assert not standing.filter(part_of__closed_on__isnull=False).exists()
    assert not Organization.objects.exclude(closed_on=None).filter(successor=None).exists()
    assert not Area.objects.exclude(valid_to=None).filter(replaced_by=None).exists()


def test_gia_lai_keeps_its_name_and_takes_the_code_of_binh_dinh(reformed, db):
    gia_lai = Organization.objects.get(code="SYT-64")
    binh_dinh = Organization.objects.get(code="SYT-52")

    assert (gia_lai.name, gia_lai.area.code) == ("Sở Y tế Gia Lai", "52")
    assert (binh_dinh.successor, binh_dinh.part_of) == (gia_lai, gia_lai)
    assert Organization.objects.get(code="SYT-46").name == "Sở Y tế Huế"


def test_a_second_run_changes_nothing(reformed, db):
    before = all_of(EVERYTHING)

    again = reform_2025.adopt()
    said = run("adopt_areas_of_2025", "--apply")
    loaded = run("load_areas"), run("build_organizations")

    assert all_of(EVERYTHING) == before
    assert (again.cases, bool(again.plan)) == (0, False)
    assert "in force already" in said
    assert "0 new or changed" in loaded[0]
    assert " 0 new" in loaded[1]


def test_a_new_filing_about_an_old_dose_goes_to_the_successor_of_who_gave_it(reformed, db):
    gave = Organization.objects.get(code="TYT-00001")
    load_vaccines()
    person, user = lan(gave.area)
    dose = record(
        citizen=person,
        vaccine=Vaccine.objects.get(code="AZ"),
        given_on=date(2021, 8, 29),
        organization=gave,
        lot="ABX4112",
        kind="primary",
        ordinal=1,
        provenance=Dose.Provenance.SITE_ENTRY,
        by=None,
    )

    filed = filing.file(
        by=user, citizen=person, key="key-1", claims=[Claim({"vaccine": "PF"}, dose)]
    )
    case = actions.route(filed.corrections.get())

    assert not gave.is_open
    assert case.holder.code == f"TYT-2025-{HONG_HA}"
    assert "Trạm Y tế Phường Phúc Xá" in case.routing_reason["en"]
    assert case.citizen.area.full_name == "Phường Phúc Xá"


def lan(home: Area) -> tuple[Citizen, User]:
    user = User.objects.create_user(phone="+84987654321", full_name="Nguyễn Thị Lan Hương")
    person = Citizen.objects.create(
        full_name=user.full_name, date_of_birth=date(1988, 3, 27), sex="female", area=home
    )
    RecordLink.objects.create(
        user=user, citizen=person, relation="self", proven_by="staff", since=db_time.now()
    )
    return person, user


def test_addresses_of_before_lead_to_the_desk_of_today(reformed, db):
    def desk(code: str) -> str:
        return for_area(Area.objects.get(code=code, valid_to=date(2025, 7, 1))).code

    # A commune, two districts (one an island without communes), a province that was merged.
    assert desk("00001") == f"TYT-2025-{HONG_HA}"
    assert desk("003") == "TTYT-003"
    assert desk("755") == "TTYT-755"
    assert desk("52") == "SYT-64"


def test_communes_are_chosen_without_a_district_and_never_by_a_code_of_before(reformed, db):
    today = AreaForm({"province": "01", "commune": HONG_HA})
    before = AreaForm({"province": "01", "district": "003", "commune": HONG_HA})

    assert today.is_valid()
    assert today.cleaned_data["area"].full_name == "Phường Hồng Hà"
    assert before.is_valid()
    assert before.cleaned_data["area"].full_name == "Thành phố Hà Nội"


def test_a_site_that_has_closed_is_found_in_the_commune_of_today(reformed, db):
    hong_ha = Area.objects.current().get(code=HONG_HA)
    person, _user = lan(Area.objects.get(code="00001"))

    found = sites.matching("tram y te phuc xa", hong_ha, person)

    assert [one.name for one in found] == ["Trạm Y tế Phường Phúc Xá"]
