"""Warnings about photos: certificates drawn sharp, then blurred, darkened, reduced, sent again."""

import io

import pytest
from django.utils import timezone
from PIL import Image, ImageFilter

from corrections.models import Draft, Evidence
from corrections.photos import evidence
from corrections.prechecks import photos
from corrections.prechecks.rules import Code, from_json
from portal import drafts
from tests.cases import file_one
from tests.pictures import certificate
from tests.world import World
from vaxreg.photos import cleaning


def saved(picture: Image.Image, quality: int = 88) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def blurred(radius: float) -> Image.Image:
    return certificate().filter(ImageFilter.GaussianBlur(radius))


def lit(times: float, plus: int = 0) -> Image.Image:
    return certificate().point(lambda level: min(255, int(level * times) + plus))


def resized(width: int, height: int) -> Image.Image:
    return certificate().resize((width, height), Image.Resampling.LANCZOS)


def screenshot(ink: str, ground: str) -> Image.Image:
    """Draw a message on a telephone: few words on much empty ground."""
    screen = Image.new("RGB", (720, 1280), ground)
    words = certificate().convert("L").point(lambda level: 255 if level < 128 else 0)
    screen.paste(Image.new("RGB", (560, 180), ink), (80, 300), words.crop((60, 160, 620, 340)))
    return screen


def codes(picture: Image.Image) -> set[Code]:
    [made] = cleaning.clean(saved(picture))
    return {warning.code for warning in photos.warnings_about_picture(made)}


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (certificate(), set()),
        (certificate().resize((1760, 1300)), set()),
        (certificate().rotate(90, expand=True), set()),
        (blurred(1), set()),
        (blurred(2), {Code.PHOTO_BLURRED}),
        (blurred(6), {Code.PHOTO_BLURRED}),
        (lit(0.5), set()),
        (lit(0.4), {Code.PHOTO_TOO_DARK}),
        (lit(0.1), {Code.PHOTO_TOO_DARK}),
        (lit(1, 60), set()),
        (lit(1, 160), {Code.PHOTO_TOO_BRIGHT}),
        (resized(867, 640), set()),
        (resized(865, 639), {Code.PHOTO_TOO_SMALL}),
        (screenshot("black", "white"), set()),
        (screenshot("white", "#101418"), set()),
    ],
)
def test_a_photo_is_judged_by_what_can_be_read_of_it(picture: Image.Image, expected: set[Code]):
    assert codes(picture) == expected


def test_a_picture_of_one_colour_is_no_trouble_to_measure():
    assert codes(Image.new("RGB", (1, 1), "white")) >= {Code.PHOTO_TOO_SMALL}


@pytest.fixture(autouse=True)
def storage(tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path)}},
    }


@pytest.fixture
def draft(world: World) -> Draft:
    return drafts.begin(world.user("lan"), world.citizens["lan"])


def keep(draft: Draft, picture: Image.Image, quality: int = 88) -> Evidence:
    [made] = cleaning.clean(saved(picture, quality))
    return evidence.store(draft, made, by=draft.user)


def kept_codes(photo: Evidence) -> set[Code]:
    photo.refresh_from_db()
    return {warning.code for warning in from_json(photo.warnings)}


@pytest.mark.parametrize(
    ("copy", "quality"),
    [
        (certificate(), 40),
        (resized(1500, 1108), 88),
        (resized(440, 325), 88),
        (lit(1.15), 88),
        (certificate().rotate(1), 88),
        (certificate().rotate(-1), 70),
    ],
)
def test_nearly_the_same_picture_again_is_noticed(
    world: World, draft: Draft, copy: Image.Image, quality: int
):
    keep(draft, certificate())

    again = keep(draft, copy, quality)

    assert Code.PHOTO_TWICE in kept_codes(again)


@pytest.mark.parametrize("other", ["her child", "binh"])
def test_another_paper_on_the_same_form_is_no_copy(world: World, draft: Draft, other: str):
    keep(draft, certificate())

    assert kept_codes(keep(draft, certificate(other))) == set()


def test_a_picture_sent_with_an_earlier_proposal_is_noticed_with_its_day(
    world: World, draft: Draft
):
    first = keep(draft, certificate())
    first.draft, first.filing = None, file_one(world).filing
    first.save()

    again = keep(draft, certificate(), 50)

    (warning,) = from_json(again.warnings)
    assert warning.code == Code.PHOTO_SENT_BEFORE
    assert warning.values["day_sent"] == timezone.localdate(first.uploaded_at).isoformat()


def test_somebody_elses_picture_is_not_compared(world: World, draft: Draft):
    keep(drafts.begin(world.user("binh"), world.citizens["binh"]), certificate())

    assert kept_codes(keep(draft, certificate(), 50)) == set()


def test_with_one_of_two_copies_gone_the_other_needs_no_warning(world: World, draft: Draft):
    first = keep(draft, certificate())
    again = keep(draft, certificate(), 50)

    evidence.remove(first)

    assert kept_codes(again) == set()


def test_a_preview_that_is_lost_is_no_reason_to_refuse_the_next_photo(world: World, draft: Draft):
    first = keep(draft, certificate())
    evidence.default_storage.delete(first.preview_key)

    assert kept_codes(keep(draft, certificate(), 50)) == set()
