"""The page that checks certificates: one word for each, and no way to look anybody up."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from certificates.check import views
from certificates.dcc import coding
from certificates.dcc.uvci import code_in_groups
from certificates.issuing import statement_of
from certificates.keys.private import signer
from certificates.models import Certificate, Role
from tests import world as worlds
from tests.certificates.scene import issued, qr_of
from tests.conftest import SignIn
from tests.pages import text_of
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.usefixtures("certificate_keys")
ENGLISH = "/check/?lang=en"


@pytest.fixture
def hers(world: World) -> Certificate:
    """Lan's certificate of her one dose."""
    worlds.dose(world)
    [one] = issued(world.citizens["lan"])
    return one


def check(text: str, **more: Any) -> Any:
    return Client().post(ENGLISH, {"text": text, **more})


def answer_of(response: Any) -> str:
    """Return the one answer of a page; those a script may show stand in templates."""
    result = response.content.decode().split("data-check-result", 1)[1].split("data-check>", 1)[0]
    return result.split('data-verdict="')[1].split('"')[0] if "data-verdict" in result else ""


def signed(certificate: Certificate, issued_at: datetime, expires_at: datetime) -> bytes:
    """Return the message of a QR code by the centre's key, with these times."""
    claims = coding.claims(statement_of(certificate), issued_at, expires_at)
    return signer(Role.CENTRE).key.sign(claims)


def photo(picture: Image.Image) -> SimpleUploadedFile:
    file = BytesIO()
    picture.save(file, "JPEG", quality=80)
    return SimpleUploadedFile("qr.jpg", file.getvalue(), "image/jpeg")


def test_each_text_gets_its_answer(hers: Certificate):
    text = qr_of(hers)
    now, hour = db_time.now(), timedelta(hours=1)
    texts = {
        text: "valid",
        f"\r\n{text[:80]}\n{text[80:]} ": "valid",
        # By the right key, and the registry knows nothing of it.
        coding.text_of(signed(hers, now, now + hour)): "not_ours",
        text[:-30]: "damaged",
        "HC1:": "damaged",
        "https://sotiem.example.vn/follow/": "not_ours",
        "Nguyễn Thị Lan, sinh ngày 02/03/1988, Phường Bưởi": "not_ours",
    }

    assert {sent: answer_of(check(sent)) for sent in texts} == texts


def test_after_a_year_it_has_expired(hers: Certificate, monkeypatch):
    later = db_time.now() + timedelta(days=366)
    monkeypatch.setattr(db_time, "now", lambda: later)

    assert answer_of(check(qr_of(hers))) == "expired"


@pytest.mark.parametrize(
    ("status", "answer", "advice"),
    [("superseded", "replaced", "Ask for the new one."), ("revoked", "revoked", "any more")],
)
def test_one_that_ended_says_how_and_since_when(hers: Certificate, status, answer, advice):
    ended = {"ended_at": db_time.now(), "ended_why": Certificate.Why.DOSE_CHANGED}
    Certificate.objects.filter(pk=hers.pk).update(status=status, **ended)

    page = check(qr_of(hers))

    assert answer_of(page) == answer
    assert advice in text_of(page)
    assert "Counts no more since" in text_of(page)


def test_no_more_is_shown_than_a_look_at_an_identity_paper_needs(hers: Certificate):
    page = check(qr_of(hers))

    for word in ("NGUYỄN T. L.", "AstraZeneca", "29/08/2021", "1/2"):
        assert word in text_of(page)
    for word in ("Nguyễn Thị Lan", "Thị Lan", hers.uvci, hers.code, "ABX4112", "Phường Bưởi"):
        assert word not in page.content.decode()


def test_a_photo_of_the_code_is_read(hers: Certificate):
    drawn = BytesIO()
    segno.make(qr_of(hers), error="q", micro=False).save(drawn, kind="png", scale=6, border=4)
    paper = Image.new("RGB", (1500, 1100), "wheat")
    paper.paste(Image.open(drawn).convert("RGB"), (300, 150))

    assert answer_of(check("", photo=photo(paper.rotate(7, fillcolor="wheat")))) == "valid"


def test_what_cannot_be_checked_gets_words_at_its_field(hers: Certificate):
    blank = check("", photo=photo(Image.new("RGB", (600, 400), "wheat")))
    unknown = check("9XK2-7QPD-4TVM")
    nothing = check(" ")

    assert [one.status_code for one in (blank, unknown, nothing)] == [422] * 3
    assert "No QR code can be read on this photo." in text_of(blank)
    assert "No certificate has this code." in text_of(unknown)
    assert 'value="9XK2-7QPD-4TVM"' in unknown.content.decode()
    assert "Choose a photo of the QR code" in text_of(nothing)


def test_a_short_code_is_found_as_people_type_it(hers: Certificate):
    assert answer_of(check(f" {code_in_groups(hers.code).lower()} ")) == "valid"
    # In an address it is looked up by nobody.
    assert answer_of(Client().get("/check/", {"text": hers.code, "code": hers.code})) == ""


def test_nobody_tries_codes_one_after_the_other(hers: Certificate):
    tries = views.CODES[0][0]
    answers = [check("9XK2-7QPD-4TVM").status_code for _ in range(tries)]
    stopped = check(hers.code)

    assert answers == [422] * tries
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["Retry-After"]) <= 60
    assert "NGUYỄN" not in stopped.content.decode()
    assert "the page answers again from" in text_of(stopped)
    # What proves itself is checked on; a guard behind the same address goes on.
    assert answer_of(check(qr_of(hers))) == "valid"


def test_photos_and_texts_have_a_limit_too(hers: Certificate, monkeypatch):
    monkeypatch.setattr(views, "CHECKS", ((2, timedelta(minutes=1)),))

    assert [check("https://x.vn").status_code for _ in range(3)] == [200, 200, 429]


def test_the_page_knows_nobody(world: World, as_citizen: SignIn):
    lan = as_citizen(world.user("lan"))

    mine, anybodys = lan.get("/check/"), Client().get("/check/")

    assert "Nguyễn Thị Lan" not in mine.content.decode()
    assert "data-owner" not in mine.content.decode()
    assert "csrf" not in mine.content.decode()
    for page in (mine, anybodys, check("https://x.vn")):
        assert not page.cookies
        assert "noindex" in page.content.decode()
    assert anybodys.headers["Content-Language"] == "vi"
    assert "camera=(self)" in anybodys.headers["Permissions-Policy"]
    assert "camera=()" in Client().get("/").headers["Permissions-Policy"]
    assert "Kiểm tra chứng nhận tiêm chủng" in text_of(anybodys)
