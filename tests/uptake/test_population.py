"""Loading the population: all of a table, or nothing and what is wrong with each row."""

import unicodedata

import pytest
from django.core.management import CommandError, call_command

from tests.world import World
from uptake.models import Population
from uptake.population import NotLoaded, load

HEAD = "area_code,age_band,people,source,as_of"
GOOD = "003,18-49,76000,Tổng điều tra 2019,2019-04-01"


def test_a_table_is_loaded_and_loading_it_again_replaces_it(world: World, tmp_path, capsys):
    file = tmp_path / "population.csv"
    file.write_text(f"{HEAD}\n{GOOD}\n01,65+,600,Cục Thống kê,2021-07-01\n", encoding="utf-8-sig")
    call_command("load_population", file)
    file.write_text(f"{HEAD}\n{GOOD.replace('76000', '77000')}\n", encoding="utf-8")

    call_command("load_population", file)

    assert "Population: 2 rows." in capsys.readouterr().out
    rows = Population.objects.order_by("people").values_list("area__code", "band", "people")
    assert list(rows) == [("01", "65+", 600), ("003", "18-49", 77000)]


def test_semicolons_as_excel_writes_them_are_read(world: World):
    assert load([HEAD.replace(",", ";"), GOOD.replace(",", ";")]) == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            GOOD.replace("003", "999"),
            "row 3: area_code '999' is no province, district or commune of today",
        ),
        (GOOD.replace("003", "00999"), "row 3: area_code '00999'"),
        (GOOD.replace("18-49", "18-50"), "row 3: age_band '18-50' is none of 0-4, 5-11"),
        (GOOD.replace("76000", "76.000"), "row 3: people '76.000' is no whole number"),
        (GOOD.replace("76000", "-1"), "row 3: people '-1'"),
        (GOOD.replace("76000", ""), "row 3: people ''"),
        (GOOD.replace("2019-04-01", "01/04/2019"), "row 3: as_of '01/04/2019' is no date"),
        (GOOD.replace("Tổng điều tra 2019", ""), "row 3: source must say"),
        (GOOD, "row 3: 003 18-49 stands in the table twice"),
    ],
)
def test_a_mistake_is_named_by_its_row_and_nothing_is_stored(world: World, row, words):
    with pytest.raises(NotLoaded) as error:
        load([HEAD, GOOD, row])

    assert any(problem.startswith(words) for problem in error.value.problems)
    assert not Population.objects.exists()


@pytest.mark.parametrize(
    ("row", "source"),
    [
        (unicodedata.normalize("NFD", GOOD), "Tổng điều tra 2019"),
        (GOOD.replace("18-49", "18\u201149"), "Tổng điều tra 2019"),
        (GOOD.replace("18-49", "18–49").replace("003", "\uff10\uff10\uff13"), "Tổng điều tra 2019"),
        (GOOD.replace("Tổng", "\u200bTổng\u00a0 "), "Tổng điều tra 2019"),
        (GOOD.replace("2019-04-01", "2019\u201104\u201101\ufeff"), "Tổng điều tra 2019"),
    ],
)
def test_letters_digits_and_hyphens_are_read_however_they_are_written(world, row, source):
    load([HEAD.replace("_", "\u200b_"), row, ",,,,", " , \u00a0,,,"])

    one = Population.objects.get()
    assert (one.area.code, one.band, one.people, one.source) == ("003", "18-49", 76000, source)
    assert one.as_of.isoformat() == "2019-04-01"


def test_a_source_in_an_old_font_is_a_mistake_with_what_it_may_mean(world: World):
    with pytest.raises(NotLoaded) as error:
        load([HEAD, "", GOOD.replace("Tổng điều tra", "Tæng ®iÒu tra")])

    assert error.value.problems == [
        "row 3: source is typed in an old font, not in Unicode; it may mean 'Tổng điều tra 2019'"
    ]


def test_every_mistake_is_named_at_once(world: World):
    with pytest.raises(NotLoaded) as error:
        load([HEAD, "x,y,z,,", GOOD, "003,65+,1,Thử,x"])

    assert len(error.value.problems) == 6


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "no column area_code"),
        (["area_code,people"], "no column age_band, source, as_of"),
        ([HEAD], "there are no rows"),
    ],
)
def test_a_table_of_another_shape_is_refused_with_words(db, lines, words):
    with pytest.raises(NotLoaded, match=words):
        load(lines)


def test_a_file_that_cannot_be_read_is_said(db, tmp_path):
    latin = tmp_path / "latin.csv"
    latin.write_bytes(b"\xff\xfeH\xe0 N\xf4i")

    for path in (tmp_path / "none.csv", latin):
        with pytest.raises(CommandError):
            call_command("load_population", path)
