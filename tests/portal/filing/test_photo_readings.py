"""What was read on the photos is offered as a filling; nothing is filled in without a press."""

import re

import pytest
from django.test import Client

from corrections.models import Draft, Evidence, Filing
from corrections.photos import readings
from doses.models import Dose
from portal import drafts
from tests.portal.filing.walk import choose, declaration, photo
from tests.world import World
from vaxreg import db_time

PHOTOS = "/corrections/new/photos/"
CHECK = "/corrections/new/check/"
OTHER = {"vaccine": "PF", "lot": "FK4439", "given_on": "2021-12-30"}


@pytest.fixture
def filing(lan: Client, dose: Dose, quick: None) -> Draft:
    """A draft about Lan's first dose with one photo, on which nothing was read yet."""
    choose(lan, dose.public_id)
    lan.post(PHOTOS, {"add": "1", "photos": [photo()]})
    Evidence.objects.update(width=2000, height=1500)
    return Draft.objects.get()


def was_read(**doses: dict[str, str]) -> None:
    """Say what was read on the newest photo, by number: n1, n2."""
    newest = Evidence.objects.latest("pk")
    newest.doses_read = {name.removeprefix("n"): read for name, read in doses.items()}
    newest.save()


def shown(client: Client, address: str = PHOTOS) -> str:
    content = client.get(address).content.decode()
    part = content.split('id="fillings"')[1].split("id=")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def press(client: Client, address: str = PHOTOS, **typed: str):
    content = client.get(address).content.decode()
    sign = re.search(r'name="use"\s+value="([^"]+)"', content)
    assert sign, content
    return client.post(address, {"use": sign[1], **typed}, follow=True)


def test_what_was_read_is_offered_and_not_filled_in(lan: Client, filing: Draft, dose: Dose):
    was_read(n1=OTHER)

    words = shown(lan)

    assert "Vaccine: Comirnaty (Pfizer-BioNTech) instead of AstraZeneca" in words
    assert "Lot number: FK4439" in words
    assert "Date given: 30/12/2021" in words
    filing.refresh_from_db()
    assert drafts.typed(filing, str(dose.public_id)) == {}


def test_one_press_fills_it_in_and_says_so(lan: Client, filing: Draft, dose: Dose):
    was_read(n1=OTHER)

    answer = press(lan)

    filing.refresh_from_db()
    typed = drafts.typed(filing, str(dose.public_id))
    assert typed == {"vaccine": "PF", "lot": "FK4439", "given_on": "30/12/2021"}
    content = answer.content.decode()
    assert "Filled in for Primary dose 1" in content
    assert 'name="use"' not in content


def test_what_was_typed_is_kept_until_the_press_and_what_was_not_read_after_it(
    lan: Client, filing: Draft, dose: Dose
):
    page = f"/corrections/new/dose/{dose.public_id}/"
    lan.post(page, {"vaccine": "MD", "lot": "ABC1234", "given_on": "29/12/2021"})
    was_read(n1={"lot": "FK4439"})

    assert "Lot number: FK4439 instead of ABC1234" in shown(lan)
    filing.refresh_from_db()
    assert drafts.typed(filing, str(dose.public_id))["lot"] == "ABC1234"

    press(lan)

    filing.refresh_from_db()
    typed = drafts.typed(filing, str(dose.public_id))
    assert (typed["vaccine"], typed["lot"], typed["given_on"]) == ("MD", "FK4439", "29/12/2021")


def test_words_typed_on_the_same_page_stay(lan: Client, filing: Draft):
    was_read(n1=OTHER)

    press(lan, where_when="Sân trường")

    filing.refresh_from_db()
    assert drafts.typed(filing, drafts.PHOTOS)["where_when"] == "Sân trường"


def test_on_the_last_page_the_words_stay_too_and_the_table_shows_the_new_values(
    lan: Client, filing: Draft, dose: Dose
):
    lan.post(f"/corrections/new/dose/{dose.public_id}/", {"vaccine": "MD"})
    was_read(n1=OTHER)

    answer = press(lan, CHECK, words="Xin sửa giúp")

    assert answer.request["PATH_INFO"] == CHECK
    content = answer.content.decode()
    assert "FK4439" in content
    assert "Xin sửa giúp" in content
    assert not Filing.objects.exists()


