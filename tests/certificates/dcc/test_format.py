"""Names, identifiers, codes and statements of a certificate."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.dcc import schema, uvci
from certificates.dcc.names import Names, names_of
from certificates.dcc.statement import Codes, statement
from doses.models import Vaccine

VERO_CELL = Codes("BBIBP-CorV", "ORG-100020693", "1157024006")


@pytest.mark.parametrize(
    ("name", "family", "machine"),
    [
        ("Nguyễn Thị Mỹ Duyên", "Nguyễn", ("NGUYEN", "THI<MY<DUYEN")),
        ("Đặng Ðức Ân", "Đặng", ("DANG", "DUC<AN")),
        ("K'Nam", "K'Nam", ("KNAM", "")),
        ("Rơ̆ Mah H'Lơ̆n", "Rơ̆", ("RO", "MAH<HLON")),
        ("Müller-Lüdenscheidt Jörg", "Müller-Lüdenscheidt", ("MUELLER<LUEDENSCHEIDT", "JOERG")),
        ("Иванов Пётр", "Иванов", ("IVANOV", "PETR")),
    ],
)
def test_a_name_is_given_as_written_and_as_a_passport_shows_it(name, family, machine):
    found = names_of(name, family_first=True)

    assert found is not None
    assert (found.fn, (found.fnt, found.gnt)) == (family, machine)


def test_of_a_foreign_name_nobody_knows_which_part_is_which():
    assert names_of("Suresh s/o Raman", family_first=False) == Names(
        "Suresh s/o Raman", "SURESH<S<O<RAMAN"
    )


def test_a_name_that_no_passport_could_show_has_no_certificate():
    assert names_of("李明", family_first=False) is None


@given(st.text(min_size=1, max_size=200))
def test_the_machine_name_keeps_the_schema(name):
    found = names_of(name, family_first=True)

    if found:
        content = statement(
            names=found,
            born="1950",
            codes=VERO_CELL,
            dose=(1, 2),
            given_on=date(2021, 8, 29),
            uvci="URN:UVCI:01:VN:X",
        )
        assert schema.trouble(content) == ""


def test_the_check_character_is_that_of_the_eu():
    assert uvci.check_character("URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813") == "B"


def test_an_identifier_begins_with_its_short_code_and_checks_itself():
    identifier = uvci.new_uvci()
    plain, _, check = identifier.partition("#")
    code = uvci.code_of(identifier)

    assert uvci.check_character(plain) == check
    assert plain.startswith(f"URN:UVCI:01:VN:{code}")
    assert len(plain.rpartition(":")[2]) == 26
    assert uvci.typed_code(uvci.code_in_groups(code).lower()) == code


def test_a_short_code_with_one_wrong_sign_is_none():
    code = uvci.code_of(uvci.new_uvci())
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    wrong = [
        code[:at] + sign + code[at + 1 :] for at in range(12) for sign in signs if sign != code[at]
    ]

    assert [one for one in wrong if uvci.typed_code(one)] == []


@pytest.mark.parametrize("typed", ["", "9XK2", "9XK2-7QPD-4TVMX", "9XK2-7QPD-4TV!"])
def test_what_cannot_be_a_short_code_is_none(typed):
    assert uvci.typed_code(typed) == ""


def test_signs_that_look_alike_are_read_as_the_one_that_exists():
    codes = (uvci.code_of(uvci.new_uvci()) for _ in range(10_000))
    code = next(one for one in codes if "0" in one and "1" in one)

    assert uvci.typed_code(code.replace("0", "o").replace("1", "l")) == code


@pytest.mark.django_db
def test_every_covid_vaccine_of_the_registry_has_codes_that_belong_together(world):
    vaccines = Vaccine.objects.filter(group__code="covid19")

    assert vaccines.count() == 10
    assert [one.code for one in vaccines if not Codes(one.mp, one.ma, one.vp).may_be_issued] == []


@pytest.mark.parametrize(
    "codes",
    [
        # Deprecated: a product of Wuhan, which was never given in Viet Nam.
        Codes("Inactivated-SARS-CoV-2-Vero-Cell", "ORG-100020693", "1157024006"),
        Codes("EU/1/20/1528", "ORG-100031184", "1119349007"),
        Codes("EU/1/20/1528", "ORG-100030215", "J07BX03"),
        Codes("", "", ""),
    ],
)
def test_codes_outside_the_value_sets_are_refused(codes):
    with pytest.raises(ValueError, match="no value set"):
        statement(
            names=Names("Nguyễn", "NGUYEN"),
            born="1950",
            codes=codes,
            dose=(1, 2),
            given_on=date(2021, 8, 29),
            uvci="URN:UVCI:01:VN:X",
        )
