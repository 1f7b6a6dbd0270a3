"""What the browser says of a certificate by itself: static/js/hc1.js, in a real browser, alone."""

import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import base45
import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page

from tests.browser import visit
from tests.certificates.check.browser_keys import (
    CLAIMS,
    DOSE,
    HOUR,
    NOW,
    ORDER,
    SECONDS,
    STATEMENT,
    UVCI,
    Key,
    cose,
    jws,
    prefixes,
    text,
)

pytestmark = pytest.mark.journey

OURS, LISTS, STRANGER = Key(b"ours0001"), Key(b"lists001", "lists"), Key(b"stranger")
KEYS = [OURS.entry, LISTS.entry]
RUN = """async ([texts, keys, jws, now]) => {
    const list = jws && await hc1.readList(jws, keys);
    const found = [];
    for (const one of texts) found.push(await hc1.check(one, keys, list, now));
    return found;
}"""
READ = "([lists, keys]) => Promise.all(lists.map(async (one) => await hc1.readList(one, keys)))"

Check = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page of a secure origin, with the script."""
    script = finders.find("js/hc1.js")
    assert script
    with visit(chromium) as seen:
        seen.page.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
        seen.page.goto("http://localhost/")
        seen.page.add_script_tag(content=Path(script).read_text())
        yield seen.page


@pytest.fixture
def check(page: Page) -> Check:
    milliseconds = NOW.timestamp() * 1000
    return lambda texts, jws=None: page.evaluate(RUN, [texts, KEYS, jws, milliseconds])


def unpacked(sent: str) -> bytes | None:
    """Return the bytes of a text; zlib has a few bits that stand for nothing."""
    try:
        return zlib.decompress(base45.b45decode(sent.removeprefix("HC1:")))
    except (ValueError, zlib.error):
        return None


def changed(**claims: Any) -> dict[int, Any]:
    """Return the claims with other times: expires, issued."""
    return {**CLAIMS, 4: claims.get("expires", CLAIMS[4]), 6: claims.get("issued", CLAIMS[6])}


GOOD = cose(OURS)
# 2 GB of zeros would unpack from this; 64 KB are read.
BOMB = text(b"\0" * 4_000_000)
TEXTS = {
    "good": (text(GOOD), "valid"),
    "with the tag of a CWT": (text(b"\xd8\x3d" + GOOD), "valid"),
    "without a tag": (text(GOOD[1:]), "valid"),
    "broken into lines": ("\r\n" + text(GOOD)[:90] + "\n" + text(GOOD)[90:] + " ", "valid"),
    "key id not protected": (
        text(cose(OURS, protected={1: -7}, unprotected={4: OURS.kid})),
        "valid",
    ),
    "in its last second": (text(cose(OURS, changed(expires=SECONDS + 1))), "valid"),
    "expired": (text(cose(OURS, changed(expires=SECONDS))), "expired"),
    "a slow clock": (text(cose(OURS, changed(issued=SECONDS + 299))), "valid"),
    "of tomorrow": (text(cose(OURS, changed(issued=SECONDS + 301))), "not_yet"),
    "before its key": (text(cose(OURS, changed(issued=SECONDS - 9000 * HOUR))), "not_ours"),
    "after its key": (text(cose(OURS, changed(expires=SECONDS + 99999 * HOUR))), "not_ours"),
    "of a stranger": (text(cose(STRANGER)), "not_ours"),
    "of a stranger with our key id": (
        text(cose(STRANGER, protected={1: -7, 4: OURS.kid})),
        "not_ours",
    ),
    "our key id over a stranger's": (
        text(cose(OURS, protected={1: -7, 4: STRANGER.kid}, unprotected={4: OURS.kid})),
        "not_ours",
    ),
    "by the key of lists": (text(cose(LISTS)), "not_ours"),
    "another algorithm": (text(cose(OURS, protected={1: -8, 4: OURS.kid})), "not_ours"),
    "algorithm not protected": (
        text(cose(OURS, protected={4: OURS.kid}, unprotected={1: -7})),
        "not_ours",
    ),
    "the other form of its signature": (
        text(GOOD[:-32] + (ORDER - int.from_bytes(GOOD[-32:], "big")).to_bytes(32, "big")),
        "not_ours",
    ),
    "an address": ("https://sotiem.example.vn/", "not_ours"),
    "nothing": ("", "not_ours"),
    "small letters": (text(GOOD).lower(), "not_ours"),
    "prefix alone": ("HC1:", "damaged"),
    "cut": (text(GOOD)[:-40], "damaged"),
    "too long": ("HC1:" + "0" * 5000, "damaged"),
    "a bomb": (BOMB, "damaged"),
    "deep": (text(b"\x81" * 60_000), "damaged"),
    "a huge array": (text(b"\x9b\x00\x00\x00\x00\xff\xff\xff\xff"), "damaged"),
    "more behind it": (text(GOOD + b"\0"), "damaged"),
    "not packed": ("HC1:" + base45.b45encode(GOOD).decode(), "damaged"),
    "no certificate in it": (text(cose(OURS, {4: SECONDS + HOUR, 6: SECONDS})), "damaged"),
    "a key twice": (text(cose(OURS, b"\xa2\x04\x1a\x00\x00\x00\x00\x04\x00")), "damaged"),
}


def test_each_text_gets_its_answer(check: Check):
    found = check([sent for sent, _answer in TEXTS.values()])

    answers = dict(zip(TEXTS, (one["answer"] for one in found), strict=True))
    assert answers == {name: answer for name, (_sent, answer) in TEXTS.items()}


def test_the_list_ends_a_certificate_and_no_other(check: Check):
    other = {**STATEMENT, "v": [{**DOSE, "ci": UVCI.replace("9XK2", "9XK3")}]}
    both = [text(GOOD), text(cose(OURS, {**CLAIMS, -260: {1: other}}))]

    def answers(**entries: str) -> list[str]:
        listed = {"replaced": prefixes(), "revoked": prefixes(), **entries}
        return [one["answer"] for one in check(both, jws(LISTS, listed))]

    assert answers() == ["valid", "valid"]
    assert answers(replaced=prefixes(UVCI)) == ["replaced", "valid"]
    assert answers(revoked=prefixes(UVCI)) == ["revoked", "valid"]


def test_a_list_counts_only_with_the_signature_of_a_key_of_lists(page: Page):
    entries = {"replaced": prefixes(UVCI), "revoked": ""}
    good = jws(LISTS, entries)
    head, body, signature = good.split(".")
    other_body = jws(LISTS, {"replaced": "", "revoked": ""}).split(".")[1]
    lists = [
        *(good, jws(OURS, entries), jws(STRANGER, entries)),
        *(f"{head}.{other_body}.{signature}", f"{head}.{body}.", f"{good}.", "", "<html>"),
    ]

    found = page.evaluate(READ, [lists, KEYS])

    assert [one and one["iat"] for one in found] == [SECONDS, *[None] * 7]


def test_a_page_gets_no_more_than_it_shows(check: Check):
    (found,) = check([text(GOOD)])

    assert found == {
        "answer": "valid",
        "name": "NGUYỄN T. M. D.",
        "born": "1990",
        "vaccine": "EU/1/20/1528",
        "given_on": "2021-10-01",
        "dose": "2/2",
        "expires_at": (SECONDS + HOUR) * 1000,
        "uvci": UVCI,
    }


def test_no_text_that_was_changed_is_accepted(check: Check):
    chance = random.Random(5772)
    good = text(GOOD)
    texts = []
    for at in range(4, len(good), 4):
        other = chance.choice(base45.BASE45_CHARSET.replace(good[at], ""))
        texts.append(good[:at] + other + good[at + 1 :])
    texts = [one for one in texts if unpacked(one) != GOOD]
    # Packed again, so that the signature has to find it, not the sum of zlib.
    for at in range(len(GOOD)):
        bit = 1 << chance.randrange(8)
        texts.append(text(GOOD[:at] + bytes([GOOD[at] ^ bit]) + GOOD[at + 1 :]))

    found = Counter(one["answer"] for one in check(texts))

    assert len(texts) > 400
    assert set(found) == {"damaged", "not_ours"}
    assert found["not_ours"] > 200, "the signature has found most of them"
