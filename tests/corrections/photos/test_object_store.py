"""Photos in a real object store: kept encrypted, shown by the same view, and what an outage costs."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Attempt
from corrections import actions, health
from corrections.models import Correction, Draft, Evidence, Filing
from corrections.photos import evidence, moving
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.corrections.photos import object_store
from tests.pictures import attach_photo, keep_files_in
from tests.portal.filing.walk import choose, photo, send
from tests.world import World
from vaxreg import db_time
from vaxreg.private_files import outage
from vaxreg.private_files.object_store import NotEncrypted, ObjectStore

pytestmark = pytest.mark.django_db

PHOTOS = "/corrections/new/photos/"
TYPED = {"has_no_paper": "on", "where_when": "Sân trường, buổi sáng"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[object_store.ObjectStore]:
    """One store for all tests of this module; it starts when the first of them asks for it."""
    server = object_store.ObjectStore(tmp_path_factory.mktemp("store"))
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture
def store(server, settings, tmp_path: Path, monkeypatch) -> object_store.ObjectStore:
    """The empty store, in which photos are kept now; the folder beside it is `tmp_path`."""
    if server.process.poll() is not None:
        server.start()
    server.empty()
    use(settings, server.options(earlier=str(tmp_path)))
    # Who was refused may try again at once.
    monkeypatch.setattr(outage, "PAUSE", 0)
    return server


def use(settings, storage: dict[str, Any]) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": storage}


@pytest.fixture
def lan(world: World, as_citizen: SignIn) -> Client:
    client = as_citizen(world.user("lan"))
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    client = as_staff(world.user("minh"))
    client.cookies["language"] = "en"
    return client


def got(client: Client, photo: Evidence, size: str = "", **headers: str) -> tuple[int, bytes]:
    """Ask for a photo; return the status, and what came."""
    answer = client.get(f"/corrections/evidence/{photo.public_id}/", {"size": size}, **headers)
    return answer.status_code, b"".join(answer) if answer.streaming else answer.content


def lies_in_plain(content: bytes, folder: Path) -> bool:
    middle = content[len(content) // 2 :][:64]
    return any(middle in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_filed_photo_lies_encrypted_in_the_store_and_only_who_may_see_it_gets_it(
    store, world: World, lan: Client, minh: Client, as_citizen: SignIn, tmp_path, caplog
):
    caplog.set_level(logging.DEBUG)
    dose = worlds.dose(world, "lan")
    lan.post(choose(lan, dose.public_id), {"vaccine": "PF"})
    assert lan.post(PHOTOS, {"photos": [photo()]}).status_code == 302
    assert send(lan, Draft.objects.get()).status_code == 302

    filed = Filing.objects.get().evidence.get()
    actions.route(filed.filing.corrections.get())
    assert store.keys() == set(filed.keys)
    assert not list(tmp_path.rglob("*.jpg"))
    for size, key in (("", filed.file_key), ("preview", filed.preview_key)):
        kept = default_storage.open(key).read()
        assert kept.startswith(b"\xff\xd8")
        assert got(minh, filed, size) == got(lan, filed, size) == (200, kept)
        # As from the folder: whole, whatever part is asked for.
        assert got(minh, filed, size, HTTP_RANGE="bytes=0-9") == (200, kept)
        assert not lies_in_plain(kept, store.folder)
    assert got(minh, filed, "thumbnail")[0] == 200
    assert got(as_citizen(world.user("binh")), filed)[0] == 404
    assert got(Client(), filed)[0] == 302
    with pytest.raises(ValueError, match="no URL"):
        default_storage.url(filed.file_key)
    assert "\\xff\\xd8" not in caplog.text
    assert object_store.SECRET not in caplog.text

    assert health.notice() == ""


def test_a_photo_without_encryption_is_not_kept(store):
    default_storage.object_parameters = {}

    with pytest.raises(NotEncrypted):
        default_storage.save("evidence/aa/plain.jpg", ContentFile(b"picture"))

    assert store.keys() == set()


def test_while_the_store_is_dead_nothing_typed_is_lost_and_no_half_case_is_stored(
    store, world: World, lan: Client, minh: Client, client: Client
):
    seen = attach_photo(file_one(world), by=world.user("lan"))
    choose(lan, "missing")
    counter = f"/counter/people/{world.citizens['lan'].public_id}/missing/"
    typed = {"position": "booster-1", "site": "unlisted", "by_letter": "on", "agreed": "on"}
    typed |= {"key": str(uuid4()), "words": "Tiêm ở trạm y tế."}
    more = f"/corrections/{seen.filing.corrections.get().reference}/photos/"
    store.kill()

    answers = [lan.post(PHOTOS, {**TYPED, "photos": [photo()]}) for _try in range(3)]
    added = lan.post(more, {"photos": [photo()]})
    at_counter = minh.post(counter, {**typed, "photos": [photo()]})
    shown = minh.get(f"/corrections/evidence/{seen.public_id}/")

    for answer in (*answers, added, at_counter, shown):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    for answer in (*answers, added, at_counter):
        assert "Photos cannot be kept just now" in answer.content.decode()
    for answer in answers:
        assert TYPED["where_when"] in answer.content.decode()
    assert typed["words"] in at_counter.content.decode()
    assert "Open the photo again in a few minutes" in shown.content.decode()
    assert Filing.objects.count() == Correction.objects.count() == 1
    assert list(Evidence.objects.all()) == [seen]
    # Browsers send again by themselves: that uses up no tries of the day.
    assert Attempt.objects.filter(purpose="photo").count() <= 1
    assert "photos can be neither added nor seen" in health.notice()

    store.start()
    assert health.notice() == ""
    assert lan.post(PHOTOS, {"photos": [photo()], "add": "1"}).status_code == 302
    assert got(minh, seen) == (200, b"picture")


def test_a_store_that_hangs_holds_one_request_for_a_few_seconds_and_the_others_not_at_all(
    store, world: World, minh: Client, monkeypatch
):
    monkeypatch.setattr(outage, "PAUSE", 10)
    seen = attach_photo(file_one(world), by=world.user("lan"))
    store.freeze()
    try:
        lasted = [_seconds(lambda: got(minh, seen)[0]) for _try in range(3)]
        assert "does not answer: ReadTimeoutError" in health.notice()
    finally:
        store.go_on()

    assert [status for status, _lasted in lasted] == [503, 503, 503]
    first, *others = [seconds for _status, seconds in lasted]
    assert first < 9
    assert max(others) < 3


def test_a_wrong_secret_is_an_outage_that_names_itself_and_not_the_secret(
    store, world: World, minh: Client, settings, caplog
):
    seen = attach_photo(file_one(world), by=world.user("lan"))
    use(settings, store.options(secret_key="a-wrong-one"))

    assert got(minh, seen)[0] == 503
    # A request without a body is refused without a reason.
    assert "the store refuses: 403" in health.notice()
    assert "private_files_unavailable: the store refuses: SignatureDoesNotMatch" in caplog.text
    assert "a-wrong-one" not in caplog.text


def test_what_no_row_names_is_deleted_by_one_listing_of_each_directory(
    store, world: World, tmp_path: Path, monkeypatch
):
    seen = attach_photo(file_one(world), by=world.user("lan"))
    default_storage.save("evidence/0a/orphan.jpg", ContentFile(b"picture"))
    default_storage.earlier.save("evidence/0b/earlier.jpg", ContentFile(b"picture"))
    shelves = ["0a", "0b", seen.file_key.split("/")[1]]
    monkeypatch.setattr(evidence, "SHELVES", shelves)
    asked: list[str] = []
    events = default_storage.bucket.meta.client.meta.events
    events.register("before-call.s3", lambda model, **_more: asked.append(model.name))

    assert evidence.purge_files() == 0
    with db_time.at(db_time.now() + timedelta(hours=25)):
        assert evidence.purge_files() == 2

    assert store.keys() == {seen.file_key, seen.preview_key}
    assert not (tmp_path / "evidence/0b/earlier.jpg").exists()
    assert Counter(asked) == {"ListObjectsV2": 2 * len(shelves), "DeleteObject": 2}


@pytest.fixture
def in_folder(store, world: World, settings, tmp_path: Path, monkeypatch) -> list[str]:
    """Three photos in the folder; their keys. The settings name the store as well."""
    keep_files_in(tmp_path, settings)
    settings.PRIVATE_FOLDER = settings.STORAGES["default"]
    settings.PRIVATE_STORE = store.options()
    case, lan = file_one(world), world.user("lan")
    photos = [attach_photo(case, by=lan, content=b"paper %d" % number) for number in range(3)]
    monkeypatch.setattr(moving, "SHELVES", sorted({one.file_key[9:11] for one in photos} | {"0a"}))
    return sorted(key for one in photos for key in (one.file_key, one.preview_key))


def moved(*options: str) -> str:
    out = StringIO()
    call_command("move_files", *options, stdout=out, stderr=out)
    return out.getvalue()


def test_files_move_whole_although_it_was_killed_and_go_only_when_that_is_asked(
    store, in_folder: list[str], tmp_path: Path, settings, monkeypatch
):
    (tmp_path / "evidence/0a").mkdir(exist_ok=True)
    (tmp_path / "evidence/0a/nobodys.jpg").write_bytes(b"of no row")
    save = ObjectStore._save
    saved: list[str] = []

    def save_until_killed(self, name: str, content: Any) -> str:
        if len(saved) == 3:
            raise SystemExit("killed")
        saved.append(name)
        return save(self, name, content)

    with monkeypatch.context() as until_killed:
        until_killed.setattr(ObjectStore, "_save", save_until_killed)
        with pytest.raises(SystemExit):
            moved("--delete")

    assert store.keys() == set(saved) == set(in_folder[:3])
    assert files_in(tmp_path) == {*in_folder[3:], "evidence/0a/nobodys.jpg"}
    assert "3 files copied and read back" in moved()
    assert "0 files copied and read back (0.0 MB), 3 were there and are the same" in moved()
    assert store.keys() == set(in_folder)
    # Where the settings name the store, all is read, moved or not.
    use(settings, store.options(earlier=str(tmp_path)))
    assert {default_storage.open(key).read() for key in in_folder} == {
        b"paper 0", b"paper 1", b"paper 2"
    }  # fmt: skip
    assert "3 deleted where they were" in moved("--delete")
    assert files_in(tmp_path) == {"evidence/0a/nobodys.jpg"}

    assert "6 files copied and read back" in moved("--back", "--delete")
    assert store.keys() == set()
    assert files_in(tmp_path) == {*in_folder, "evidence/0a/nobodys.jpg"}


def test_a_damaged_file_is_named_and_neither_moved_nor_deleted(
    store, in_folder: list[str], tmp_path: Path
):
    bad = Evidence.objects.latest("pk").file_key
    (tmp_path / bad).write_bytes(b"damaged")

    with pytest.raises(CommandError, match="1 files were not moved"):
        moved("--delete")

    assert files_in(tmp_path) == {bad}
    assert store.keys() == set(in_folder) - {bad}


def files_in(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def _seconds(act: Callable[[], int]) -> tuple[int, float]:
    began = time.monotonic()
    return act(), time.monotonic() - began
