"""How long photos are kept: what goes, what stays, and what the pages say about it."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from corrections import actions
from corrections.models import Correction, CorrectionEvent, Evidence
from corrections.photos import evidence, retention
from tests.cases import file_one
from tests.conftest import SignIn
from tests.pictures import attach_photo, keep_files_in, picture
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


@pytest.fixture
def photo(world: World, settings, tmp_path: Path) -> Evidence:
    keep_files_in(tmp_path, settings)
    return attach_photo(file_one(world), by=world.user("lan"), content=picture())


def case_of(photo: Evidence) -> Correction:
    return photo.filing.corrections.get()


def withdrawn(photo: Evidence, world: World) -> Correction:
    return actions.withdraw(case_of(photo), by=world.user("lan"))


def refused(photo: Evidence, world: World) -> Correction:
    minh = world.user("minh")
    case = actions.pick_up(case_of(photo), by=minh)
    return actions.refuse(case, by=minh, ground="photo_blurred", remark="Ảnh mờ")


def files_of(photo: Evidence) -> int:
    return sum(default_storage.exists(key) for key in photo.keys)


def delete_after(time: timedelta, django_capture_on_commit_callbacks) -> int:
    with (
        db_time.at(db_time.now() + time),
        django_capture_on_commit_callbacks(execute=True),
    ):
        return retention.delete_due()


@pytest.mark.parametrize("close", [withdrawn, refused])
@pytest.mark.parametrize(("days", "goes"), [(0, 0), (31, 0), (364.9, 0), (365.1, 1), (4000, 1)])
def test_a_photo_goes_a_year_after_its_case_was_closed(
    world, photo, close, days, goes, django_capture_on_commit_callbacks
):
    close(photo, world)

    deleted = delete_after(timedelta(days=days), django_capture_on_commit_callbacks)

    assert deleted == goes
    assert bool(files_of(photo)) is not bool(goes)


def test_hash_size_and_decision_stay(world, photo, django_capture_on_commit_callbacks):
    case = refused(photo, world)
    delete_after(YEAR * 2, django_capture_on_commit_callbacks)

    after = Evidence.objects.get(pk=photo.pk)

    assert after.deleted_at is not None
    assert after.likeness is None
    assert (after.sha256, after.size_bytes) == (photo.sha256, photo.size_bytes)
    case.refresh_from_db()
    assert case.remark == "Ảnh mờ"


def test_the_photo_of_an_open_case_stays_however_old(
    world, photo, django_capture_on_commit_callbacks
):
    assert delete_after(YEAR * 9, django_capture_on_commit_callbacks) == 0


def test_an_appeal_keeps_the_photo_and_begins_the_time_anew(
    world, photo, django_capture_on_commit_callbacks
):
    case = refused(photo, world)
    case = actions.appeal(case, by=world.user("lan"), words="Trên giấy ghi Pfizer")
    assert delete_after(YEAR * 2, django_capture_on_commit_callbacks) == 0
    with db_time.at(db_time.now() + timedelta(days=20)):
        huong = world.user("huong")
        case = actions.pick_up(case, by=huong)
        actions.refuse(case, by=huong, ground="photo_blurred", remark="Vẫn mờ")

    assert delete_after(timedelta(days=384), django_capture_on_commit_callbacks) == 0
    assert delete_after(timedelta(days=386), django_capture_on_commit_callbacks) == 1


def test_one_open_case_of_a_filing_keeps_its_photos(
    world, photo, django_capture_on_commit_callbacks
):
    closed = withdrawn(photo, world)
    other = file_one(world, whose="child", key="key-2")
    Correction.objects.filter(pk=other.pk).update(filing=closed.filing)

    assert delete_after(YEAR * 2, django_capture_on_commit_callbacks) == 0


def test_the_setting_says_how_long(world, photo, settings, django_capture_on_commit_callbacks):
    settings.PHOTOS_KEPT_DAYS = 60
    withdrawn(photo, world)

    assert delete_after(timedelta(days=61), django_capture_on_commit_callbacks) == 1


def test_small_batches_delete_all_and_a_second_run_finds_nothing(
    world, photo, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(retention, "BATCH", 2)
    case = case_of(photo)
    for colour in ("red", "blue", "green"):
        attach_photo(case, by=world.user("lan"), content=picture(colour=colour))
    withdrawn(photo, world)

    assert delete_after(YEAR * 2, django_capture_on_commit_callbacks) == 4
    assert delete_after(YEAR * 2, django_capture_on_commit_callbacks) == 0


def test_files_that_a_dying_process_left_are_purged(world, photo):
    withdrawn(photo, world)
    with db_time.at(db_time.now() + YEAR * 2):
        retention.delete_due()
        assert files_of(photo)

        evidence.purge_files()

    assert not files_of(photo)


def test_the_command_shows_what_would_go_and_deletes_nothing(world, photo):
    withdrawn(photo, world)
    out = StringIO()

    with db_time.at(db_time.now() + timedelta(days=366)):
        call_command("show_retention", stdout=out)

    shown = out.getvalue()
    assert "Would go now: 1 (" in shown
    assert "wrong_fields: 1" in shown
    assert "kept 365 days" in shown
    assert Evidence.objects.get().deleted_at is None


def test_the_pages_say_that_it_was_deleted_and_the_address_is_gone(
    world, photo, as_citizen: SignIn, as_staff: SignIn, django_capture_on_commit_callbacks
):
    case = refused(photo, world)
    delete_after(YEAR * 2, django_capture_on_commit_callbacks)
    nurse = world.user("minh")
    nurse.language = "en"
    nurse.save()
    lan, minh = as_citizen(world.user("lan")), as_staff(nurse)
    lan.cookies["language"] = "en"

    assert "by the rule" in lan.get(f"/corrections/{case.reference}/").content.decode()
    assert photo.sha256[:12] in minh.get(f"/review/{case.reference}/").content.decode()
    assert lan.get(f"/corrections/evidence/{photo.public_id}/").status_code == 404
    assert minh.get("/review/?tab=done").status_code == 200
    assert CorrectionEvent.objects.filter(correction=case).exists()
