"""The help: one page for each audience, in both languages, found by words without marks."""

import html
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import SessionKind
from help.search import find
from help.texts import AUDIENCES
from tests import world as worlds
from tests.api.programs import program
from tests.cases import employ
from tests.conftest import signed_in
from tests.pages import in_english, text_of
from tests.world import World
from vaxreg import errors

TOPICS = [(one, topic) for one in AUDIENCES.values() for topic in one.topics]
# A screen of topics; more would be read by nobody.
MOST = 9


@pytest.mark.django_db
@pytest.mark.parametrize("slug", AUDIENCES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_audience_has_one_page_with_pictures_in_both_languages(slug, language):
    client = Client()
    client.cookies["language"] = language

    answer = client.get(f"/help/{slug}/")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert f'<html lang="{language}">' in page
    assert page.count('class="topic"') == len(AUDIENCES[slug].topics) <= MOST
    assert page.count('class="topic__picture"') == len(AUDIENCES[slug].topics)


@pytest.mark.parametrize(("audience", "topic"), TOPICS, ids=lambda one: one.slug)
def test_each_topic_has_its_picture(audience, topic):
    assert finders.find(f"img/help/{topic.picture}.svg")


def test_topics_of_one_page_have_anchors_of_their_own():
    for audience in AUDIENCES.values():
        slugs = [topic.slug for topic in audience.topics]
        assert len(slugs) == len(set(slugs)), audience.slug


WHO = {
    "citizens": ("lan", SessionKind.CITIZEN),
    "sites": ("minh", SessionKind.STAFF),
    "officers": ("huong", SessionKind.STAFF),
    "hotline": ("mai", SessionKind.STAFF),
    "partners": ("lan", SessionKind.CITIZEN),
}


@pytest.mark.parametrize("slug", AUDIENCES)
def test_what_a_topic_leads_to_is_open_to_its_readers(world: World, slug: str):
    name, kind = WHO[slug]
    client = signed_in(world.user(name), kind)

    for topic in AUDIENCES[slug].topics:
        if topic.page:
            answer = client.get(reverse(topic.page), follow=True)
            assert answer.status_code == 200, topic.page
            assert not any("sign-in" in url for url, _status in answer.redirect_chain), topic.page


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("lan", "citizens"),
        ("minh", "sites"),
        ("huong", "officers"),
        ("phuc", "officers"),
        ("mai", "hotline"),
    ],
)
def test_the_help_opens_on_the_page_of_the_reader(world: World, name: str, slug: str):
    kind = SessionKind.CITIZEN if name == "lan" else SessionKind.STAFF

    answer = in_english(signed_in(world.user(name), kind)).get("/help/")

    with translation.override("en"):
        assert str(AUDIENCES[slug].title) in text_of(answer)


@pytest.mark.django_db
def test_who_is_not_signed_in_reads_what_citizens_read():
    assert "See your record and have it put right" in text_of(in_english(Client()).get("/help/"))


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["nobody", "citizen", "sites-", "ĐÔ"])
def test_another_audience_there_is_not(slug):
    assert Client().get(f"/help/{slug}/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "audience", "slug"),
    [
        ("khieu nai", "citizens", "disagree"),
        ("KHIẾU NẠI", "citizens", "disagree"),
        ("phim tat", "sites", "keys"),
        ("do bao phu", "officers", "coverage"),
        ("nguoi goi", "hotline", "check"),
        ("idempotency", "partners", "twice"),
        ("nai khieu", "citizens", "disagree"),
        ("48 gio", "citizens", "hours"),
        ("mat mang", "citizens", "phone"),
    ],
)
def test_words_are_found_without_marks(typed, audience, slug):
    assert (audience, slug) in [(one.audience.slug, one.topic.slug) for one in find(typed)]


@pytest.mark.parametrize("typed", ["", "   ", "?!", "xyzzy", "khieu xyzzy", "a" * 5000])
def test_what_nobody_wrote_about_is_not_found(typed):
    assert find(typed) == []


def test_what_stands_in_the_title_comes_first():
    found = find("phim tat")

    assert found[0].topic.slug == "keys"


@pytest.mark.django_db
def test_a_search_says_how_many_it_found_and_keeps_what_was_typed():
    client = in_english(Client())
    found = client.get("/help/", {"q": "appeal"})
    nothing = client.get("/help/", {"q": '<b>"xyzzy'})

    assert "1 answer to “appeal”" in text_of(found)
    assert 'value="appeal"' in found.content.decode()
    assert re.search(r"When you do not agree .* Citizens", text_of(found))
    assert "0 answers" in text_of(nothing)
    assert "1900 9095" in text_of(nothing)
    assert '<b>"xyzzy' not in nothing.content.decode()


