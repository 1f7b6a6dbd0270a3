"""What the building blocks print: labels, errors, escaping, charts."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from django import forms
from django.conf import settings
from django.template import engines
from django.utils.functional import lazystr
from hypothesis import example, given
from hypothesis import strategies as st

from corrections.lifecycle import Status
from doses.models import Dose
from messaging.models import State
from vaxreg import charts, ui
from vaxreg.forms import Form

HOSTILE = "<script>alert(\"x\")</script> & 'y'"
ROOT = Path(settings.BASE_DIR)


def render(source, **context):
    """Compile a template as a file of ours is compiled, and print it."""
    from django_cotton.compiler_regex import CottonCompiler

    return engines["django"].from_string(CottonCompiler().process(source)).render(context)


class Sample(Form):
    name = forms.CharField(label="Full name", help_text="As on the paper")
    answer = forms.ChoiceField(
        label="What is wrong?",
        widget=forms.RadioSelect,
        choices=[("a", ui.choice(lazystr("Date <b>"), "of the dose")), ("b", "Lot")],
    )
    note = forms.CharField(label="Note", required=False)


def test_a_wrong_field_is_tied_to_its_hint_and_its_error():
    page = Sample({})["name"].as_field_group()

    assert 'for="id_name"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'id="id_name_error"' in page
    assert 'aria-invalid="true"' in page


def test_only_optional_fields_are_marked():
    form = Sample()

    assert "không bắt buộc" in form["note"].as_field_group()
    assert "không bắt buộc" not in form["name"].as_field_group()


def test_a_filter_form_marks_nothing():
    class Filter(Form):
        mark_optional = False
        q = forms.CharField(required=False)

    assert "không bắt buộc" not in Filter()["q"].as_field_group()


def test_what_is_on_record_stands_above_the_control():
    form = Sample()
    setattr(form.fields["name"], "current", HOSTILE)  # noqa: B010

    page = form["name"].as_field_group()

    assert "Đang ghi" in page
    assert "<script>" not in page


def test_the_error_summary_links_to_each_field_once():
    page = render('<c-error-summary :form="form" />', form=Sample({}))

    assert re.findall(r'href="(#\w+)"', page) == ["#id_name", "#id_answer_0"]
    assert "Cần sửa 2 chỗ" in page
    assert "What is wrong? Hãy chọn một câu trả lời." in page


def test_a_good_form_has_no_error_summary():
    assert render('<c-error-summary :form="form" />', form=Sample()).strip() == ""


def test_a_choice_with_two_lines_escapes_both():
    page = str(Sample()["answer"])

    assert '<span class="choice__label">Date &lt;b&gt;</span>' in page


def test_words_of_people_are_escaped_once_however_they_come_in():
    sources = [
        '<c-notice title="{{ words }}" />',
        '<c-notice :title="words" />',
        "<c-quote>{{ words }}</c-quote>",
        '<c-diff.row label="x" old="{{ words }}" changed="1" />',
        '<c-summary.row label="{{ words }}">x</c-summary.row>',
    ]

    for source in sources:
        page = render(source, words=HOSTILE)
        assert "<script>" not in page, source
        assert "&lt;script&gt;" in page, source


def test_bars_share_one_scale_and_use_points_as_decimal_separator():
    rows = charts.bars(
        [("A", [("ok", "new", 2), ("over", "old", 1)], ""), ("B", [("ok", "new", 1)], "")]
    )

    assert [part.width for part in rows[0].parts] == ["66.67", "33.33"]
    assert rows[0].parts[1].x == "66.67"
    assert [row.value for row in rows] == [3, 1]


def test_an_empty_chart_is_no_error():
    assert charts.bars([]) == []
    assert charts.bars([("A", [("ok", "new", 0)], "")])[0].parts == []
    assert charts.heat(["T2"], [("A", [0])]).rows[0][1][0].level == 0
    assert charts.small_multiples([("A", [], "")])[0].value == 0


def test_sparks_have_words_for_those_who_do_not_see_them():
    drawing = ElementTree.fromstring(charts.spark([1, 2, 3], "A: 1, 2, 3 <&>"))  # noqa: S314

    assert drawing.attrib["role"] == "img"
    assert drawing.findtext("title") == "A: 1, 2, 3 <&>"


def test_the_largest_number_of_a_heat_map_is_darkest_and_one_is_never_blank():
    cells = charts.heat(["a", "b", "c"], [("A", [0, 1, 50])]).rows[0][1]

    assert [cell.level for cell in cells] == [0, 1, 5]


@given(st.lists(st.lists(st.integers(0, 40), max_size=3), min_size=1, max_size=6))
@example([[10, 1], [0, 0], [3, 0]])
@example([[3, 3], [3, 3]])
def test_a_trend_keeps_the_names_of_its_lines_apart_and_in_the_drawing(days: list[list[int]]):
    series = [("over", f"line {number}", values) for number, values in enumerate(days)]

    drawing = ElementTree.fromstring(charts.trend(series, "", []))  # noqa: S314

    texts = [text for text in drawing.iter("text") if text.attrib["class"] == "trend__name"]
    names = sorted(float(text.attrib["y"]) for text in texts)
    assert len(names) == len(days)
    assert all(below - above > 16.9 for above, below in pairwise(names))
    assert names[0] > 10
    assert names[-1] < 300


def test_templates_carry_no_inline_style_or_script():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|\son(click|change|submit|load|input)=", text), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path


def test_the_script_stays_small():
    lines = (ROOT / "static/js/app.js").read_text().splitlines()

    assert len(lines) < 200


def test_every_status_has_its_colour():
    css = (ROOT / "static/css/parts.css").read_text()

    for status in [*Status, *Dose.Status, *State]:
        assert re.search(rf"\.status--{status.value}\b", css), status
