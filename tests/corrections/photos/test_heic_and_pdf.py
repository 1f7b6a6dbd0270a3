"""HEIC photos and PDFs of the paper: read in the separate process, or refused with words."""

import io
import os
import zlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from PIL import Image

from accounts.models import Attempt
from corrections.models import Draft, Evidence
from corrections.photos import evidence
from corrections.prechecks.rules import Code, from_json
from portal import drafts
from tests.corrections.photos.heic_files import ALPHA, BIG, PAPER, SIDEWAYS, TWO
from tests.pictures import certificate, keep_files_in, pdf, picture
from tests.world import World
from vaxreg.photos import cleaning

INK = b"0 0 1 rg 40 40 60 60 re f"


def scan(photo: Image.Image) -> bytes:
    out = io.BytesIO()
    photo.save(out, "PDF")
    return out.getvalue()


def written(
    *more: bytes, drawn: bytes = INK, of_page: bytes = b"", root: bytes = b"", tail: bytes = b""
) -> bytes:
    """Write a PDF of one page by hand; more: objects from number 5 on."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R %s>>" % root,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R %s>>"
        % (of_page if b"/MediaBox" in of_page else b"/MediaBox[0 0 200 300]" + of_page),
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        *more,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, tail, len(out))
    )


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\); this.exportDataObject\\({}\\))>>"
LOCK = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>/ID[<00><00>]" % (
    b"11" * 32,
    b"22" * 32,
)
# Each form draws the next one ten times: ten thousand million rectangles.
NESTED = [
    b"<</Type/XObject/Subtype/Form/BBox[0 0 200 300]/Resources<</XObject<</X %d 0 R>>>>/Length %d>>"
    b"stream\n%s\nendstream" % (number + 1, len(content), content)
    for number in range(5, 15)
    for content in [b"/X Do " * 10 if number < 14 else INK]
]
SQUEEZED = zlib.compress(b"\0" * 60_000_000, 9)
BOMB = (
    b"<</Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceRGB"
    b"/BitsPerComponent 8/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
    % (len(SQUEEZED), SQUEEZED)
)

ACCEPTED = {
    "heic": (PAPER, 1),
    "heic taken sideways, with a position": (SIDEWAYS, 1),
    "heic with transparency": (ALPHA, 1),
    "heic of two pictures": (TWO, 1),
    "heic with html after it": (PAPER + b"<html><script>alert(1)</script>", 1),
    "heic with a pdf after it": (PAPER + written(), 1),
    "scan as a pdf": (scan(certificate()), 1),
    "pdf of two pages": (pdf("red", "blue"), 2),
    "pdf with an empty page": (pdf("red", "white"), 1),
    "pdf with a script": (
        written(SCRIPT, root=b"/OpenAction 5 0 R", of_page=b"/AA<</O 5 0 R>>"),
        1,
    ),
    "pdf with an attachment": (
        written(
            b"<</Type/Filespec/F(x.exe)/EF<</F 6 0 R>>>>",
            b"<</Type/EmbeddedFile/Length 2>>stream\nMZ\nendstream",
            root=b"/Names<</EmbeddedFiles<</Names[(x.exe) 5 0 R]>>>>",
        ),
        1,
    ),
    "pdf that calls an address and a program": (
        written(
            b"<</S/URI/URI(http://127.0.0.1:1/)>>",
            b"<</S/Launch/F(/bin/sh)>>",
            root=b"/OpenAction 6 0 R",
            of_page=b"/AA<</O 5 0 R>>",
        ),
        1,
    ),
    "pdf with an empty line in front": (b"\r\n\xef\xbb\xbf" + written(), 1),
    "pdf with a zip after it": (written() + b"PK\x03\x04" + b"\0" * 300, 1),
    "pdf padded with zeros": (written() + b"\0" * 9000, 1),
    "pdf that is an html page too": (written() + b"<html><script>alert(1)</script>", 1),
    "pdf of a huge page": (
        written(drawn=b"0 0 9000 9000 re f", of_page=b"/MediaBox[0 0 14400 14400]"),
        1,
    ),
    "pdf whose page is its own parent's parent": (written(root=b"/Outlines 1 0 R"), 1),
    "jpeg that is a pdf too": (picture(comment=written()), 1),
}

REFUSED = {
    "only the head of a heic": (b"\0\0\0\x18ftypheic" + b"\0" * 50, "broken"),
    "heic cut in half": (PAPER[: len(PAPER) // 2], "broken"),
    "heic without its last tenth": (PAPER[: len(PAPER) * 9 // 10], "broken"),
    "heic head before html": (PAPER[:24] + b"<html>", "broken"),
    "heic head before a jpeg": (PAPER[:24] + picture(), "broken"),
    "26 megapixels in 7 KB of heic": (BIG, "pixels"),
    "avif that calls itself heif": (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif" + b"\0" * 90, "broken"),
    "film": (b"\0\0\0\x18ftypmp42" + b"\0" * 90, "type"),
    "only the head of a pdf": (b"%PDF-1.7\n1 0 obj", "broken"),
    "pdf cut in half": (scan(certificate())[:20_000], "broken"),
    "pdf without its last line but one": (written().replace(b"startxref", b""), "broken"),
    "pdf of noise": (b"%PDF-1.7\n" + os.urandom(4000) + b"\nstartxref\n9\n%%EOF", "broken"),
    "pdf without pages": (
        written().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[     ]/Count 0"),
        "broken",
    ),
    "pdf with a password": (written(tail=LOCK), "locked"),
    "pdf that shows nothing": (written(drawn=b""), "blank"),
    "pdf that is only a script": (written(SCRIPT, drawn=b"", root=b"/OpenAction 5 0 R"), "blank"),
    "pdf of 3,600 megapixels that unpack to 60 MB": (
        written(
            BOMB,
            drawn=b"200 0 0 300 0 0 cm /X Do",
            of_page=b"/Resources<</XObject<</X 5 0 R>>>>",
        ),
        "blank",
    ),
    "pdf that draws for hours": (
        written(*NESTED, drawn=b"/X Do", of_page=b"/Resources<</XObject<</X 5 0 R>>>>"),
        "broken",
    ),
    "html that names pdf": (b"<html>%PDF-1.7 startxref %%EOF", "type"),
    "pdf behind a page of html": (b"<html>" + written(), "type"),
    "postscript": (b"%!PS-Adobe-3.0\nshowpage\n", "type"),
}


@pytest.fixture
def draft(world: World, settings, tmp_path: Path) -> Draft:
    keep_files_in(tmp_path, settings)
    return drafts.begin(world.user("lan"), world.citizens["lan"])


def add(draft: Draft, data: bytes) -> list[Evidence]:
    upload = SimpleUploadedFile("x.jpg", data, content_type="image/jpeg")
    return evidence.add(draft, upload, by=draft.user)


@pytest.mark.parametrize(("data", "count"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_heic_photo_or_a_pdf_becomes_jpegs_with_nothing_else_in_them(data: bytes, count: int):
    made = cleaning.clean(data)

    assert len(made) == count
    for file in [file for one in made for file in (one.whole, one.preview, one.thumbnail)]:
        photo = Image.open(io.BytesIO(file))
        photo.load()
        assert photo.format == "JPEG"
        assert set(photo.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        for trace in (b"Nokia", b"secret", b"<script", b"JavaScript", b"PK\x03\x04", b"%PDF"):
            assert trace not in file


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_with_its_own_words(draft: Draft, data: bytes, code: str):
    with pytest.raises(ValidationError) as refused:
        add(draft, data)

    assert refused.value.code == code
    assert not Evidence.objects.exists()


def test_a_heic_photo_taken_sideways_stands_upright():
    [made] = cleaning.clean(SIDEWAYS)

    assert (made.width, made.height) == (240, 320)


def test_a_page_is_drawn_large_enough_to_read_and_no_larger():
    [made] = cleaning.clean(written())
    [huge] = cleaning.clean(ACCEPTED["pdf of a huge page"][0])

    assert (made.width, made.height) == (1560, 2340)
    assert (huge.width, huge.height) == (2340, 2340)


def test_of_a_long_pdf_three_pages_are_taken_and_that_is_said(draft: Draft):
    added = add(draft, pdf("red", "blue", "green", "black", "brown"))

    warnings = [from_json(photo.warnings) for photo in added]
    told = [[one for one in found if one.code == Code.PAGES_LEFT_OUT] for found in warnings]
    assert [len(found) for found in told] == [0, 0, 1]
    with override("en"):
        assert told[2][0].sentence == "The PDF has 5 pages; only the first three were taken."


def test_a_pdf_is_one_try_of_the_day(draft: Draft):
    add(draft, pdf("red", "blue"))

    assert Attempt.objects.filter(purpose="photo").count() == 1
    assert Evidence.objects.filter(draft=draft).count() == 2


def test_a_pdf_with_more_pages_than_there_is_room_for_leaves_nothing(draft: Draft, tmp_path: Path):
    for colours in (("red", "blue"), ("green", "black")):
        add(draft, pdf(*colours))

    with pytest.raises(ValidationError) as refused, override("en"):
        add(draft, pdf("brown", "pink"))

    assert refused.value.code == "too_many"
    assert "This PDF has 2 pages, and there is room for 1 more." in refused.value.messages[0]
    assert Evidence.objects.count() == 4
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 12


def test_a_page_that_is_there_already_is_not_kept_twice(draft: Draft):
    add(draft, pdf("red", "blue"))

    more = add(draft, pdf("red", "red", "black"))
    with pytest.raises(ValidationError) as refused:
        add(draft, pdf("red", "blue"))

    assert len(more) == 1
    assert Evidence.objects.count() == 3
    assert refused.value.code == "twice"
