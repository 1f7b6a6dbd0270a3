"""What happens to uploaded files: hostile ones, too large ones, too many of them."""

import io
import os
import struct
import threading
import time
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image, PngImagePlugin

from accounts.models import Attempt
from corrections.models import Draft, Evidence
from corrections.photos import evidence
from portal import drafts
from tests.pictures import certificate, picture
from tests.world import World
from vaxreg.photos import cleaning


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings):
    """Files of each test go to a folder of its own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path)}},
    }
    return tmp_path


@pytest.fixture
def draft(world: World) -> Draft:
    return drafts.begin(world.user("lan"), world.citizens["lan"])


def png_that_claims(width: int, height: int) -> bytes:
    """Build a small file whose header promises a huge picture, with data that unpacks to it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = zlib.compress(b"\0" * ((width // 8 + 1) * min(height, 2000)), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def quick(monkeypatch) -> None:
    """Photos that need no decoding: for tests that count many of them."""

    def clean(data: bytes) -> list[cleaning.Picture]:
        return [cleaning.Picture(data, data, 400, 300)]

    monkeypatch.setattr(evidence, "clean", clean)


def sent(data: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def stored_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def gps_photo() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Nokia"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 3.0, 5.0), 3: "E", 4: (105.0, 49.0, 10.0)})
    return picture(
        exif=exif,
        comment=b"at home",
        icc_profile=b"profile" * 20,
        xmp=b"<x:xmpmeta>secret</x:xmpmeta>",
    )


def png_with_text(text: str, *, squeezed: bool) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Comment", text, zip=squeezed)
    return picture("PNG", pnginfo=info)


def certificate_file() -> bytes:
    out = io.BytesIO()
    certificate().save(out, "JPEG", quality=85)
    return out.getvalue()


HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

REFUSED = {
    "empty": (b"", "empty"),
    "one byte": (b"\xff", "type"),
    "html": (HTML, "type"),
    "svg": (SVG, "type"),
    "svg with an xml head": (b'<?xml version="1.0"?>' + SVG, "type"),
    "gif": (picture("GIF"), "type"),
    "tiff": (picture("TIFF"), "type"),
    "bmp": (picture("BMP"), "type"),
    "ico": (picture("ICO", size=(32, 32)), "type"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n", "type"),
    "zip": (b"PK\x03\x04" + b"\0" * 100, "type"),
    "program": (b"MZ\x90\0" + b"\0" * 100, "type"),
    "elf": (b"\x7fELF" + b"\0" * 100, "type"),
    "php": (b"<?php system($_GET['c']); ?>", "type"),
    "eicar": (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", "type"),
    "avif": (b"\0\0\0\x20ftypavif" + b"\0" * 50, "type"),
    "jpeg cut in half": (picture(size=(900, 900))[:3000], "broken"),
    "png cut in half": (picture("PNG", size=(900, 900))[:-800], "broken"),
    "webp cut in half": (picture("WEBP", size=(900, 900))[:60], "broken"),
    "only the head of a jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "broken"),
    "jpeg head before html": (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + HTML, "type"),
    "gif head before html": (b"GIF89a" + HTML, "type"),
    "png bomb": (png_that_claims(30_000, 30_000), "pixels"),
    "png that lies about its size": (png_that_claims(2_000_000_000, 1), "pixels"),
    "jpeg without its last tenth": (
        certificate_file()[: len(certificate_file()) * 9 // 10],
        "broken",
    ),
    "jpeg cut in half, with an end marker of its own text": (
        certificate_file()[:20_000] + b"\0",
        "broken",
    ),
    "26 megapixels": (picture("PNG", size=(5200, 5000)), "pixels"),
    "too large": (b"\xff\xd8\xff" + b"\0" * (10 * 1024 * 1024), "size"),
}

ACCEPTED = {
    "jpeg without its end marker": picture()[:-2],
    "jpeg with half of its end marker": picture()[:-1],
    "progressive jpeg without its end marker": picture(progressive=True)[:-2],
    "photo of a paper without its end marker": certificate_file()[:-2],
    "jpeg with a trailer behind its end": picture() + b"SEFT" + b"\0" * 500,
    "jpeg padded with zeros": picture() + b"\0" * 4096,
    "jpeg with broken exif": picture(exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"),
    "png with much text": png_with_text("x" * 3_000_000, squeezed=False),
    "png with a text bomb": png_with_text("x" * 80_000_000, squeezed=True),
    "png with a large profile": picture("PNG", icc_profile=b"profile" * 400_000),
    "png without its end": picture("PNG")[:-12],
    "jpeg": picture(),
    "png": picture("PNG"),
    "webp": picture("WEBP"),
    "progressive jpeg": picture(progressive=True),
    "grey jpeg": (lambda out: (Image.new("L", (90, 90)).save(out, "JPEG"), out.getvalue())[1])(
        io.BytesIO()
    ),
    "cmyk jpeg": (lambda out: (Image.new("CMYK", (90, 90)).save(out, "JPEG"), out.getvalue())[1])(
        io.BytesIO()
    ),
    "png with 16 bits": (
        lambda out: (Image.new("I;16", (90, 90), 40_000).save(out, "PNG"), out.getvalue())[1]
    )(io.BytesIO()),
    "png with transparency": (
        lambda out: (Image.new("RGBA", (90, 90)).save(out, "PNG"), out.getvalue())[1]
    )(io.BytesIO()),
    "jpeg with html after it": picture() + HTML,
    "jpeg with a zip after it": picture()
    + b"PK\x03\x04"
    + b"\0" * 200
    + b"PK\x05\x06"
    + b"\0" * 18,
    "jpeg with php in its comment": picture(comment=b"<?php system($_GET['c']); ?>"),
    "jpeg with script in its comment": picture(comment=HTML),
    "png with html in its text": png_with_text(HTML.decode(), squeezed=False),
    "webp of 60 frames": (
        lambda out: (
            Image.new("RGB", (90, 90)).save(
                out,
                "WEBP",
                save_all=True,
                append_images=[Image.new("RGB", (90, 90), (n, 0, 0)) for n in range(60)],
            ),
            out.getvalue(),
        )[1]
    )(io.BytesIO()),
    "photo with a position": gps_photo(),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_photo_is_refused_with_its_own_words(
    draft: Draft, storage: Path, data: bytes, code: str
):
    with pytest.raises(ValidationError) as refused:
        evidence.add(draft, sent(data), by=draft.user)

    assert refused.value.code == code
    assert not Evidence.objects.exists()
    assert stored_files(storage) == []


def test_each_cause_has_words_of_its_own():
    one_each = {code: data for data, code in REFUSED.values() if len(data) < 1_000_000}
    one_each["size"] = REFUSED["too large"][0]
    sentences = set()
    for data in one_each.values():
        with pytest.raises(ValidationError) as refused:
            cleaning.clean(data)
        sentences.add(refused.value.messages[0])

    assert len(sentences) == len(one_each) == len({code for _data, code in REFUSED.values()})


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_photo_is_rebuilt_from_its_pixels_with_nothing_else_in_it(data: bytes):
    [made] = cleaning.clean(data)

    for file in (made.whole, made.preview, made.thumbnail):
        photo = Image.open(io.BytesIO(file))
        photo.load()
        assert photo.format == "JPEG"
        assert not photo.getexif()
        assert set(photo.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        for trace in (
            b"<script",
            b"<?php",
            b"PK\x03\x04",
            b"Exif",
            b"xmp",
            b"ICC_PROFILE",
            b"Nokia",
        ):
            assert trace not in file


def test_a_photo_taken_sideways_stands_upright():
    [made] = cleaning.clean(gps_photo())

    assert (made.width, made.height) == (300, 400)
    assert Image.open(io.BytesIO(made.whole)).size == (300, 400)


def test_the_preview_has_at_most_1600_pixels():
    [made] = cleaning.clean(picture(size=(4000, 3000)))

    assert Image.open(io.BytesIO(made.preview)).size == (1600, 1200)
    assert (made.width, made.height) == (4000, 3000)


def test_what_kills_the_decoder_is_a_broken_photo_and_nothing_more(monkeypatch, tmp_path: Path):
    killer = tmp_path / "killer.py"
    killer.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(cleaning.decoder, "__file__", str(killer))

    with pytest.raises(ValidationError) as refused:
        cleaning.clean(picture())

    assert refused.value.code == "broken"


def test_a_decoder_that_wants_too_much_memory_dies_alone(monkeypatch, tmp_path: Path):
    hungry = tmp_path / "hungry.py"
    real = Path(cleaning.decoder.__file__).read_text()
    hungry.write_text(real.replace("    sent.load()\n", "    b'x' * (900 * 1024 * 1024)\n"))
    monkeypatch.setattr(cleaning.decoder, "__file__", str(hungry))

    with pytest.raises(ValidationError) as refused:
        cleaning.clean(picture())

    assert refused.value.code == "broken"


def test_a_decoder_that_takes_too_long_is_stopped(monkeypatch, tmp_path: Path):
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(cleaning.decoder, "__file__", str(slow))
    monkeypatch.setattr(cleaning, "WAIT_SECONDS", 0.3)

    with pytest.raises(ValidationError) as refused:
        cleaning.clean(picture())

    assert refused.value.code == "broken"


def test_the_decoder_knows_none_of_our_secrets(monkeypatch, tmp_path: Path):
    spy = tmp_path / "spy.py"
    told = tmp_path / "told"
    spy.write_text(f"import os\nopen({str(told)!r}, 'w').write(repr(dict(os.environ)))\n")
    monkeypatch.setattr(cleaning.decoder, "__file__", str(spy))
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")

    with pytest.raises((ValidationError, ValueError)):
        cleaning.clean(picture())

    assert "secret" not in told.read_text()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a\0b.jpg",
        "a\r\nX: y.jpg",
        "\u202egpj.exe",
        "x" * 300,
        "CON",
        "😀.jpg",
        "a;b.jpg",
        "..",
        "photo.php",
        ".htaccess",
        "",
    ],
)
def test_the_name_a_file_came_with_is_never_used(draft: Draft, storage: Path, name: str):
    upload = sent(picture())
    upload._name = name  # past the cleaning that Django does

    [photo] = evidence.add(draft, upload, by=draft.user)

    names = {str(path.relative_to(storage)) for path in stored_files(storage)}
    assert names == set(photo.keys)
    assert all(len(key) < 64 and key.startswith("evidence/") for key in names)


def test_the_same_photo_twice_is_kept_once(draft: Draft, storage: Path, quick: None):
    evidence.add(draft, sent(picture()), by=draft.user)

    with pytest.raises(ValidationError) as refused:
        evidence.add(draft, sent(picture()), by=draft.user)

    assert refused.value.code == "twice"
    assert Evidence.objects.count() == 1
    assert len(stored_files(storage)) == 2


def test_a_sixth_photo_is_refused(draft: Draft, storage: Path, quick: None):
    for colour in ("red", "green", "blue", "black", "white"):
        evidence.add(draft, sent(picture(colour=colour)), by=draft.user)

    with pytest.raises(ValidationError) as refused:
        evidence.add(draft, sent(picture(colour="pink")), by=draft.user)

    assert refused.value.code == "too_many"
    assert len(stored_files(storage)) == 10


def test_twenty_photos_a_day_are_the_most_even_when_they_are_removed_again(
    draft: Draft, quick: None
):
    for number in range(20):
        [photo] = evidence.add(
            draft, sent(picture(colour=f"#0000{number * 12:02x}")), by=draft.user
        )
        evidence.remove(photo)

    with pytest.raises(ValidationError) as refused:
        evidence.add(draft, sent(picture()), by=draft.user)

    assert refused.value.code == "too_many_today"


def in_parallel(times: int, act) -> list[object]:
    """Run an act in threads that begin at once; return what each returned or raised."""
    barrier = threading.Barrier(times)
    results: list[object] = [None] * times

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = act(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_ten_photos_at_once_leave_five(draft: Draft, storage: Path, quick: None):
    def add(number: int) -> list[Evidence]:
        return evidence.add(draft, sent(picture(colour=f"#00{number * 12:02x}00")), by=draft.user)

    results = in_parallel(10, add)

    refused = [result for result in results if isinstance(result, ValidationError)]
    assert Evidence.objects.filter(draft=draft).count() == 5
    assert [error.code for error in refused] == ["too_many"] * 5
    assert len(stored_files(storage)) == 10


@pytest.mark.django_db(transaction=True)
def test_the_daily_limit_is_exact_under_a_race(world: World, draft: Draft, quick: None):
    others = drafts.begin(world.user("lan"), world.citizens["child"])
    for number in range(17):
        [photo] = evidence.add(
            draft, sent(picture(colour=f"#{number * 12:02x}0000")), by=draft.user
        )
        evidence.remove(photo)

    def add(number: int) -> list[Evidence]:
        upload = sent(picture(colour=f"#00{number * 12:02x}00"))
        return evidence.add(draft if number % 2 else others, upload, by=draft.user)

    results = in_parallel(8, add)

    assert sum(isinstance(result, list) for result in results) == 3
    assert Attempt.objects.filter(purpose="photo").count() == 20


@pytest.mark.django_db(transaction=True)
def test_the_same_photo_sent_twice_at_once_is_kept_once(draft: Draft, storage: Path, quick: None):
    data = picture()

    in_parallel(4, lambda number: evidence.add(draft, sent(data), by=draft.user))

    assert Evidence.objects.count() == 1
    assert len(stored_files(storage)) == 2


def test_a_row_that_cannot_be_written_leaves_no_file(draft: Draft, storage: Path, monkeypatch):
    def fail(**values: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Evidence.objects, "create", fail)

    with pytest.raises(RuntimeError):
        evidence.add(draft, sent(picture()), by=draft.user)

    assert stored_files(storage) == []


def test_a_photo_for_a_draft_that_was_sent_meanwhile_leaves_nothing(draft: Draft, storage: Path):
    Draft.objects.filter(pk=draft.pk).delete()

    with pytest.raises(Draft.DoesNotExist):
        evidence.add(draft, sent(picture()), by=draft.user)

    assert stored_files(storage) == []


def test_removing_a_photo_removes_its_files(
    draft: Draft, storage: Path, quick: None, django_capture_on_commit_callbacks
):
    [photo] = evidence.add(draft, sent(picture()), by=draft.user)

    with django_capture_on_commit_callbacks(execute=True):
        evidence.remove(photo)

    assert stored_files(storage) == []


def test_throwing_a_draft_away_removes_its_photos(
    draft: Draft, storage: Path, quick: None, django_capture_on_commit_callbacks
):
    evidence.add(draft, sent(picture()), by=draft.user)

    with django_capture_on_commit_callbacks(execute=True):
        drafts.discard(draft)

    assert not Evidence.objects.exists()
    assert stored_files(storage) == []


def test_files_without_a_row_are_purged_after_a_day(draft: Draft, storage: Path):
    [photo] = evidence.add(draft, sent(picture()), by=draft.user)
    (storage / "evidence" / "ab").mkdir(parents=True, exist_ok=True)
    old, young = storage / "evidence/ab/ab1.jpg", storage / "evidence/ab/ab2.jpg"
    for file in (old, young):
        file.write_bytes(b"left over")
    yesterday = time.time() - timedelta(hours=25).total_seconds()
    for file in (old, *(storage / key for key in photo.keys)):
        os.utime(file, (yesterday, yesterday))

    deleted = evidence.purge_files()

    assert deleted == 1
    assert not old.exists()
    assert young.exists()
    assert all(default_storage.exists(key) for key in photo.keys)
