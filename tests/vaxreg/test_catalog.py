"""Every text that is translated is found, and whatever is wrong with a translation is told."""

import polib
import pytest

from vaxreg import catalog
from vaxreg.catalog import Key

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy, gettext_noop
a = _("A whole "
      "sentence.")
b = ngettext("One case", "%(count)s cases", n) % {"count": n}
c = pgettext_lazy("month", "May")
d = gettext_noop("said later")
e = _(d)
f = other("not a text")
"""
TEMPLATE = """{% load i18n %}
<c-field label="{% translate 'Full name' %}" />
{% blocktranslate trimmed with who=name %}
  Answer by
  {{ who }}.
{% endblocktranslate %}
{% blocktranslate count n=n %}One dose{% plural %}{{ n }} doses{% endblocktranslate %}
{% translate "May" context "month" %} {% firstof x _("Pages") %} {{ y|default:_("nobody") }}
{# translate "in a comment" #}
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "app" / "templates").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "app" / "code.py").write_text(PYTHON)
    (tmp_path / "app" / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "tests" / "test_x.py").write_text(
        'from django.utils.translation import gettext as _\n_("only in a test")\n'
    )
    return tmp_path


def entry(text, translation, **more):
    return polib.POEntry(msgid=text, msgstr=translation, **more)


def problems_of(*entries, wanted):
    po = polib.POFile()
    po.extend(entries)
    return catalog.problems(po, wanted)


def message(text, plural=None):
    return {Key(None, text): catalog.Message(Key(None, text), plural, {"a.py"})}


def test_texts_are_found_in_code_and_templates(root):
    found = catalog.messages(root)

    assert {(key.context, key.text, found[key].plural) for key in found} == {
        (None, "A whole sentence.", None),
        (None, "One case", "%(count)s cases"),
        ("month", "May", None),
        (None, "said later", None),
        (None, "Full name", None),
        (None, "Answer by %(who)s.", None),
        (None, "One dose", "%(n)s doses"),
        (None, "Pages", None),
        (None, "nobody", None),
    }
    assert found[Key("month", "May")].files == {"app/code.py", "app/templates/page.html"}


def test_a_complete_catalog_has_no_problems():
    wanted = message("Due by %(due)s")

    assert problems_of(entry("Due by %(due)s", "Hạn %(due)s"), wanted=wanted) == []


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (entry("Another text", "Khác"), "missing"),
        (entry("Due by %(due)s", ""), "empty"),
        (entry("Due by %(due)s", "Hạn %(due)s", flags=["fuzzy"]), "fuzzy"),
        (entry("Due by %(due)s", "Hạn %(time)s"), "placeholders differ"),
        (entry("Due by %(due)s", "Hạn"), "placeholders differ"),
        (entry("Due by %(due)s", "Hạn %(due)s", obsolete=True), "left over"),
    ],
)
def test_what_is_wrong_with_a_translation_is_told(wrong, word):
    lines = problems_of(wrong, wanted=message("Due by %(due)s"))

    assert any(word in line for line in lines), lines


def test_a_text_that_nobody_uses_is_told():
    assert problems_of(entry("Old", "Cũ"), wanted={}) == ["used nowhere: 'Old'"]


def test_a_plural_needs_the_number_even_where_the_singular_has_none():
    wanted = message("One case", "%(count)s cases")
    good = polib.POEntry(
        msgid="One case", msgid_plural="%(count)s cases", msgstr_plural={0: "%(count)s trường hợp"}
    )
    bad = polib.POEntry(
        msgid="One case", msgid_plural="%(count)s cases", msgstr_plural={0: "Một trường hợp"}
    )

    assert problems_of(good, wanted=wanted) == []
    assert problems_of(bad, wanted=wanted) != []


def test_an_update_adds_what_is_new_and_drops_what_is_gone():
    po = polib.POFile()
    po.extend([entry("Kept", "Giữ"), entry("Gone", "Bỏ")])

    catalog.update(po, message("Kept") | message("New"))

    assert [(one.msgid, one.msgstr) for one in po] == [("Kept", "Giữ"), ("New", "")]
