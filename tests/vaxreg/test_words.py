"""One word for one thing in the English texts, as docs/glossary.md says."""

import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.conf import settings

from vaxreg import catalog

# By pattern of the word that must not stand: the word for it, and the texts that mean another
# thing. A text of one's own words only for programs (a column, a model's name) is named too.
WORDS: dict[str, tuple[str, frozenset[str]]] = {
    r"\bcorrections?\b": (
        "proposal, on pages of those who work on it case",
        frozenset({"correction", "corrections", "Corrections"}),
    ),
    r"\bhealth facilit": ("site, organization", frozenset()),
    r"(?<!commune health )\bstations?\b": ("site, commune health station", frozenset()),
    # In an address it stands for the person in one's care.
    r"(?<!for=)\bwards?\b": ("commune", frozenset()),
    r"(?<!health )(?<!%\()\bofficers?\b": ("health officer", frozenset()),
    r"\b(is|are) late\b": ("overdue", frozenset()),
    # The picture is a QR code, drawn by the page.
    r"\bpictures?\b": ("photo", frozenset({"Scan this picture with the app."})),
    # The heading of a column in files that people have.
    r"\blevel above\b": ("next level up", frozenset({"Code of the level above"})),
    r"\bhead of (your|the) site\b": ("lead of your site", frozenset()),
    r"\busers?\b": (
        "account",
        frozenset({"user", "users", "There is already a user with this e-mail address."}),
    ),
    r"\b(requests?|tickets?) (about|for) a dose\b": ("proposal, case", frozenset()),
}
# Folders of pages, and the word of their readers for one thing.
CITIZENS = ("portal/", "citizens/", "templates/portal/", "templates/citizens/")
CITIZENS_TOO = ("templates/hotline/upload/", "templates/layouts/citizen.html")
STAFF = (
    *("review/", "oversight/", "administration/", "hotline/", "counter/", "recording/"),
    *("reporting/", "api/"),
)
STAFF_TEMPLATES = tuple(f"templates/{folder}" for folder in STAFF)
# A citizen types it there, before it is anybody's case.
NOT_YET_A_CASE = frozenset(
    {
        "%(drafts)s citizen is writing a proposal that names it; once sent, it goes to who is"
        " responsible then.",
        "%(drafts)s citizens are writing proposals that name it; once sent, they go to who is"
        " responsible then.",
    }
)


@cache
def _found() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return every English text with the files in which it stands."""
    messages = catalog.messages_of(catalog.messages(settings.BASE_DIR))
    return tuple(
        (text, tuple(str(file) for file, _line in message.locations))
        for message in messages
        for text in ((message.id,) if isinstance(message.id, str) else message.id)
    )


def in_folders(folders: tuple[str, ...], besides: tuple[str, ...] = ()) -> Iterator[str]:
    for text, files in _found():
        if any(file.startswith(folders) and not file.startswith(besides) for file in files):
            yield text


@pytest.mark.parametrize("pattern", WORDS)
def test_no_text_uses_another_word_for_the_thing(pattern: str):
    right, allowed = WORDS[pattern]

    wrong = [
        text
        for text, _files in _found()
        if re.search(pattern, text, re.IGNORECASE) and text not in allowed
    ]

    assert wrong == [], f"the word is: {right}"


def test_pages_of_citizens_say_proposal():
    # Who looks at other people's records is staff.
    texts = in_folders(CITIZENS + CITIZENS_TOO, besides=("citizens/looking/",))

    assert [text for text in texts if re.search(r"\bcases?\b", text, re.IGNORECASE)] == []


def test_pages_of_those_who_work_on_it_say_case():
    texts = set(in_folders(STAFF + STAFF_TEMPLATES, besides=CITIZENS_TOO)) - NOT_YET_A_CASE

    assert [text for text in texts if re.search(r"\bproposals?\b", text, re.IGNORECASE)] == []


def test_the_mails_to_staff_say_case_and_the_messages_to_citizens_name_the_reference():
    texts = list(in_folders(("corrections/notices.py",)))

    assert any("Case %(reference)s" in text for text in texts)
    assert [text for text in texts if re.search(r"\bproposals?\b", text, re.IGNORECASE)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Correction %(reference)s waits.",
        "The health facility must answer.",
        "The health station finds it.",
        "Commune or ward",
        "These pages are for officers of the Ministry of Health.",
        "Remind of all that is late",
        "Nearly the same picture was sent.",
        "Appeal to the level above",
        "as soon as the head of your site has entered you",
        "There is a user already.",
    ],
)
def test_each_word_that_stood_there_would_be_found(text: str):
    assert any(re.search(pattern, text, re.IGNORECASE) for pattern in WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "%(officer)s, %(centre)s, writes to %(organization)s:",
        "%(duration)s late",
        "It is too late for this",
        "the commune health station can help at once",
        '<a href="%(open_url)s?for=ward">open their record</a>',
        "a health officer gives it to another site",
    ],
)
def test_what_means_something_else_may_stand(text: str):
    assert not any(re.search(pattern, text, re.IGNORECASE) for pattern in WORDS)


def test_a_message_bears_the_name_of_the_product_in_the_language_of_its_reader():
    translated = catalog.read(settings.BASE_DIR / "locale/vi/LC_MESSAGES/django.po")

    messages = [one for one in translated if str(one.id).startswith("So Tiem: ")]

    assert len(messages) > 40
    assert [one.id for one in messages if not str(one.string).startswith("Sổ Tiêm: ")] == []
