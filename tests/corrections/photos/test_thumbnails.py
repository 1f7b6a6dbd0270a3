"""Thumbnails: small pictures for lists, seen by whoever may see the photo, and logged as a list."""

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from citizens.models import RecordVisit
from corrections.models import Correction, Draft, Evidence
from corrections.photos import evidence
from tests.conftest import SignIn
from tests.pictures import certificate, keep_files_in, picture
from tests.world import World
from vaxreg.photos import cleaning
from vaxreg.photos.cleaning import Picture


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings):
    keep_files_in(tmp_path, settings)
    return tmp_path


def paper(case: Correction, world: World, made: Picture) -> Evidence:
    """Add a photo to a case that was filed."""
    with evidence.write_files(made, by=world.user("lan"), about=case.citizen) as columns:
        return Evidence.objects.create(filing=case.filing, **columns)


def taken() -> Picture:
    data = io.BytesIO()
    certificate().save(data, "JPEG")
    return cleaning.clean(data.getvalue())[0]


def from_before(made: Picture) -> Picture:
    """The same photo as it was stored before there were thumbnails."""
    return Picture(made.whole, made.preview, made.width, made.height, made.measures)


def whole(photo: Evidence) -> str:
    return f"/corrections/evidence/{photo.public_id}/"


def address(photo: Evidence) -> str:
    return f"{whole(photo)}?size=thumbnail"


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((4000, 3000), (144, 108)),
        ((3000, 4000), (108, 144)),
        ((400, 300), (144, 108)),
        ((1000, 100), (144, 14)),
        ((40, 30), (40, 30)),
    ],
)
def test_a_thumbnail_has_at_most_144_pixels_and_few_bytes(size, small):
    [made] = cleaning.clean(picture(size=size))

    assert Image.open(io.BytesIO(made.thumbnail)).size == small
    assert len(made.thumbnail) < 6_000


def test_the_thumbnail_of_a_real_paper_is_small_in_bytes():
    assert 0 < len(taken().thumbnail) < 8_000


def test_the_desk_gets_the_small_file_and_not_the_photo(
    world: World, correction: Correction, as_staff: SignIn
):
    made = taken()
    photo = paper(correction, world, made)

    answer = as_staff(world.user("minh")).get(address(photo))

    assert answer.getvalue() == made.thumbnail
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_photo_from_before_gets_its_thumbnail_when_a_list_first_asks(
    world: World, correction: Correction, as_staff: SignIn
):
    photo = paper(correction, world, from_before(taken()))
    assert not default_storage.exists(photo.thumbnail_key)
    minh = as_staff(world.user("minh"))

    first, second = (minh.get(address(photo)).getvalue() for _number in range(2))

    assert max(Image.open(io.BytesIO(first)).size) == 144
    assert default_storage.exists(photo.thumbnail_key)
    assert first == second


@pytest.mark.parametrize("preview", [b"", b"no photo", picture()[:200], picture("PNG")])
def test_a_preview_that_nobody_can_read_has_no_thumbnail(
    world: World, correction: Correction, as_staff: SignIn, preview: bytes
):
    photo = paper(correction, world, Picture(b"whole", preview, 10, 10))

    assert as_staff(world.user("minh")).get(address(photo)).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("minh", 200), ("huong", 200), ("phuc", 403), ("tuan", 404), ("duc", 404), ("mai", 404)],
)
def test_who_may_not_see_the_photo_sees_no_thumbnail(
    world: World, correction: Correction, as_staff: SignIn, who: str, status: int
):
    photo = paper(correction, world, taken())
    client = as_staff(world.user(who))

    for url in (address(photo), whole(photo)):
        answer = client.get(url)
        # A file is closed once it was read.
        assert not answer.streaming or answer.getvalue()
        assert answer.status_code == status


def test_a_thumbnail_is_logged_as_part_of_a_list_once_a_day_and_the_photo_as_a_reading(
    world: World, correction: Correction, as_staff: SignIn
):
    photo = paper(correction, world, taken())
    minh = as_staff(world.user("minh"))
    visits = RecordVisit.objects.filter(user=world.user("minh"), citizen=correction.citizen)

    minh.get(address(photo))
    minh.get(address(photo))
    assert list(visits.values_list("why", flat=True)) == ["list"]

    assert minh.get(whole(photo)).getvalue()
    assert sorted(visits.values_list("why", flat=True)) == ["list", "review"]


def test_with_the_photo_goes_its_thumbnail(
    world: World, django_capture_on_commit_callbacks, storage: Path
):
    draft = Draft.objects.create(user=world.user("lan"), citizen=world.citizens["lan"])
    photo = evidence.store(draft, taken(), by=draft.user)
    assert len([path for path in storage.rglob("*") if path.is_file()]) == 3

    with django_capture_on_commit_callbacks(execute=True):
        evidence.remove(photo)

    assert not [path for path in storage.rglob("*") if path.is_file()]


def test_a_photo_that_could_not_be_stored_leaves_no_thumbnail(world: World, storage: Path):
    lan = world.citizens["lan"]

    with (
        pytest.raises(RuntimeError),
        evidence.write_files(taken(), by=world.user("lan"), about=lan),
    ):
        raise RuntimeError

    assert not [path for path in storage.rglob("*") if path.is_file()]