NOTHING = {
    "nothing was sure": {},
    "it is as recorded": {"n1": {"vaccine": "AZ"}},
    "another dose of the paper": {"n2": OTHER},
}


@pytest.mark.parametrize("why", NOTHING)
def test_nothing_is_offered_where(lan: Client, filing: Draft, why: str):
    was_read(**NOTHING[why])

    assert "Use this" not in shown(lan)


def test_nothing_is_offered_that_was_typed_so(lan: Client, filing: Draft, dose: Dose):
    page = f"/corrections/new/dose/{dose.public_id}/"
    lan.post(page, {"vaccine": "PF", "lot": "fk4439", "given_on": "30-12-2021"})
    was_read(n1=OTHER)

    assert "Use this" not in shown(lan)


def test_two_photos_that_differ_offer_only_what_they_agree_on(lan: Client, filing: Draft):
    was_read(n1=OTHER)
    lan.post(PHOTOS, {"add": "1", "photos": [photo("pink")]})
    was_read(n1={**OTHER, "lot": "FK4459"})

    words = shown(lan)

    assert "30/12/2021" in words
    assert "FK44" not in words


def test_of_a_missing_dose_the_one_on_the_paper_that_the_record_lacks_is_offered(
    lan: Client, dose: Dose, quick: None
):
    choose(lan, "missing")
    lan.post(PHOTOS, {"add": "1", "photos": [photo()]})
    was_read(n1={"vaccine": "AZ"}, n2=OTHER)

    assert "Lot number: FK4439" in shown(lan)


def test_of_a_missing_dose_nothing_is_offered_while_the_paper_may_mean_two(
    lan: Client, dose: Dose, quick: None
):
    choose(lan, "missing")
    lan.post(PHOTOS, {"add": "1", "photos": [photo()]})
    was_read(n1={"vaccine": "AZ"}, n2=OTHER, n3={"lot": "FK1111"})

    assert "Use this" not in shown(lan)

    lan.post("/corrections/new/dose/missing-1/", {"position": "primary-2"})

    assert "Lot number: FK4439" in shown(lan)


def test_an_offer_that_is_no_longer_the_one_shown_fills_in_nothing(
    lan: Client, filing: Draft, dose: Dose
):
    was_read(n1=OTHER)
    sign = re.search(r'name="use"\s+value="([^"]+)"', lan.get(PHOTOS).content.decode())
    was_read(n1={**OTHER, "lot": "FK4459"})

    for pressed in (sign[1] if sign else "", "", "nonsense"):
        answer = lan.post(PHOTOS, {"use": pressed}, follow=True)

        assert "Check everything again" in answer.content.decode()
    filing.refresh_from_db()
    assert drafts.typed(filing, str(dose.public_id)) == {}


def test_while_a_photo_is_read_the_page_says_so_and_asks_again(
    lan: Client, filing: Draft, monkeypatch
):
    monkeypatch.setattr(readings, "is_possible", lambda: True)

    Evidence.objects.update(width=960, height=1270)
    assert "being read" not in shown(lan)

    Evidence.objects.update(width=960, height=1280)
    assert "The photo is being read." in shown(lan)
    assert 'hx-trigger="every 4s"' in lan.get(PHOTOS).content.decode()

    was_read(n1=OTHER)

    assert "being read" not in shown(lan)


def test_the_page_does_not_wait_for_a_reader_that_does_not_come(
    lan: Client, filing: Draft, monkeypatch
):
    assert "being read" not in shown(lan)

    monkeypatch.setattr(readings, "is_possible", lambda: True)
    with db_time.at(Evidence.objects.get().uploaded_at + readings.MOST_AGE):
        assert "being read" not in shown(lan)


def test_at_filing_the_reading_is_forgotten(lan: Client, filing: Draft, dose: Dose):
    lan.post(f"/corrections/new/dose/{dose.public_id}/", {"vaccine": "MD"})
    was_read(n1=OTHER)
    filing.refresh_from_db()

    lan.post(CHECK, declaration(filing))

    kept = Evidence.objects.get()
    assert kept.filing is not None
    assert kept.doses_read is None


def test_a_filling_is_read_in_vietnamese_by_whoever_reads_that(
    world: World, lan: Client, filing: Draft
):
    lan.cookies["language"] = "vi"
    was_read(n1=OTHER)

    words = shown(lan)

    assert "Số lô: FK4439" in words
    assert "Use this" not in words
