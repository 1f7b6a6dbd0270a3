"""Every text that is translated is found, and whatever is wrong with a translation is told."""

import ast
import gettext
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.core.management import call_command
from django.utils import translation

from vaxreg import catalog

ROOT = Path(__file__).resolve().parents[2]
PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy, gettext_noop
a = _("A whole "
      "sentence.")
b = ngettext("One case", "%(count)s cases", n) % {"count": n}
c = pgettext_lazy("month", "May")
d = gettext_noop("said later")
e = _(d)
f = other("not a text")
g = f"{a} {_('%(who)s was told.') % {'who': a}}"
"""
TEMPLATE = """{% load i18n %}
    <c-field label="{% translate 'Full name' %}" />
  <c-notice :level="level" title="{% translate "It's 5 o'clock" %}">
    {% blocktranslate trimmed with who=name %}
      Answer by
      {{ who }}.
    {% endblocktranslate %}
 </c-notice>
{% blocktranslate count n=n %}One dose{% plural %}{{ n }} doses{% endblocktranslate %}
{% translate "May" context "month" %} {% firstof x _("Pages") %} {{ y|default:_("nobody") }}
{# translate "in a comment" #} (an open bracket, a "quote
"""
HEAD = """# Ours.
msgid ""
msgstr ""
"Language: vi\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "app" / "templates" / "cotton").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "app" / "code.py").write_text(PYTHON)
    (tmp_path / "app" / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "app" / "templates" / "cotton" / "tag.html").write_text('{% translate "Tag" %}')
    (tmp_path / "tests" / "test_x.py").write_text(
        'from django.utils.translation import gettext as _\n_("only in a test")\n'
    )
    return tmp_path


@pytest.fixture
def po(tmp_path):
    """The path of a django.po with a head and one text."""
    path = tmp_path / "vi" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(f'{HEAD}\nmsgid "Kept"\nmsgstr "Giữ"\n')
    return path


def translated(text, translation, **more):
    one = Catalog(locale="vi")
    one.add(text, translation, **more)
    return one


def wanted(text):
    return translated(text, None, locations=[("a.py", 3)])


def test_texts_are_found_in_code_and_templates(root):
    found = catalog.messages(root)

    assert {(message.context, message.id) for message in catalog.messages_of(found)} == {
        (None, "A whole sentence."),
        (None, ("One case", "%(count)s cases")),
        ("month", "May"),
        (None, "said later"),
        (None, "%(who)s was told."),
        (None, "Full name"),
        (None, "It's 5 o'clock"),
        (None, "Answer by %(who)s."),
        (None, ("One dose", "%(n)s doses")),
        (None, "Pages"),
        (None, "nobody"),
        (None, "Tag"),
    }
    assert set(found.get("May", "month").locations) == {
        ("app/code.py", 6),
        ("app/templates/page.html", 10),
    }


def test_every_short_name_for_a_function_of_gettext_is_known_to_the_extractor():
    paths = [path for path in ROOT.glob("[a-z]*/**/*.py") if "var" not in path.parts]
    names = {
        (alias.name, alias.asname or alias.name)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if "gettext" in alias.name
    }

    known = catalog.KEYWORDS
    assert {short for name, short in names if known.get(name) != known.get(short, "?")} == set()
    assert ("gettext", "_") in names


def test_a_complete_catalog_has_no_problems():
    complete = translated("Due by %(due)s", "Hạn %(due)s")

    assert catalog.problems(complete, wanted("Due by %(due)s")) == []


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (translated("Another text", "Khác"), "missing: 'Due by %(due)s' (a.py:3)"),
        (translated("Due by %(due)s", ""), "empty"),
        (translated("Due by %(due)s", "Hạn %(due)s", flags=["fuzzy"]), "fuzzy"),
        (translated("Due by %(due)s", "Hạn %(time)s"), "placeholders differ"),
        (translated("Due by %(due)s", "Hạn %(due)d"), "placeholders differ"),
        (translated("Due by %(due)s", "Hạn %s"), "different kinds"),
        (translated("Due by %(due)s", "Hạn"), "placeholders differ"),
    ],
)
def test_what_is_wrong_with_a_translation_is_told(wrong, word):
    lines = catalog.problems(wrong, wanted("Due by %(due)s"))

    assert any(word in line for line in lines), lines