# Pages of every kind: own work, account, errors of all kinds.
STAFF_PAGES = ("/account/", "/no-such-page/", "/record/nothing/", "/help/", "/api/v1/docs/")


@pytest.mark.parametrize(
    ("name", "pages", "header"),
    [
        ("minh", ("/review/", "/oversight/", "/policy/"), ["/review/"]),
        (
            "huong",
            ("/oversight/", "/review/", "/policy/"),
            ["/oversight/", "/people/", "/coverage/"],
        ),
        ("phuc", ("/oversight/", "/organizations/"), ["/oversight/", "/pool/", "/organizations/"]),
        ("mai", ("/hotline/", "/pool/", "/oversight/"), ["/hotline/", "/pool/"]),
        ("an", ("/policy/", "/policy/days/", "/oversight/"), ["/oversight/", "/people/"]),
    ],
)
def test_the_menu_of_staff_leads_everywhere_and_stays_on_every_page(
    world: World, name, pages, header
):
    employ(world, "an", "Nguyễn Hoài An", world.ministry, "officer")
    client = signed_in(world.user(name), SessionKind.STAFF)

    for where in (*pages, *STAFF_PAGES):
        page = client.get(where, follow=True).content.decode().split("<main")[0]
        for link in (*header, "/account/", "/help/"):
            assert f'href="{link}"' in page, (where, link)
        assert ('href="/policy/"' in page) == (name == "an"), where
        assert 'action="/sign-out/"' in page, where


@pytest.mark.parametrize(
    "where",
    [
        "/record/",
        "/corrections/",
        "/corrections/new/",
        "/messages/",
        "/account/",
        "/follow/",
        "/help/",
        "/help/partners/",
        "/no-such-page/",
        "/corrections/VR-0000-0000/",
        "/upload/unknown/",
        "/api/v1/docs/",
    ],
)
def test_the_menu_of_citizens_stays_on_every_page(world: World, where: str):
    page = signed_in(world.user("lan"), SessionKind.CITIZEN).get(where).content.decode()

    for link in ("/record/", "/corrections/", "/messages/", "/account/", "/help/"):
        assert f'href="{link}"' in page.split("<main")[0], link


@pytest.mark.parametrize("name", ["lan", "minh"])
def test_a_form_that_is_refused_keeps_the_menu(world: World, name: str):
    kind = SessionKind.CITIZEN if name == "lan" else SessionKind.STAFF
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(world.user(name), kind).cookies

    answer = client.post("/account/", {})

    assert answer.status_code == 403
    assert 'href="/account/"' in answer.content.decode().split("<main")[0]
    assert 'href="/help/"' in answer.content.decode().split("<main")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "where", ["/", "/sign-in/", "/staff/sign-in/", "/follow/", "/statistics/", "/nothing/", "/ui/"]
)
def test_without_signing_in_the_help_is_at_the_foot_of_every_page(where: str):
    page = Client().get(where).content.decode()

    assert 'href="/help/"' in page.split("<footer")[-1]


@pytest.mark.parametrize("status", [408, 413, 500, 503])
def test_pages_made_without_database_lead_to_the_help(status: int):
    assert b'href="/help/"' in errors.without_database(status, "/review/").content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Interface for programs", "How to begin", "Examples", "Help for partner programs"]),
        ("vi", ["Cách bắt đầu", "Ví dụ", "Trợ giúp cho ứng dụng đối tác"]),
    ],
)
def test_the_page_about_the_interface_has_an_introduction_examples_and_a_way_back(language, words):
    client = Client()
    client.cookies["language"] = language

    answer = client.get("/api/v1/docs/")
    page = answer.content.decode()

    for word in words:
        assert word in page
    assert 'href="/help/partners/"' in page
    assert "curl http://testserver/api/v1/records/" in page
    assert '<a class="brand" href="/">' in page
    assert (
        "unsafe-inline"
        not in answer.headers["Content-Security-Policy"].split("script-src")[1].split(";")[0]
    )


def test_the_example_of_a_proposal_files_one(world: World):
    lan = world.user("lan")
    page = html.unescape(Client().get("/api/v1/docs/").content.decode())
    example = re.search(r"/api/v1/corrections/ .*?-d '(.*?)'", page, re.S)
    assert example
    dose = worlds.dose(world)
    body = example[1].replace("RECORD", str(world.citizens["lan"].public_id))
    body = body.replace("DOSE", str(dose.public_id))

    answer = program(lan, SessionKind.CITIZEN).post(
        "/api/v1/corrections/",
        data=body,
        content_type="application/json",
        headers={"Idempotency-Key": "5b1f0c9e"},
    )

    assert answer.status_code == 201, answer.content
