"""Photos of drafts are read in the background, by a process with limits of its own."""

import io
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from corrections.models import Draft, Evidence
from corrections.photos import evidence, readings
from corrections.tasks import read_photos
from demo import paper
from tests.pictures import keep_files_in, picture
from tests.world import World
from vaxreg import db_time
from vaxreg.photos import letters, reading
from vaxreg.photos.cleaning import Picture

LINES = [["Mũi 1: AstraZeneca Ngày: 29/08/2021", "Số lô: ABV5811"]] * 2
READ = {"1": {"vaccine": "AZ", "given_on": "2021-08-29", "lot": "ABV5811"}}


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings):
    keep_files_in(tmp_path, settings)


@pytest.fixture
def draft(world: World) -> Draft:
    return Draft.objects.create(user=world.user("lan"), citizen=world.citizens["lan"])


@pytest.fixture
def photo(draft: Draft) -> Evidence:
    data = picture()
    return evidence.store(draft, Picture(data, data, 2000, 1500), by=draft.user)


def program(folder: Path, script: str) -> str:
    """Write a program that stands for Tesseract."""
    path = folder / "tesseract"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def reader(settings, tmp_path: Path, monkeypatch) -> list[int]:
    """A reader that finds these lines on every photo; counts how often it was asked."""
    asked: list[int] = []
    settings.OCR_COMMAND = program(tmp_path, "exit 1")
    monkeypatch.setattr(reading, "readings_of", lambda photo: asked.append(len(photo)) or LINES)
    return asked


def tesseract() -> str:
    """Return the path of Tesseract; skip the test without it, or without Vietnamese."""
    found = shutil.which("tesseract")
    languages = found and subprocess.run(
        [found, "--list-langs"], capture_output=True, text=True, check=False
    )
    if not found or not languages or "vie" not in languages.stdout.split():
        pytest.skip("no Tesseract found; install tesseract-ocr and tesseract-ocr-vie")
    return found


def jpeg(photo: Image.Image) -> bytes:
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=88)
    return out.getvalue()


def test_a_new_photo_of_a_draft_is_read_and_the_reading_kept(photo: Evidence, reader: list[int]):
    read_photos()

    photo.refresh_from_db()
    assert photo.doses_read == READ


def test_a_photo_is_read_once(photo: Evidence, reader: list[int]):
    read_photos()
    read_photos()

    assert len(reader) == 1


def test_a_photo_on_which_nothing_is_sure_is_read_once_too(
    photo: Evidence, reader: list[int], monkeypatch
):
    monkeypatch.setattr(reading, "readings_of", lambda photo: reader.append(1) or [])

    read_photos()
    read_photos()

    photo.refresh_from_db()
    assert photo.doses_read == {}
    assert len(reader) == 1


def test_an_upload_asks_for_its_reading(
    draft: Draft, reader: list[int], django_capture_on_commit_callbacks, monkeypatch
):
    data = picture()
    monkeypatch.setattr(evidence, "clean", lambda sent: [Picture(data, data, 2000, 1500)])
    with django_capture_on_commit_callbacks(execute=True):
        [photo] = evidence.add(draft, SimpleUploadedFile("x.jpg", data), by=draft.user)

    photo.refresh_from_db()
    assert photo.doses_read == READ


def test_without_the_program_nothing_is_read_and_nothing_waits(photo: Evidence, settings):
    settings.OCR_COMMAND = "off"

    read_photos()

    photo.refresh_from_db()
    assert photo.doses_read is None
    assert not readings.is_possible()


def test_a_small_photo_is_not_read(photo: Evidence, reader: list[int]):
    Evidence.objects.update(width=readings.LEAST_SIDE - 1, height=960)

    read_photos()

    assert reader == []


def test_a_photo_that_lay_for_an_hour_is_left_alone(photo: Evidence, reader: list[int]):
    with db_time.at(photo.uploaded_at + readings.MOST_AGE * 1.1):
        read_photos()

    assert reader == []


def test_a_photo_without_its_file_stops_nobody_else(
    photo: Evidence, draft: Draft, reader: list[int], caplog
):
    Path(evidence.default_storage.path(photo.file_key)).unlink()
    data = picture(colour="pink")
    other = evidence.store(draft, Picture(data, data, 960, 1280), by=draft.user)

    read_photos()

    photo.refresh_from_db()
    other.refresh_from_db()
    assert (photo.doses_read, other.doses_read) == ({}, READ)
    assert "file is missing" in caplog.text


