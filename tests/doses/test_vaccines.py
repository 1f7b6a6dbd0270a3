"""The tables of vaccines, rules and schedule: complete, and data that a command renews."""

import csv
import shutil
from datetime import date

import pytest
from django.core.management import call_command
from django.db.models import Q

from doses.models import ScheduleStep, Vaccine, VaccineRule
from doses.plausibility.rules import RuleBook
from doses.vaccines import FOLDER, choices, load_vaccines

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded() -> None:
    load_vaccines()


def code(wanted: str) -> Vaccine:
    return Vaccine.objects.get(code=wanted)


def test_loading_twice_gives_each_row_once_and_puts_changes_right():
    before = (Vaccine.objects.count(), VaccineRule.objects.count(), ScheduleStep.objects.count())
    Vaccine.objects.filter(code="AZ").update(name="typo")

    call_command("load_vaccines", verbosity=0)

    after = (Vaccine.objects.count(), VaccineRule.objects.count(), ScheduleStep.objects.count())
    assert after == before
    assert code("AZ").name == "AstraZeneca (Vaxzevria)"


def test_vero_cell_is_the_product_from_beijing():
    assert code("VC").mp == "BBIBP-CorV"


def test_no_deprecated_product_code_is_used():
    products = set(Vaccine.objects.values_list("mp", flat=True))

    assert not products & {"J07BX03", "NVX-CoV2373", "Inactivated-SARS-CoV-2-Vero-Cell"}


def test_abdala_has_three_doses_and_janssen_one():
    assert code("AB").primary_doses == 3
    assert code("JS").primary_doses == 1


def test_every_vaccine_against_covid_19_has_the_codes_of_the_european_certificate():
    of_covid = Vaccine.objects.filter(group__code="covid19")

    assert of_covid.count() == 10
    assert not of_covid.filter(Q(mp="") | Q(ma="") | Q(vp=""))


def test_every_rule_and_step_names_its_source():
    for table in (VaccineRule, ScheduleStep):
        assert not table.objects.filter(Q(source_vi="") | Q(source_en="")).exists()


def test_a_new_vaccine_with_its_rule_is_data_alone(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "tables")
    with (folder / "vaccines.csv").open("a", encoding="utf-8") as table:
        csv.writer(table).writerow(
            ["NX", "covid19", "Nuvaxovid", "Novavax", "", "", "", "", "", "2022-02-01", 2]
        )
    with (folder / "vaccine_rules.csv").open("a", encoding="utf-8") as table:
        csv.writer(table).writerow(
            ["covid19", "NX", "", "lowest_age", "", 18, "year", "", "", "Phê duyệt", "Approval"]
        )

    call_command("load_vaccines", folder=folder, verbosity=0)

    born, day = date(2010, 1, 1), date(2022, 5, 1)
    assert RuleBook().was_old_enough(code("NX"), born, day) == (False, None)


@pytest.mark.parametrize(
    ("vaccine", "born", "day", "expected"),
    [
        # 12 to 17 years from 14/10/2021, 5 to 11 from April 2022.
        ("PF", date(2005, 1, 1), date(2021, 10, 13), (False, date(2021, 10, 14))),
        ("PF", date(2005, 1, 1), date(2021, 10, 14), (True, None)),
        ("PF", date(2015, 1, 1), date(2022, 3, 31), (False, date(2022, 4, 1))),
        ("PF", date(2015, 1, 1), date(2022, 4, 1), (True, None)),
        ("PF", date(2018, 1, 1), date(2022, 4, 1), (False, None)),
        ("AZ", date(2005, 1, 1), date(2021, 9, 1), (False, None)),
        # The 18th birthday itself.
        ("AZ", date(2003, 9, 1), date(2021, 9, 1), (True, None)),
        ("5IN1", date(2022, 1, 31), date(2022, 3, 30), (False, None)),
        ("5IN1", date(2022, 1, 31), date(2022, 3, 31), (True, None)),
    ],
)
def test_the_age_is_that_of_the_rule_in_force_on_the_day(vaccine, born, day, expected):
    assert RuleBook().was_old_enough(code(vaccine), born, day) == expected


def test_vaccines_to_choose_from_are_grouped_with_covid_19_first():
    groups = choices()

    assert groups[0][0] == "COVID-19"
    assert ("AZ", "AstraZeneca (Vaxzevria)") in groups[0][1]
    assert {code for _group, listed in groups for code, _name in listed} == set(
        Vaccine.objects.values_list("code", flat=True)
    )
