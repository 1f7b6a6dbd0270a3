"""A certificate on paper: it says what the certificate says, and its code is read from the paper."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import translation

from certificates import card, printing
from certificates.models import CertificatePrint
from citizens.looking.told import staff_visits
from citizens.models import RecordLink
from doses import actions
from tests.certificates.scene import issued, qr_of
from tests.factories.citizens import RecordLinkFactory
from tests.vaxreg.papers import pdfs
from tests.world import dose
from vaxreg import ui

pytestmark = pytest.mark.django_db
PAGES = ("a4.pdf", "wallet.pdf", "print/")


@pytest.fixture
def certificate(world, certificate_keys):
    """Lan's, of her second dose."""
    dose(world)
    dose(world, given_on=date(2021, 11, 1), ordinal=2)
    return issued(world.citizens["lan"])[1]


@pytest.mark.parametrize("form", printing.Form.values)
def test_the_paper_says_what_the_certificate_says_and_its_code_is_read_back(
    world, certificate, form
):
    lan = world.citizens["lan"]
    held = card.held_of(lan, certificate.public_id)

    with translation.override("en"):
        content = printing.as_pdf(held, form)

    found = pdfs.elements(content)
    spoken = [words for _tag, words in found]
    for words in (
        lan.full_name,
        "27/03/1988",
        "27 Mar 1988",
        "2/2",
        held.vaccine,
        "ABX4112",
        "01/11/2021",
        "Việt Nam",
        "Bộ Y tế Việt Nam",
        ui.day(held.expires_at),
        held.code,
        certificate.uvci,
        "/check/",
    ):
        assert any(words in one for one in spoken), words
    title = next(words for tag, words in found if tag == "H1")
    assert title == "Chứng nhận tiêm chủng COVID-19COVID-19 vaccination certificate"
    # The name is told before the code, and the code in words.
    order = [tag for tag, words in found if tag == "Figure" or lan.full_name in words]
    assert order == ["P", "Figure"]
    assert ("Figure", "Mã QR của chứng nhận") in found
    assert b"/Lang (vi)" in content
    assert pdfs.codes_on(content) == [qr_of(certificate)]


def test_the_code_on_a4_is_at_least_six_centimetres_wide(world, certificate):
    held = card.held_of(world.citizens["lan"], certificate.public_id)
    image = pdfs.picture(printing.as_pdf(held, "a4"), dots_per_inch=127)

    # Five dots a millimetre: the code is the only thing as black as this on the left.
    left = image.crop((0, 480, image.width // 2, 1000)).point(lambda dot: 255 if dot < 5 else 0)
    west, _north, east, _south = left.getbbox()

    assert (east - west) / 5 >= 60


def test_a_long_name_stays_on_the_paper(world, certificate_keys):
    lan = world.citizens["lan"]
    lan.full_name = "Nguyễn " + "Tôn Nữ Thiên Hương Phượng " * 4 + "Lan"
    lan.save()
    dose(world)
    (made,) = issued(lan)
    held = card.held_of(lan, made.public_id)

    for form in printing.Form.values:
        assert pdfs.codes_on(printing.as_pdf(held, form)) == [held.text]


def test_papers_are_for_those_who_may_open_the_record(world, certificate, as_citizen):
    RecordLinkFactory.create(user=world.user("binh"), citizen=world.citizens["lan"], relative=True)
    pages = [f"/record/certificates/{certificate.public_id}/{page}" for page in PAGES]

    for who in ("lan", "binh"):
        browser = as_citizen(world.user(who))
        for page in pages:
            answer = browser.get(page)
            assert answer.status_code == 200
            assert b"%PDF" in answer.content or certificate.uvci in answer.content.decode()
    assert browser.get(pages[0])["Content-Disposition"] == (
        'attachment; filename="chung-nhan-a4.pdf"'
    )

    RecordLink.objects.filter(user=world.user("binh"), citizen=world.citizens["lan"]).delete()
    assert {browser.get(page).status_code for page in pages} == {404}


def test_a_nurse_prints_and_the_person_reads_it(world, certificate, as_staff, as_citizen):
    lan = world.citizens["lan"]
    nurse = as_staff(world.user("minh"))
    page = f"/counter/people/{lan.public_id}/certificates/"
    assert page in nurse.get(f"/counter/people/{lan.public_id}/").content.decode()

    answers = [nurse.post(f"{page}{certificate.public_id}/{form}/") for form in ("a4", "wallet")]

    for answer in answers:
        assert answer.status_code == 200
        assert f"In tại {world.buoi.name}" in pdfs.text_of(answer.content)
    rows = CertificatePrint.objects.filter(certificate=certificate, by=world.user("minh"))
    assert {row.form for row in rows} == {"a4", "wallet"}
    assert {row.organization for row in rows} == {world.buoi}
    assert "đã in 2 lần" in nurse.get(page).content.decode()
    seen = next(one for one in staff_visits(lan) if one.doing == "đã in chứng nhận tiêm chủng")
    assert (seen.times, world.buoi.name in seen.who) == (2, True)
    own = as_citizen(world.user("lan")).get("/record/certificates/").content.decode()
    assert f"Đã in tại {world.buoi.name}" in " ".join(own.split())


def test_what_does_not_count_or_is_somebody_elses_is_never_printed(world, certificate, as_staff):
    lan, minh = world.citizens["lan"], world.user("minh")
    nurse = as_staff(minh)
    child = world.citizens["child"].public_id

    def printed(person, form="a4"):
        page = f"/counter/people/{person}/certificates/{certificate.public_id}/{form}/"
        return nurse.post(page).status_code

    assert printed(child) == 404
    assert printed(lan.public_id, "poster") == 404
    RecordLinkFactory.create(user=minh, citizen=lan, relative=True)
    assert printed(lan.public_id) == 403
    RecordLink.objects.filter(user=minh, citizen=lan).delete()
    with pytest.raises(PermissionDenied):
        printing.print_for(lan, certificate.public_id, "a4", site=world.lang_thuong, by=minh)
    actions.mark_entered_in_error(certificate.dose, by=None, why="never given")
    assert printed(lan.public_id) == 404

    assert not CertificatePrint.objects.exists()


def test_that_it_was_printed_is_never_rewritten(world, certificate):
    lan, minh = world.citizens["lan"], world.user("minh")
    printing.print_for(lan, certificate.public_id, "a4", site=world.buoi, by=minh)

    with pytest.raises(IntegrityError), transaction.atomic():
        CertificatePrint.objects.update(form="wallet")


def test_staff_read_why_there_is_none_and_what_to_do(world, certificate_keys, as_staff):
    dose(world, provenance="self_declared")
    lan = world.citizens["lan"]

    text = as_staff(world.user("minh")).get(f"/counter/people/{lan.public_id}/certificates/")

    assert "Điểm tiêm chưa xác nhận mũi này" in text.content.decode()
    assert f'href="/counter/people/{lan.public_id}/"' in text.content.decode()