def test_the_program_sees_no_setting_and_may_write_no_file_and_use_little(
    settings, tmp_path: Path, monkeypatch
):
    told = tmp_path / "told"
    told.touch()
    # What it prints comes back as the words of a page, one to a line.
    settings.OCR_COMMAND = program(
        tmp_path,
        'line() { printf "5\\t1\\t1\\t1\\t1\\t1\\t0\\t$1\\t9\\t20\\t90\\t$2\\n"; }\n'
        "echo head\n"
        'line 100 "memory=$(ulimit -v)"\n'
        'line 200 "seconds=$(ulimit -t)"\n'
        'line 300 "secret=${SECRET_KEY-none}"\n'
        'line 400 "threads=$OMP_THREAD_LIMIT"\n'
        f'if (echo x > {told}) 2>/dev/null; then line 500 "written=yes"; fi',
    )
    monkeypatch.setenv("SECRET_KEY", "x" * 40)

    first, *_others = reading.readings_of(jpeg(Image.new("RGB", (300, 200), "white")))

    assert first == ["memory=716800", "seconds=10", "secret=none", "threads=1"]
    assert told.read_text() == ""


FAILING = {
    "ends with an error": "exit 3",
    "is killed": "kill -9 $$",
    "prints something else": "echo Segmentation fault",
    "prints bytes that are no text": "printf '5\\t\\377\\n'",
}


@pytest.mark.parametrize("how", FAILING)
def test_a_program_that_fails_reads_nothing(settings, tmp_path: Path, how: str):
    settings.OCR_COMMAND = program(tmp_path, FAILING[how])

    readings_ = reading.readings_of(jpeg(Image.new("RGB", (300, 200), "white")))

    assert not any(readings_)


def test_a_file_that_is_no_photo_reads_nothing(settings, tmp_path: Path, caplog):
    settings.OCR_COMMAND = program(tmp_path, "exit 0")

    assert reading.readings_of(b"<html>") == []
    assert "a photo was not read" in caplog.text


def test_a_program_that_takes_too_long_is_given_up(settings, tmp_path: Path, monkeypatch, caplog):
    settings.OCR_COMMAND = program(tmp_path, "exit 0")
    monkeypatch.setattr(reading, "WAIT_SECONDS", 0.01)

    assert reading.readings_of(jpeg(Image.new("RGB", (300, 200), "white"))) == []
    assert "TimeoutExpired" in caplog.text


def test_words_of_two_columns_that_rise_a_little_become_lines():
    words = [
        [100, 300, 90, 30, "Mũi"],
        [200, 297, 20, 30, "1:"],
        [700, 280, 90, 30, "Ngày:"],
        [100, 345, 90, 24, "Nơi"],
        [700, 332, 40, 24, "Số"],
        [750, 330, 30, 24, "lô:"],
        [400, 0, 300, 400, "|"],
    ]

    assert letters.lines_of(words) == ["Mũi 1: Ngày:", "Nơi Số lô:"]


@pytest.mark.parametrize("words", [[], [[0, 0, 5, 5, "|"]]])
def test_a_page_without_words_has_no_lines(words: list[list[object]]):
    assert letters.lines_of(words) == []


def test_a_drawn_paper_is_read_by_the_real_program(photo: Evidence, settings):
    settings.OCR_COMMAND = tesseract()
    site = "Trạm Y tế Phường Bưởi"
    doses = [("AstraZeneca", date(2021, 8, 29), site), ("Vero Cell", date(2021, 11, 20), site)]
    drawn = paper.photograph("Nguyễn Thị Lan", date(1988, 3, 27), "001188012345", doses, 1)
    with evidence.default_storage.open(photo.file_key, "wb") as file:
        file.write(jpeg(Image.open(io.BytesIO(drawn.whole)).resize((1760, 1300))))

    read_photos()

    photo.refresh_from_db()
    assert photo.doses_read == {
        "1": {"vaccine": "AZ", "given_on": "2021-08-29"},
        "2": {"vaccine": "VC", "given_on": "2021-11-20"},
    }
