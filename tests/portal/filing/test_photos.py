"""Photos of the paper: adding them while filing, and who sees them afterwards."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from citizens.models import RecordVisit
from corrections import actions
from corrections.models import Correction, Draft, Evidence
from corrections.photos import evidence
from doses.models import Dose
from tests.conftest import SignIn
from tests.pictures import pdf
from tests.portal.filing.walk import choose, look, photo, send
from tests.world import World


def test_neither_photo_nor_words_is_said(lan: Client, dose: Dose):
    lan.post(choose(lan, dose.public_id), {"vaccine": "PF"})

    answer = lan.post("/corrections/new/photos/", {})
    without_words = lan.post("/corrections/new/photos/", {"has_no_paper": "on"})

    assert answer.status_code == without_words.status_code == 422
    assert "Add a photo of the paper" in answer.content.decode()
    assert "Write where and when" in without_words.content.decode()


def test_of_several_photos_the_good_ones_are_kept_and_each_bad_one_is_named(
    lan: Client, dose: Dose
):
    choose(lan, dose.public_id)
    bad = SimpleUploadedFile("y.jpg", b"<html>", content_type="image/jpeg")
    heic = SimpleUploadedFile("z.jpg", b"\0\0\0\x18ftypheic" + b"\0" * 20)

    answer = lan.post("/corrections/new/photos/", {"add": "1", "photos": [photo(), bad, heic]})

    content = answer.content.decode()
    assert answer.status_code == 422
    assert Evidence.objects.count() == 1
    assert "Photo 2: This is not a photo" in content
    assert "Photo 3: This file is damaged" in content
    assert "y.jpg" not in content


def test_a_pdf_is_taken_page_by_page_and_what_is_missing_is_said(lan: Client, dose: Dose):
    choose(lan, dose.public_id)
    scan = SimpleUploadedFile("z.pdf", pdf("red", "blue", "green", "black"), "application/pdf")

    lan.post("/corrections/new/photos/", {"add": "1", "photos": [scan]})

    content = lan.get("/corrections/new/photos/").content.decode()
    assert Evidence.objects.count() == 3
    assert "The PDF has 4 pages; only the first three were taken." in content


def test_the_chooser_offers_photos_of_all_phones_and_pdfs(lan: Client, dose: Dose):
    choose(lan, dose.public_id)

    content = lan.get("/corrections/new/photos/").content.decode()

    accepted = content.split('accept="')[1].split('"')[0].split(",")
    kinds = {"image/jpeg", "image/png", "image/webp", "image/heic", ".heic", "application/pdf"}
    assert kinds <= set(accepted)


@pytest.mark.parametrize(("again", "status"), [({}, 422), ({"X-Upload-Again": "1"}, 302)])
def test_a_photo_that_is_sent_again_because_its_answer_was_lost_is_no_mistake(
    lan: Client, dose: Dose, quick: None, again: dict[str, str], status: int
):
    choose(lan, dose.public_id)
    lan.post("/corrections/new/photos/", {"add": "1", "photos": [photo()]})

    answer = lan.post("/corrections/new/photos/", {"add": "1", "photos": [photo()]}, headers=again)

    assert answer.status_code == status
    assert Evidence.objects.count() == 1


def test_what_is_no_photo_is_refused_at_the_second_try_too(lan: Client, dose: Dose):
    choose(lan, dose.public_id)
    bad = SimpleUploadedFile("y.jpg", b"<html>", content_type="image/jpeg")

    answer = lan.post(
        "/corrections/new/photos/", {"add": "1", "photos": [bad]}, headers={"X-Upload-Again": "1"}
    )

    assert answer.status_code == 422


def test_a_photo_can_be_taken_out_again(lan: Client, dose: Dose, quick: None):
    choose(lan, dose.public_id)
    lan.post("/corrections/new/photos/", {"add": "1", "photos": [photo()]})

    answer = lan.post(
        "/corrections/new/photos/remove/", {"photo": str(Evidence.objects.get().public_id)}
    )

    assert answer.url == "/corrections/new/photos/"
    assert not Evidence.objects.exists()


def test_nobody_takes_out_somebody_elses_photo(
    world: World, lan: Client, dose: Dose, as_citizen: SignIn, quick: None
):
    choose(lan, dose.public_id)
    lan.post("/corrections/new/photos/", {"add": "1", "photos": [photo()]})
    binh = as_citizen(world.user("binh"))
    choose(binh, "missing")

    binh.post("/corrections/new/photos/remove/", {"photo": str(Evidence.objects.get().public_id)})

    assert Evidence.objects.count() == 1


def test_a_request_that_is_too_long_is_not_even_read(lan: Client, dose: Dose):
    choose(lan, dose.public_id)

    answer = lan.post("/corrections/new/photos/", {}, CONTENT_LENGTH=str(60 * 1024 * 1024))

    assert answer.status_code == 302
    assert "too much at once" in lan.get(answer.url).content.decode()


def test_eleven_files_at_once_get_words(lan: Client, dose: Dose):
    choose(lan, dose.public_id)

    files = [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(11)]
    answer = lan.post("/corrections/new/photos/", {"photos": files})

    assert "too much at once" in lan.get(answer.url).content.decode()


def test_photos_from_another_website_are_refused(world: World, lan: Client, dose: Dose):
    choose(lan, dose.public_id)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = lan.cookies

    answer = strict.post("/corrections/new/photos/", {"add": "1", "photos": [photo()]})

    assert answer.status_code == 403
    assert not Evidence.objects.exists()


@pytest.fixture
def filed(world: World, lan: Client, dose: Dose) -> Evidence:
    """Lan's filing with a photo, on the desk of Phường Bưởi."""
    lan.post(choose(lan, dose.public_id), {"vaccine": "PF"})
    lan.post("/corrections/new/photos/", {"photos": [photo()]})
    send(lan, Draft.objects.get())
    actions.route(Correction.objects.get())
    return Evidence.objects.get()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("minh", 200),
        ("huong", 200),
        ("phuc", 403),
        ("tuan", 404),
        ("duc", 404),
        ("mai", 404),
    ],
)
def test_staff_see_a_photo_only_within_their_reach(
    world: World, filed: Evidence, as_staff: SignIn, who: str, status: int
):
    for query in ("", "?size=preview"):
        url = f"/corrections/evidence/{filed.public_id}/{query}"
        assert look(as_staff(world.user(who)), url) == status


