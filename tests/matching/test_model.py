"""The file of the model: its chances make sense, and each level has its words."""

import json

import pytest
from django.utils import translation

from matching import model, words
from matching.levels import COMPARISONS
from matching.model import WrongModel

CONTENT = json.loads(max(model.FILES.glob("v*.json")).read_text(encoding="utf-8"))
LEVELS = [(one.field, level) for one in COMPARISONS for level in one.level_names()]
# The most that m may be: one person's records seldom differ so. By other blocks EM learns .48 for
# another date of birth, and families for persons.
SELDOM = {
    ("name", "differs"): 0.005, ("name", "family"): 0.005, ("name", "given"): 0.01,
    ("name", "namesake"): 0.001, ("name", "marks"): 0.05, ("born", "differs"): 0.005,
    ("born", "two_parts"): 0.02, ("born", "year"): 0.08, ("sex", "differs"): 0.02,
    ("number", "differs"): 0.03, ("number", "near"): 0.05, ("place", "differs"): 0.15,
}  # fmt: skip


@pytest.mark.parametrize(("level", "most"), SELDOM.items())
def test_no_chance_for_one_person_is_learnt_from_families(level, most):
    field, name = level

    assert 0 < model.newest().chances(field, name).m <= most


@pytest.mark.parametrize(
    ("field", "level"),
    [("name", "equal_0"), ("born", "equal"), ("number", "equal"), ("place", "phone_commune")],
)
def test_agreement_speaks_for_one_person(field, level):
    assert model.newest().chances(field, level).weight > 5


@pytest.mark.parametrize(
    ("field", "level"),
    [
        ("name", "differs"),
        ("name", "namesake"),
        ("born", "differs"),
        ("number", "differs"),
        ("number", "neighbours"),
        ("sex", "differs"),
    ],
)
def test_what_twins_and_strangers_have_speaks_against(field, level):
    assert model.newest().chances(field, level).weight < -4


def test_a_rarer_name_is_more_evidence():
    weights = [model.newest().chances("name", f"equal_{bits}").weight for bits in (24, 18, 12, 0)]

    assert weights == sorted(weights, reverse=True)
    assert (
        model.newest().bits_of_name("quang thi khue")
        > model.newest().bits_of_name("nguyen thi lan") + 5
    )


def test_more_people_need_more_evidence():
    small = model.newest()
    large = small.calibrated(model.Calibration(50_000_000, small.calibration.place))

    assert large.prior < small.prior - 5


@pytest.mark.parametrize("change", ["left out", "added"])
def test_a_file_of_other_levels_is_refused(change):
    content = json.loads(json.dumps(CONTENT))
    if change == "added":
        content["comparisons"]["sex"]["other"] = {"m": 0.1, "u": 0.1}
    else:
        del content["comparisons"]["sex"]["equal"]

    with pytest.raises(WrongModel):
        model.from_content(content)


def test_each_version_stands_beside_its_comparison_with_the_last():
    versions = [path.stem for path in model.FILES.glob("v*.json")]

    for version in versions:
        assert f"{version} (" in (model.FILES / f"{version}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("field", "level"), LEVELS)
def test_each_level_has_words(field, level):
    assert words.word(field, level)


def test_evidence_is_said_in_words():
    levels = {
        "name": ["marks", 9.1],
        "born": ["equal", 14.2],
        "sex": ["equal", 1.0],
        "number": ["unknown", 0.0],
        "place": ["phone", 18.0],
    }

    with translation.override("en"):
        said = str(words.evidence(levels))

    assert said == "for: same phone, same day of birth; against: other marks in the name"


def test_the_strongest_evidence_comes_first_and_silence_is_no_evidence():
    with translation.override("en"):
        said = words.evidence(
            {"name": ["equal_24", 25.0], "number": ["neighbours", -6.4], "born": ["differs", -10.9]}
        )
        nothing = str(words.evidence({"number": ["unknown", 0.0], "sex": ["equal", 1.0]}))

    assert said.speaks_for == ["same name, a rare one"]
    assert said.speaks_against == ["another date of birth", "ID numbers in a row, as twins have"]
    assert nothing == ""


def test_a_file_is_written_as_it_is_read():
    path = max(model.FILES.glob("v*.json"))

    assert model.written(CONTENT) == path.read_text(encoding="utf-8")
    assert json.loads(model.written(CONTENT)) == CONTENT
