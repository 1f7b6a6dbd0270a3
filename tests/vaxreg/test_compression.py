"""Texts leave compressed, and nobody reads a secret from how long they are."""

import gzip
import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.conftest import SignIn
from tests.world import World
from vaxreg.middleware.compression import CompressionMiddleware

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
OURS = "http://testserver"


def is_compressed(answer) -> bool:
    return answer.headers.get("Content-Encoding") == "gzip"


def name_in_header(content: bytes) -> bytes:
    """The file name in a gzip header (RFC 1952), which is where the padding stands."""
    assert content[:2] == b"\x1f\x8b"
    return content[10:].split(b"\0", 1)[0] if content[3] & 8 else b""


def sent(content_type: str, **more):
    """A text of this type through the middleware alone."""
    answer = HttpResponse("Phường Bưởi " * 100, content_type=content_type, **more)
    request = RequestFactory(headers=GZIP).get("/")
    return CompressionMiddleware(lambda _request: answer)(request)


@pytest.mark.parametrize(
    ("said", "compressed"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Referer": f"{OURS}/account/"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Referer": f"{OURS}/account/"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "nonsense"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Referer": f"{OURS}/account/"}, False),
        ({"Referer": "https://attacker.example/"}, False),
        ({"Referer": f"{OURS}.attacker.example/"}, False),
        ({"Referer": "http://testserver:8080/"}, False),
    ],
)
def test_what_another_site_asks_for_in_somebodys_session_is_not_compressed(
    world: World, as_citizen: SignIn, said: dict[str, str], compressed: bool
):
    answer = as_citizen(world.user("lan")).get("/record/", headers={**GZIP, **said})

    assert answer.status_code == 200
    assert is_compressed(answer) == compressed


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/sign-in/", "/statistics/", "/no-such-page/"])
def test_who_comes_from_elsewhere_without_a_session_gets_a_light_page(address: str):
    answer = Client().get(address, headers={**GZIP, "Sec-Fetch-Site": "cross-site"})

    assert is_compressed(answer)


def test_statistics_are_compressed_for_everybody_because_no_session_reaches_them(
    world: World, as_citizen: SignIn
):
    lan = as_citizen(world.user("lan"))

    assert is_compressed(lan.get("/statistics/", headers={**GZIP, "Sec-Fetch-Site": "cross-site"}))


def test_one_page_is_never_twice_as_long_on_the_wire(world: World, as_citizen: SignIn):
    lan = as_citizen(world.user("lan"))
    names = {name_in_header(lan.get("/record/", headers=GZIP).content) for _ in range(12)}

    assert len(names) > 1
    assert max(map(len, names)) <= 100


def test_the_token_of_forms_is_another_one_in_each_answer(world: World, as_citizen: SignIn):
    lan = as_citizen(world.user("lan"))
    tokens = {
        re.findall(rb'data-csrf="(\w+)"', gzip.decompress(answer.content))[0]
        for answer in (lan.get("/record/", headers=GZIP) for _ in range(3))
    }

    assert len(tokens) == 3


@pytest.mark.parametrize(
    ("content_type", "compressed"),
    [
        ("text/html; charset=utf-8", True),
        ("text/csv; charset=utf-8", True),
        ("text/plain", True),
        ("application/json", True),
        ("application/manifest+json", True),
        ("image/jpeg", False),
        ("image/png", False),
        ("application/zip", False),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
    ],
)
def test_texts_are_compressed_and_what_is_compressed_by_itself_is_not(content_type, compressed):
    assert is_compressed(sent(content_type)) == compressed


def test_what_is_compressed_already_stays_as_it_is():
    answer = sent("text/css", headers={"Content-Encoding": "br"})

    assert answer.headers["Content-Encoding"] == "br"


@pytest.mark.django_db
def test_who_does_not_ask_for_it_gets_the_page_as_it_is_and_caches_are_told():
    answer = Client().get("/")

    assert not is_compressed(answer)
    assert "Accept-Encoding" in answer.headers["Vary"]