def test_citizens_see_their_own_photos_and_nobody_elses(
    world: World, lan: Client, filed: Evidence, as_citizen: SignIn
):
    url = f"/corrections/evidence/{filed.public_id}/"

    assert look(lan, url) == 200
    assert look(as_citizen(world.user("binh")), url) == 404
    assert look(Client(), url) == 302


def test_a_nurse_who_came_by_phone_code_alone_sees_no_photo(
    world: World, filed: Evidence, as_citizen: SignIn
):
    answer = as_citizen(world.user("minh")).get(f"/corrections/evidence/{filed.public_id}/")

    assert answer.status_code == 404


def test_a_photo_of_a_draft_is_seen_by_its_writer_alone(
    world: World, lan: Client, dose: Dose, as_staff: SignIn, as_citizen: SignIn, quick: None
):
    choose(lan, dose.public_id)
    lan.post("/corrections/new/photos/", {"add": "1", "photos": [photo()]})
    url = f"/corrections/evidence/{Evidence.objects.get().public_id}/"

    assert look(lan, url) == 200
    assert look(as_staff(world.user("minh")), url) == 404
    assert look(as_citizen(world.user("binh")), url) == 404


def test_a_photo_travels_with_safe_headers(lan: Client, filed: Evidence):
    answer = lan.get(f"/corrections/evidence/{filed.public_id}/")
    head = lan.head(f"/corrections/evidence/{filed.public_id}/")

    body = b"".join(answer.streaming_content)
    for close in head._resource_closers:
        close()
    assert body[:3] == b"\xff\xd8\xff"
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == f'inline; filename="photo-{filed.pk}.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; frame-ancestors 'none'; sandbox"
    )
    assert head.status_code == 200
    assert int(head["Content-Length"]) == len(body)


def test_staff_who_look_at_a_photo_are_on_record_and_the_owner_is_not(
    world: World, lan: Client, filed: Evidence, as_staff: SignIn
):
    url = f"/corrections/evidence/{filed.public_id}/"
    before = RecordVisit.objects.count()

    look(lan, url)
    look(as_staff(world.user("minh")), url)
    look(as_staff(world.user("huong")), url)

    visits = list(RecordVisit.objects.order_by("pk")[before:])
    assert [(visit.user, visit.why, visit.organization) for visit in visits] == [
        (world.user("minh"), "review", world.buoi),
        (world.user("huong"), "oversight", world.tay_ho),
    ]


def test_a_photo_whose_file_is_gone_is_a_page_not_found(lan: Client, filed: Evidence):
    evidence.default_storage.delete(filed.file_key)

    assert lan.get(f"/corrections/evidence/{filed.public_id}/").status_code == 404
