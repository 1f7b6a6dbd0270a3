"""The search over all help texts, without diacritics."""

from dataclasses import dataclass

from help.texts import AUDIENCES, Audience, Topic
from vaxreg.search import search_key, search_words

MOST_WORDS = 8


@dataclass(frozen=True)
class Found:
    """A topic that answers, and the audience on whose page it stands."""

    audience: Audience
    topic: Topic


def find(typed: str) -> list[Found]:
    """Return the topics with all the words, those with them in the title first.

    Words are looked for in the language of the page; a word may be the beginning of another.
    """
    words = search_words(typed, most=MOST_WORDS)
    found = [
        Found(audience, topic)
        for audience in AUDIENCES.values()
        for topic in audience.topics
        if words and _has_all(words, f"{topic.title} {topic.text}")
    ]
    return sorted(found, key=lambda one: not _has_all(words, str(one.topic.title)))


def _has_all(words: list[str], text: str) -> bool:
    key = f" {search_key(text)}"
    return all(f" {word}" in key for word in words)