def test_a_text_that_nobody_uses_is_told():
    assert catalog.problems(translated("Old", "Cũ"), Catalog()) == ["used nowhere: 'Old'"]


def test_a_text_that_was_left_over_is_told(po):
    po.write_text(f'{HEAD}\n#~ msgid "Old"\n#~ msgstr "Cũ"\n')

    assert catalog.problems(catalog.read(po), Catalog()) == ["left over: 'Old'"]


def test_a_plural_needs_the_number_even_where_the_singular_has_none():
    text = ("One case", "%(count)s cases")
    good = translated(text, ("%(count)s trường hợp",))
    bad = translated(text, ("Một trường hợp",))

    assert catalog.problems(good, wanted(text)) == []
    assert catalog.problems(bad, wanted(text)) != []


def test_a_plural_needs_as_many_forms_as_the_language_has():
    text = ("One case", "%(count)s cases")
    english = translated(text, ("%(count)s trường hợp", "%(count)s trường hợp"))

    (line,) = catalog.problems(english, wanted(text))

    assert "expected 1" in line


def test_a_percent_sign_in_a_sentence_is_no_placeholder():
    text = "90% of them"

    assert catalog.problems(translated(text, "90% số đó"), wanted(text)) == []


def test_an_update_adds_what_is_new_and_drops_what_is_gone():
    ours = translated("Kept", "Giữ")
    ours.add("Gone", "Bỏ")
    new = wanted("Kept")
    new.add("New")

    catalog.update(ours, new)

    assert [(one.id, one.string or "") for one in catalog.messages_of(ours)] == [
        ("Kept", "Giữ"),
        ("New", ""),
    ]


def test_an_update_keeps_what_a_library_says_and_we_say_better():
    ours = translated(
        "Log out", "Đăng xuất", user_comments=["Text of a library, said better here."]
    )

    catalog.update(ours, Catalog())

    assert [(one.id, one.string) for one in catalog.messages_of(ours)] == [("Log out", "Đăng xuất")]
    assert catalog.problems(ours, Catalog()) == []


def test_a_catalog_keeps_its_head_when_it_is_written_and_nothing_changes_the_second_time(po):
    ours = catalog.read(po)
    ours.add("Another", "Khác", context="a word", locations=[("a.py", 3)])

    catalog.write(ours, po)
    first = po.read_text()
    catalog.write(catalog.read(po), po)

    assert first == (
        f'{HEAD}\nmsgctxt "a word"\nmsgid "Another"\nmsgstr "Khác"\n\nmsgid "Kept"\nmsgstr "Giữ"\n'
    )
    assert po.read_text() == first


def test_what_is_compiled_is_what_gettext_says_and_the_same_each_time(po, tmp_path):
    ours = catalog.read(po)
    ours.add(("One case", "%(n)s cases"), ("%(n)s trường hợp",))
    ours.add("Not yet", "")

    catalog.write_compiled(ours, tmp_path / "first.mo")
    catalog.write_compiled(ours, tmp_path / "second.mo")

    with (tmp_path / "first.mo").open("rb") as file:
        vietnamese = gettext.GNUTranslations(file)
    assert vietnamese.gettext("Kept") == "Giữ"
    assert vietnamese.ngettext("One case", "%(n)s cases", 1) == "%(n)s trường hợp"
    assert vietnamese.gettext("Not yet") == "Not yet"
    assert (tmp_path / "first.mo").read_bytes() == (tmp_path / "second.mo").read_bytes()


def test_a_process_reads_what_it_has_compiled_even_if_there_was_nothing_before(tmp_path, settings):
    folder = tmp_path / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(f'{HEAD}\nmsgid "a dose"\nmsgstr "một mũi"\n')
    settings.LOCALE_PATHS = [tmp_path]
    with translation.override("vi"):
        assert translation.gettext("a dose") == "a dose"

    call_command("messages", compile=True)

    with translation.override("vi"):
        assert translation.gettext("a dose") == "một mũi"
