"""What a phone keeps: how the product is installed, and the record without a connection."""

import json
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlparse

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from citizens.models import RecordVisit
from portal import drafts
from tests import world as worlds
from tests.conftest import SignIn
from tests.pages import in_english
from tests.world import World
from vaxreg import db_time

OWNER = re.compile(r'data-owner="(\w*)"')


def owner(answer) -> str | None:
    found = OWNER.search(answer.content.decode())
    return found[1] if found else None


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("vi", "Xem và sửa"), ("en", "See and correct")])
def test_the_manifest_has_what_a_phone_needs_to_install_the_product(language, words):
    answer = Client(headers={"accept-language": language}).get("/app.webmanifest")
    said = json.loads(answer.content)

    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert said["name"] == "Sổ Tiêm"
    assert (said["start_url"], said["scope"], said["display"]) == ("/", "/", "standalone")
    assert said["lang"] == language
    assert words in said["description"]
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in said["icons"]}
    for icon in said["icons"]:
        file = finders.find(urlparse(icon["src"]).path.removeprefix("/static/"))
        assert file, icon
        with Image.open(file) as picture:
            assert icon["sizes"] == f"{picture.width}x{picture.height}"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/sign-in/", "/staff/sign-in/", "/follow/", "/nothing/"])
def test_every_page_names_manifest_and_icons(address):
    page = Client().get(address).content.decode()

    assert '<link rel="manifest" href="/app.webmanifest">' in page
    assert '<link rel="apple-touch-icon" href="/static/img/apple-touch-icon.png">' in page
    assert '<meta name="theme-color" content="#0a5f52">' in page


@pytest.mark.django_db
def test_the_policy_of_pages_lets_the_worker_run():
    answer = Client().get("/worker.js")

    assert "worker-src 'self'" in Client().get("/").headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_is_kept_is_the_record_in_brief(world: World, as_citizen: SignIn):
    worlds.dose(world)

    answer = in_english(as_citizen(world.user("lan"))).get("/record/kept/")
    page = answer.content.decode()

    for word in ("Nguyễn Thị Lan", "29/08/2021", "Trạm Y tế Phường Bưởi", "ABX4112"):
        assert word in page
    # No form, no token and no number that opens anything.
    for word in ("<form", "csrf", "001188012345", "0912", "<script"):
        assert word not in page


def test_what_is_kept_is_of_the_person_that_was_looked_at(world: World, as_citizen: SignIn):
    lan, child = as_citizen(world.user("lan")), world.citizens["child"]

    page = lan.get("/record/kept/", {"person": str(child.public_id)}).content.decode()

    assert child.full_name in page
    assert "Nguyễn Thị Lan" not in page
    stranger = str(world.citizens["binh"].public_id)
    assert lan.get("/record/kept/", {"person": stranger}).status_code == 404


def test_the_draft_is_kept_in_words(world: World, as_citizen: SignIn):
    draft = drafts.begin(world.user("lan"), world.citizens["lan"])
    drafts.choose(draft, [], missing=True)
    typed = {"vaccine": "PF", "lot": "<FG3527>", "organization": str(world.buoi.public_id)}
    drafts.keep(draft, "missing-1", typed, tuple(typed))

    page = in_english(as_citizen(world.user("lan"))).get("/record/kept/").content.decode()

    assert "Missing dose" in page
    assert "&lt;FG3527&gt;" in page
    assert ">PF<" not in page
    assert str(world.buoi.public_id) not in page


def test_looking_at_it_leaves_a_row_once(world: World, as_citizen: SignIn):
    lan = as_citizen(world.user("lan"))

    lan.get("/record/")
    lan.get("/record/kept/")

    assert RecordVisit.objects.filter(citizen=world.citizens["lan"]).count() == 1


@pytest.mark.parametrize(("hours", "left"), [(0, 24), (1, 23), (20, 4)])
def test_it_is_kept_until_the_session_ends_at_the_latest(
    world: World, as_citizen: SignIn, hours, left
):
    lan = as_citizen(world.user("lan"))
    session = lan.session
    session["accounts.started_at"] = (db_time.now() - timedelta(hours=hours)).timestamp()
    session.save()

    seconds = int(lan.get("/record/kept/").headers["X-Seconds"])

    assert left * 3600 - 60 < seconds <= left * 3600


def test_pages_say_whose_session_they_belong_to(world: World, as_citizen: SignIn, as_staff: SignIn):
    lan, again = as_citizen(world.user("lan")), as_citizen(world.user("lan"))
    binh, minh = as_citizen(world.user("binh")), as_staff(world.user("minh"))
    mark = owner(lan.get("/record/"))

    assert mark
    for address in ("/account/", "/messages/", "/corrections/", "/nothing/"):
        assert owner(lan.get(address)) == mark, address
    assert len({mark, owner(binh.get("/record/")), owner(again.get("/record/"))}) == 3
    # Nobody's: what was kept is deleted there.
    assert owner(minh.get("/review/")) == ""
    assert owner(Client().get("/sign-in/")) == ""
    # Made without the session: nothing is said, nothing deleted.
    assert owner(lan.get("/statistics/")) is None
    assert owner(lan.get("/offline/")) is None


def test_only_pages_of_a_signed_in_citizen_ask_to_keep_the_record(
    world: World, as_citizen: SignIn, as_staff: SignIn
):
    asks = "<link data-keep"

    lan = as_citizen(world.user("lan"))
    assert asks in lan.get("/record/").content.decode()
    assert asks in lan.get("/corrections/new/").content.decode()
    assert asks not in lan.get("/account/").content.decode()
    assert asks not in as_staff(world.user("minh")).get("/review/").content.decode()
    assert asks not in Client().get("/").content.decode()


def test_signing_out_tells_the_browser_to_delete_what_it_kept(world: World, as_citizen: SignIn):
    answer = as_citizen(world.user("lan")).post("/sign-out/")

    assert '"storage"' in answer.headers["Clear-Site-Data"]


def test_the_kept_record_is_laid_on_the_page_for_it_and_on_no_page_of_photos(
    world: World, as_citizen: SignIn
):
    lan = as_citizen(world.user("lan"))
    lan.post("/corrections/new/", {"doses": ["missing"]})
    place = "data-offline-record"

    assert place in lan.get("/offline/").content.decode()
    assert place not in lan.get("/corrections/new/photos/").content.decode()
    script = finders.find("js/offline.js")
    assert script
    assert f"[{place}]" in Path(script).read_text()
