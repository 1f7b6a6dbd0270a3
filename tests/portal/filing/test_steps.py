"""The four steps of filing, as a citizen walks through them, and everything that gets in between."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from citizens.models import RecordLink
from corrections import actions
from corrections.actions import filing
from corrections.models import Correction, Draft, Filing
from doses.models import Dose
from portal import draft_check, drafts
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.portal.filing.walk import choose, declaration, photo, send, up_to_check
from tests.world import World

AUTOSAVE = {"HTTP_X_REQUESTED_WITH": "autosave"}


def test_a_wrong_and_a_missing_dose_become_two_corrections_of_one_filing(
    world: World, lan: Client, dose: Dose, quick: None
):
    page = choose(lan, dose.public_id, "missing")
    page = lan.post(page, {"vaccine": "PF", "given_on": "30/8/2021"}).url
    assert page == "/corrections/new/dose/missing-1/"
    page = lan.post(
        page, {"position": "primary-2", "site": str(world.quang_an.public_id), "vaccine": ""}
    ).url
    assert page == "/corrections/new/photos/"
    page = lan.post(page, {"photos": [photo("red"), photo("blue")]}).url
    assert page == "/corrections/new/check/"

    answer = send(lan, Draft.objects.get(), words="Cảm ơn")

    filing = Filing.objects.get()
    wrong, missing = filing.corrections.order_by("pk")
    assert answer.url == f"/corrections/filed/{filing.public_id}/"
    assert wrong.proposed == {"vaccine": "PF", "given_on": "2021-08-30"}
    assert missing.proposed["position"] == "primary-2"
    assert missing.named_site == world.quang_an
    assert filing.evidence.count() == 2
    assert filing.words == "Cảm ơn"
    assert not Draft.objects.exists()
    assert wrong.events.get().data == {"consent_version": draft_check.CONSENT_VERSION}


def test_the_confirmation_names_reference_due_time_and_desk(lan: Client, dose: Dose):
    page = send(lan, up_to_check(lan, dose)).url
    correction = Correction.objects.get()

    before = lan.get(page).content.decode()
    actions.route(correction)
    after = lan.get(page).content.decode()

    assert correction.reference in before
    assert "On its way" in before
    assert 'hx-trigger="every' in before
    assert "Trạm Y tế Phường Bưởi answers by" in after
    assert 'hx-trigger="every' not in after


def test_words_about_where_and_when_go_to_the_reviewer(lan: Client, dose: Dose):
    send(lan, up_to_check(lan, dose), words="Xin cảm ơn")

    filing = Filing.objects.get()
    assert filing.has_no_paper
    assert filing.words == "Sân trường, buổi sáng\n\nXin cảm ơn"


def test_who_has_filed_too_often_reads_when_and_whom_to_call_and_the_draft_is_kept(
    world: World, lan: Client, dose: Dose, monkeypatch
):
    monkeypatch.setattr(filing, "PER_ACCOUNT", [(1, timedelta(hours=1))])
    send(lan, up_to_check(lan, dose))
    draft = up_to_check(lan, worlds.dose(world, lot="FG3527", given_on=date(2021, 9, 20)))

    answer = send(lan, draft, words="Xin xem giúp")

    content = answer.content.decode()
    assert answer.status_code == 422
    assert "One account can send 10 proposals in an hour" in content
    assert "1900" in content
    assert "Xin xem giúp" in content
    assert (Filing.objects.count(), Draft.objects.count()) == (1, 1)


def test_nothing_chosen_is_said_in_words(lan: Client, dose: Dose):
    answer = lan.post("/corrections/new/", {})

    assert answer.status_code == 422
    assert "Choose at least one line." in answer.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Nothing differs from what is recorded"),
        ({"vaccine": "AZ", "lot": "abx4112", "given_on": "29/08/2021"}, "Nothing differs"),
        ({"given_on": "31/02/2022"}, "has no day 31"),
        ({"given_on": "01/01/2999"}, "in the future"),
        ({"given_on": "31/12/1899"}, "01/01/1900 or later"),
        ({"vaccine": "WATER"}, "Choose one of the answers in the list."),
        ({"site": "unlisted"}, "Write the name or the address"),
        ({"site": "00000000-0000-0000-0000-000000000000"}, "Choose one of the answers"),
        ({"site_text": "Nhà văn hóa"}, "Not in this list"),
    ],
)
def test_what_cannot_be_right_is_said_and_what_was_typed_stays(
    lan: Client, dose: Dose, typed: dict[str, str], words: str
):
    page = choose(lan, dose.public_id)

    answer = lan.post(page, {"query": "giữ lại", **typed})

    content = answer.content.decode()
    assert answer.status_code == 422
    assert words in content
    assert "giữ lại" in content
    assert "giữ lại" in lan.get(page).content.decode()


def test_a_missing_dose_needs_its_number_or_its_day_and_an_answer_about_the_site(lan: Client):
    page = choose(lan, "missing")

    content = lan.post(page, {}).content.decode()
    assert "Choose the site, or say that it is not in the list." in content
    content = lan.post(page, {"site": "unlisted"}).content.decode()
    assert "Say which dose is missing" in content


def test_a_missing_dose_without_a_known_site_carries_its_area(world: World, lan: Client):
    page = choose(lan, "missing")
    typed = {"position": "booster-2", "site": "unlisted", "site_text": "Nhà văn hóa"}

    lan.post(page, {**typed, "province": "01", "district": "006"})
    lan.post("/corrections/new/photos/", {"has_no_paper": "on", "where_when": "Nhà văn hóa"})
    send(lan, Draft.objects.get())

    correction = Correction.objects.get()
    assert correction.named_area.full_name == "Quận Đống Đa"
    assert correction.site_text == "Nhà văn hóa"
    assert correction.named_site is None


def test_another_province_forgets_the_district(world: World, lan: Client):
    worlds.area("79", "Hồ Chí Minh", "Thành phố Hồ Chí Minh", "province")
    page = choose(lan, "missing")
    typed = {"position": "primary-1", "site": "unlisted", "province": "79", "district": "006"}

    answer = lan.post(page, typed)

    assert answer.url == "/corrections/new/photos/"


def test_several_missing_doses_can_be_added_and_taken_out_again(lan: Client):
    page = choose(lan, "missing")
    page = lan.post(page, {"position": "primary-2", "site": "unlisted", "another": "1"}).url
    assert page == "/corrections/new/dose/missing-2/"
    page = lan.post(page, {"position": "booster-1", "site": "unlisted", "another": "1"}).url
    assert page == "/corrections/new/dose/missing-3/"

    page = lan.post(page, {"remove": "1"}).url

    assert page == "/corrections/new/photos/"
    assert Draft.objects.get().data["missing"] == ["missing-1", "missing-2"]


@pytest.mark.parametrize(
    "words", ["lang thuong", "LÁNG THƯỢNG", "tyt lang thuong", "dong da tyt", "thuong láng"]
)
def test_a_site_is_found_without_diacritics_and_by_its_area(world: World, lan: Client, words: str):
    page = choose(lan, "missing")

    answer = lan.post(page, {"find": "1", "query": words, "lot": "kept"})

    content = answer.content.decode()
    assert answer.status_code == 200
    assert str(world.lang_thuong.public_id) in content
    assert "kept" in content


@pytest.mark.parametrize("words", ["zzz", "%", "_", "\0", "'; DROP", "x" * 5000, "🦆"])
def test_a_search_that_finds_nothing_leads_on(lan: Client, words: str):
    page = choose(lan, "missing")

    answer = lan.post(page, {"find": "1", "query": words})

    assert answer.status_code == 200
    assert "Not in this list" in answer.content.decode()


def test_the_site_chosen_stays_in_the_list_when_one_searches_on(world: World, lan: Client):
    page = choose(lan, "missing")

    answer = lan.post(
        page, {"find": "1", "query": "buoi", "site": str(world.lang_thuong.public_id)}
    )

    content = answer.content.decode()
    assert str(world.lang_thuong.public_id) in content
    assert str(world.buoi.public_id) in content


def test_the_declaration_is_never_ticked_beforehand_and_always_needed(lan: Client, dose: Dose):
    draft = up_to_check(lan, dose)
    page = lan.get("/corrections/new/check/").content.decode()

    answer = send(lan, draft, truth="", words="giữ lại")

    assert "checked" not in page
    assert answer.status_code == 422
    assert "giữ lại" in answer.content.decode()
    assert not Filing.objects.exists()


def test_the_last_page_shows_recorded_and_proposed_with_ways_to_change(lan: Client, dose: Dose):
    up_to_check(lan, dose, vaccine="PF", given_on="30.8.2021")

    page = lan.get("/corrections/new/check/").content.decode()

    assert "AstraZeneca" in page
    assert "Pfizer" in page
    assert "30/08/2021" in page
    assert f"/corrections/new/dose/{dose.public_id}/?then=check" in page
    assert "0912 345 678" in page


def test_changing_one_thing_leads_straight_back_to_the_last_page(lan: Client, dose: Dose):
    up_to_check(lan, dose)

    answer = lan.post(
        f"/corrections/new/dose/{dose.public_id}/?then=check", {"vaccine": "PF", "lot": "FG1"}
    )

    assert answer.url == "/corrections/new/check/"


def test_the_last_page_leads_to_what_is_not_in_order_yet(lan: Client, dose: Dose):
    page = choose(lan, dose.public_id)

    assert lan.get("/corrections/new/check/").url == page


def test_a_second_tap_gets_the_first_ones_confirmation(lan: Client, dose: Dose):
    draft = up_to_check(lan, dose)
    form = declaration(draft)

    first = lan.post("/corrections/new/check/", form)
    second = lan.post("/corrections/new/check/", form)

    assert first.url == second.url
    assert Filing.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_five_taps_at_once_file_once(world: World, lan: Client, dose: Dose):
    form = declaration(up_to_check(lan, dose))
    barrier = threading.Barrier(5)
    urls: list[str] = []

    def tap() -> None:
        client = Client()
        client.cookies = lan.cookies
        barrier.wait()
        urls.append(client.post("/corrections/new/check/", form).url)
        connection.close()

    threads = [threading.Thread(target=tap) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    filing = Filing.objects.get()
    assert urls == [f"/corrections/filed/{filing.public_id}/"] * 5
    assert filing.corrections.count() == 1


def test_what_another_window_changed_must_be_looked_at_again(lan: Client, dose: Dose):
    form = declaration(up_to_check(lan, dose))
    lan.post(f"/corrections/new/dose/{dose.public_id}/", {"vaccine": "MD"})

    answer = lan.post("/corrections/new/check/", form)

    assert answer.status_code == 422
    assert "changed in another window" in answer.content.decode()
    assert not Filing.objects.exists()


def test_a_draft_goes_on_where_it_was_left_on_another_device(
    world: World, lan: Client, dose: Dose, as_citizen: SignIn
):
    page = choose(lan, dose.public_id)
    lan.post(page, {"vaccine": "PF", "lot": "fg3527"})
    other_device = as_citizen(world.user("lan"))
    other_device.cookies["language"] = "en"

    start = other_device.get("/corrections/new/").content.decode()

    assert "You have an unfinished proposal" in start
    assert 'href="/corrections/new/photos/"' in start
    assert "fg3527" in other_device.get(page).content.decode()


def test_starting_anew_throws_the_draft_away(lan: Client, dose: Dose):
    choose(lan, dose.public_id)

    answer = lan.post("/corrections/new/discard/")

    assert answer.url == "/corrections/new/"
    assert not Draft.objects.exists()
    assert "unfinished" not in lan.get(answer.url).content.decode()


def test_what_a_script_saves_is_there_after_the_session_has_ended(
    world: World, lan: Client, dose: Dose, as_citizen: SignIn
):
    page = choose(lan, dose.public_id)
    saved = lan.post(page, {"vaccine": "PF", "given_on": "3"}, **AUTOSAVE)
    stranger = Client()

    answer = stranger.post(page, {"vaccine": "MD"}, HTTP_REFERER=f"http://testserver{page}")
    again = as_citizen(world.user("lan")).get(page).content.decode()

    assert saved.status_code == 204
    assert f"next={page.replace('/', '%2F')}" in answer.url
    assert 'value="3"' in again


def test_a_script_that_saves_too_late_brings_no_draft_back(lan: Client, dose: Dose):
    page = choose(lan, dose.public_id)
    lan.post("/corrections/new/discard/")

    answer = lan.post(page, {"vaccine": "PF"}, **AUTOSAVE)

    assert answer.status_code == 409
    assert not Draft.objects.exists()


def test_a_dose_with_an_open_correction_cannot_be_chosen_and_leads_to_the_first(
    world: World, lan: Client
):
    first = file_one(world)

    page = lan.get("/corrections/new/").content.decode()
    answer = lan.post("/corrections/new/", {"doses": [str(first.dose.public_id)]})

    assert "disabled" in page
    assert f"/corrections/{first.reference}/" in page
    assert answer.status_code == 422


def test_a_second_filing_on_the_same_dose_leads_to_the_first(world: World, lan: Client, dose: Dose):
    draft = up_to_check(lan, dose)
    first = file_one(world, dose=dose, proposed={"lot": "OTHER"})

    answer = send(lan, draft)

    assert answer.status_code == 409
    assert f"/corrections/{first.reference}/" in answer.content.decode()
    assert Filing.objects.count() == 1


def test_coming_from_a_dose_preselects_it(lan: Client, dose: Dose):
    page = lan.get(f"/corrections/new/?dose={dose.public_id}").content.decode()

    # The line, and under it that its details are wrong.
    assert page.count("checked") == 2


def test_a_guardian_files_for_the_child(world: World, lan: Client):
    child = world.citizens["child"]
    dose = worlds.dose(world, "child", given_on=date(2021, 12, 1))
    who = f"?person={child.public_id}"

    page = lan.post(f"/corrections/new/{who}", {"doses": [str(dose.public_id)]}).url
    page = lan.post(page, {"vaccine": "PF"}).url
    page = lan.post(page, {"has_no_paper": "on", "where_when": "Ở trường"}).url
    answer = lan.post(page, declaration(Draft.objects.get()))

    assert page == f"/corrections/new/check/{who}"
    assert Correction.objects.get().citizen == child
    assert lan.get(answer.url).status_code == 200


def test_somebody_elses_record_does_not_exist(world: World, lan: Client):
    binh = world.citizens["binh"].public_id

    assert lan.get(f"/corrections/new/?person={binh}").status_code == 404
    assert lan.post(f"/corrections/new/?person={binh}", {"doses": ["missing"]}).status_code == 404


def test_somebody_elses_dose_cannot_be_chosen(world: World, lan: Client):
    other = worlds.dose(world, "binh")

    answer = lan.post("/corrections/new/", {"doses": [str(other.public_id)]})

    assert answer.status_code == 422


def test_somebody_elses_confirmation_does_not_exist(
    world: World, lan: Client, dose: Dose, as_citizen: SignIn
):
    page = send(lan, up_to_check(lan, dose)).url

    assert as_citizen(world.user("binh")).get(page).status_code == 404


def test_a_guardianship_that_ended_closes_the_draft(world: World, lan: Client):
    child = world.citizens["child"]
    who = f"?person={child.public_id}"
    page = lan.post(f"/corrections/new/{who}", {"doses": ["missing"]}).url
    RecordLink.objects.filter(citizen=child).update(
        until="2026-01-01T00:00Z", since="2025-01-01T00:00Z"
    )

    assert lan.get(page).status_code == 404


def test_somebody_without_a_record_is_led_to_open_one(world: World, as_citizen: SignIn):
    newcomer = worlds.User.objects.create_user(phone="+84900000001", phone_verified=True)

    assert as_citizen(newcomer).get("/corrections/new/").url == reverse("record")


@pytest.mark.parametrize("step", ["dose/missing-1/", "photos/", "check/"])
def test_a_step_without_a_draft_leads_to_the_first(world: World, lan: Client, step: str):
    assert lan.get(f"/corrections/new/{step}").url == "/corrections/new/"


def test_a_draft_is_judged_once_to_be_shown_and_once_to_be_sent(
    lan: Client, dose: Dose, monkeypatch: pytest.MonkeyPatch
):
    draft = up_to_check(lan, dose)
    sent = declaration(draft)
    built = []
    real = drafts.form_of
    monkeypatch.setattr(drafts, "form_of", lambda *args: built.append(args) or real(*args))

    assert lan.get("/corrections/new/check/").status_code == 200
    assert len(built) == 1
    assert lan.post("/corrections/new/check/", sent).status_code == 302
    assert len(built) == 2


def test_a_draft_spoilt_in_another_window_leads_to_the_page_that_is_not_in_order(
    lan: Client, dose: Dose
):
    draft = up_to_check(lan, dose)
    seen = declaration(draft)
    drafts.keep(draft, str(dose.public_id), {"vaccine": "nonsense"}, ["vaccine"])

    answer = lan.post("/corrections/new/check/", seen)

    assert answer.url.startswith(f"/corrections/new/dose/{dose.public_id}/")
    assert not Filing.objects.exists()


def test_a_dose_taken_out_in_another_window_is_gone_and_nothing_breaks(
    lan: Client, dose: Dose, monkeypatch: pytest.MonkeyPatch
):
    page = choose(lan, "missing")
    key = page.rstrip("/").rpartition("/")[2]
    keep = drafts.keep

    def keep_too_late(draft: Draft, *what: Any) -> None:
        drafts.take_out(Draft.objects.get(), key)
        keep(draft, *what)

    monkeypatch.setattr(drafts, "keep", keep_too_late)

    assert lan.post(page, {"vaccine": "PF"}).url == "/corrections/new/"
