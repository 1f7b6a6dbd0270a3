"""The pages of staff: who sees whom, what is said before it is done, and out on the next click."""

import re
import unicodedata
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.models import User, VerifiedIdentity
from administration import people, staff_changes
from corrections import actions
from corrections.models import Correction
from corrections.routing import desks
from organizations.models import Membership, Organization
from tests.factories.accounts import UserFactory, verify_again
from tests.factories.organizations import MembershipFactory
from tests.pages import in_english
from vaxreg import db_time

# Who is invited, by the paper that the officer has seen.
NEW = {
    "full_name": "Vũ Thị Mới",
    "email": "moi@example.vn",
    "id_number": "001190045678",
    "date_of_birth": "05/04/1990",
    "phone": "",
}


@pytest.fixture
def huong(world, as_staff):
    return in_english(as_staff(world.user("huong")))


def work_url(world, who, where, role, step):
    organization, person = getattr(world, where), world.user(who)
    return f"/people/{organization.public_id}/{person.public_id}/{role}/{step}/"


def minh_url(world, step, role="reviewer"):
    return work_url(world, "minh", "buoi", role, step)


def person_url(user, step=""):
    return f"/people/person/{user.public_id}/{step}"


def new_lead(world, where="buoi"):
    return MembershipFactory.create(organization=getattr(world, where), lead=True).user


def test_an_officer_sees_the_staff_of_her_sub_tree_and_nobody_else(world, huong):
    page = huong.get("/people/").text

    assert "Phạm Thị Minh" in page
    assert "Đỗ Thu Hương" in page
    assert "Lê Anh Tuấn" not in page
    assert "Hoàng Hồng Phúc" not in page


@pytest.mark.parametrize("words", ["pham thi minh", "MINH pham", "minh@", "Phạm"])
def test_staff_are_found_by_parts_of_name_and_address_without_diacritics(world, huong, words):
    page = huong.get("/people/", {"q": words}).text

    assert "minh@example.vn" in page
    assert "huong@example.vn" not in page


def test_names_in_decomposed_letters_are_found_too(world, huong):
    User.objects.filter(pk=world.user("minh").pk).update(
        full_name=unicodedata.normalize("NFD", "Phạm Thị Minh")
    )

    assert "minh@example.vn" in huong.get("/people/", {"q": "pham thi"}).text


def test_the_list_says_who_never_came_and_who_is_suspended(world, huong):
    staff_changes.suspend(
        world.user("minh").memberships.get(), by=world.user("huong"), reason="Nghỉ"
    )
    world.user("huong").last_login = db_time.now()
    world.user("huong").save()

    never = huong.get("/people/", {"show": "never"}).text
    suspended = huong.get("/people/", {"show": "suspended"}).text

    assert "minh@example.vn" in never
    assert "huong@example.vn" not in never
    assert "minh@example.vn" in suspended
    assert "huong@example.vn" not in suspended


def test_pages_of_the_list_follow_each_other_without_gap(world, huong, monkeypatch):
    monkeypatch.setattr(people, "PAGE_SIZE", 3)
    for n in range(7):
        user = UserFactory.create(staff=True, full_name=f"Ân {n % 2}", email=f"an{n}@example.vn")
        MembershipFactory.create(user=user, organization=world.buoi)
    seen, where = [], "/people/"
    while where:
        page = huong.get(where).text
        seen += re.findall(r"an\d@example\.vn", page)
        link = re.search(r'rel="next"\s+href="([^"]+)"', page)
        where = link[1].replace("&amp;", "&") if link else ""

    assert sorted(set(seen)) == sorted(seen)
    assert len(seen) == 7


def test_a_list_costs_the_same_for_few_and_for_many(world, huong):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            huong.get("/people/")
        return len(asked)

    queries()
    few = queries()
    for _n in range(30):
        MembershipFactory.create(organization=world.buoi)

    assert queries() == few


def test_a_lead_sees_her_own_site_only(world, as_staff):
    client = as_staff(new_lead(world))

    assert client.get("/people/").headers["Location"] == f"/people/{world.buoi.public_id}/"
    assert "Phạm Thị Minh" in client.get(f"/people/{world.buoi.public_id}/").text
    assert client.get(f"/people/{world.quang_an.public_id}/").status_code == 404
    assert client.get(person_url(world.user("huong"))).status_code == 404
    assert client.get("/organizations/import/").status_code == 403


def test_a_reviewer_has_none_of_these_pages(world, as_staff):
    client = as_staff(world.user("minh"))

    assert client.get("/people/").status_code == 403
    assert client.get(person_url(world.user("minh"))).status_code == 403


def test_somebody_elses_person_is_not_there(world, huong):
    assert huong.get(person_url(world.user("tuan"))).status_code == 404
    assert huong.get(f"/people/{world.lang_thuong.public_id}/").status_code == 404
    assert huong.get(work_url(world, "tuan", "lang_thuong", "reviewer", "end")).status_code == 404
    assert huong.get(person_url(world.user("lan"))).status_code == 404


def test_work_elsewhere_is_counted_and_not_named(world, huong):
    MembershipFactory.create(user=world.user("minh"), organization=world.lang_thuong)

    page = huong.get(person_url(world.user("minh"))).text

    assert "Also works at 1 place outside of your area" in page
    assert world.lang_thuong.name not in page
    assert huong.get(person_url(world.user("minh"), "suspend/")).status_code == 403


def test_id_numbers_of_staff_are_never_shown(world, huong):
    verify_again(world.user("minh"), id_number="001088099887")

    for where in ("/people/", person_url(world.user("minh")), f"/people/{world.buoi.public_id}/"):
        assert "001088099887" not in huong.get(where).text


def test_an_invitation_with_a_mistake_keeps_what_was_typed(world, huong):
    answer = huong.post(
        f"/people/{world.buoi.public_id}/invite/",
        {"full_name": "Vũ Thị Mới", "email": "moi at example", "role": "reviewer"},
    )

    assert answer.status_code == 422
    assert "Vũ Thị Mới" in answer.text
    assert "moi at example" in answer.text


@pytest.mark.parametrize(
    ("email", "role", "word"),
    [
        ("minh@example.vn", "reviewer", "has this role here already"),
        ("huong@example.vn", "reviewer", "your own address"),
        ("moi@example.vn", "officer", "Choose one of the roles"),
        ("moi@example.vn", "", "Choose the role"),
    ],
)
def test_an_invitation_that_cannot_be_says_why(world, huong, email, role, word):
    body = {**NEW, "email": email, "role": role}

    answer = huong.post(f"/people/{world.buoi.public_id}/invite/", body)

    assert answer.status_code == 422
    assert word in answer.text
    assert not User.objects.filter(email="moi@example.vn").exists()


def test_an_invitation_leads_back_to_the_list_with_the_new_person(world, huong):
    body = {**NEW, "role": "reviewer"}

    page = huong.post(f"/people/{world.buoi.public_id}/invite/", body, follow=True).text

    assert "was written to at moi@example.vn" in page
    assert "never; invited on" in page


def test_a_closed_organization_invites_nobody(world, huong):
    Organization.objects.filter(pk=world.buoi.pk).update(closed_on=db_time.now().date())
    body = {**NEW, "role": "reviewer"}

    answer = huong.post(f"/people/{world.buoi.public_id}/invite/", body)

    assert answer.status_code == 422
    assert "closed" in answer.text


def go(client, world, step, confirmed=True, role="reviewer", **body):
    box = {"confirmed": "on"} if confirmed else {}
    return client.post(minh_url(world, step, role), {"reason": "Nghỉ việc", **box, **body})


@pytest.mark.parametrize("step", ["suspend", "end"])
def test_who_is_suspended_or_ended_is_out_on_the_next_click(
    world, correction, huong, as_staff, step
):
    minh = as_staff(world.user("minh"))
    assert minh.get(f"/review/{correction.reference}/").status_code == 200

    assert go(huong, world, step).status_code == 302

    assert minh.get(f"/review/{correction.reference}/").status_code == 404
    answer = minh.post(f"/review/{correction.reference}/pick-up/", {"version": correction.version})
    assert answer.status_code == 404


def test_a_suspended_account_is_signed_out_on_the_next_click_but_reads_its_own_record(
    world, huong, as_staff, as_citizen
):
    minh, at_home = as_staff(world.user("minh")), as_citizen(world.user("minh"))
    body = {"reason": "Mất điện thoại", "confirmed": "on"}

    huong.post(person_url(world.user("minh"), "suspend/"), body)

    world.user("minh").refresh_from_db()
    answer = in_english(minh).get("/review/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/staff/sign-in/")
    assert at_home.get("/record/open/").status_code == 200


def test_sessions_of_before_a_suspension_do_not_come_back_to_life(world, huong, as_staff):
    minh = as_staff(world.user("minh"))
    huong.post(person_url(world.user("minh"), "suspend/"), {"reason": "Mất máy", "confirmed": "on"})

    huong.post(person_url(world.user("minh"), "reinstate/"))

    assert minh.get("/review/").status_code == 302
    world.user("minh").refresh_from_db()
    assert as_staff(world.user("minh")).get("/review/").status_code == 200


def test_the_password_of_a_suspended_account_opens_nothing(world, huong, client):
    minh = world.user("minh")
    minh.set_password("buoi ho tay 2021 nang")
    minh.save()
    huong.post(person_url(minh, "suspend/"), {"reason": "Mất máy", "confirmed": "on"})

    answer = client.post(
        "/staff/sign-in/", {"email": minh.email, "password": "buoi ho tay 2021 nang"}
    )

    assert answer.status_code == 422


@pytest.mark.parametrize("step", ["suspend", "end", "account"])
def test_cases_in_the_hands_of_who_goes_wait_for_colleagues_again(world, correction, huong, step):
    actions.pick_up(correction, by=world.user("minh"))
    new_lead(world)

    if step == "account":
        huong.post(person_url(world.user("minh"), "suspend/"), {"reason": "Mất máy"})
    else:
        go(huong, world, step, confirmed=False)

    case = Correction.objects.get(pk=correction.pk)
    assert (case.status, case.reviewer) == ("queued", None)
    event = case.events.last()
    assert (event.step, event.party, event.organization) == ("give_back", "system", world.buoi)


def test_a_case_stays_with_who_keeps_the_right_to_decide_it(world, correction, huong):
    actions.pick_up(correction, by=world.user("minh"))

    huong.post(minh_url(world, "role"), {"role": "lead"})

    case = Correction.objects.get(pk=correction.pk)
    assert (case.status, case.reviewer) == ("in_review", world.user("minh"))


def test_taking_the_last_reviewer_says_first_what_follows(world, correction, huong):
    page = huong.get(minh_url(world, "end")).text

    assert "Nobody will decide at Trạm Y tế Phường Bưởi" in page
    assert "New ones go to Trung tâm Y tế Quận Tây Hồ" in page
    assert "1 open case lies there" in page
    refused = go(huong, world, "end", confirmed=False)
    assert refused.status_code == 422
    assert "Nghỉ việc" in refused.text
    assert world.user("minh").memberships.live().exists()


def test_what_was_said_of_the_last_reviewer_comes_true(world, correction, huong):
    said = staff_changes.consequences([world.user("minh").memberships.get()])[0].next_up

    go(huong, world, "end")

    assert not Organization.objects.able_to_receive().contains(world.buoi)
    case = Correction.objects.get(pk=correction.pk)
    assert desks.desk_for(case).organization == said == world.tay_ho


def test_one_of_several_reviewers_goes_without_being_asked_twice(world, correction, huong):
    new_lead(world)

    page = huong.get(minh_url(world, "end")).text

    assert "Nobody will decide" not in page
    assert 'name="confirmed"' not in page
    assert go(huong, world, "end", confirmed=False).status_code == 302


def test_the_last_officer_of_a_centre_goes_only_when_it_is_meant(world, as_staff):
    phuc = in_english(as_staff(world.user("phuc")))
    where = work_url(world, "huong", "tay_ho", "officer", "end")

    assert "The last health officer" in phuc.get(where).text
    assert phuc.post(where, {"reason": "Nghỉ hưu"}).status_code == 422
    assert phuc.post(where, {"reason": "Nghỉ hưu", "confirmed": "on"}).status_code == 302


def test_an_officer_leaves_but_does_not_change_herself(world, huong):
    own = {
        step: work_url(world, "huong", "tay_ho", "officer", step)
        for step in ("role", "suspend", "end")
    }
    for step in ("role", "suspend"):
        assert huong.get(own[step]).status_code == 403

    left = huong.post(own["end"], {"reason": "Chuyển công tác", "confirmed": "on"})

    assert left.headers["Location"] == "/"
    assert huong.get("/people/").status_code == 403


def test_without_a_reason_nobody_goes(world, huong):
    answer = huong.post(minh_url(world, "suspend"), {"reason": " ", "confirmed": "on"})

    assert answer.status_code == 422
    assert "stays on record" in answer.text


@pytest.mark.parametrize("step", ["suspend", "end"])
def test_doing_it_twice_says_that_it_was_done(world, huong, step):
    go(huong, world, step)

    assert go(huong, world, step).status_code == 409


def test_the_page_of_a_person_tells_what_was_done_and_by_whom(world, huong):
    go(huong, world, "suspend")
    huong.post(minh_url(world, "reinstate"))
    huong.post(minh_url(world, "role"), {"role": "lead"})

    page = huong.get(person_url(world.user("minh"))).text

    told = [
        "Site lead instead of Reviewer at Trạm Y tế Phường Bưởi",
        "Reinstated at Trạm Y tế Phường Bưởi",
        "Suspended at Trạm Y tế Phường Bưởi",
        "Appointed at Trạm Y tế Phường Bưởi as Reviewer",
    ]
    places = [page.index(title) for title in told]
    assert places == sorted(places)
    assert "Nghỉ việc" in page
    assert page.count("Đỗ Thu Hương") >= 3


def test_who_has_gone_stays_to_be_looked_up(world, huong):
    go(huong, world, "end")

    page = huong.get(person_url(world.user("minh"))).text

    assert "Works nowhere in your area" in page
    assert "Work at Trạm Y tế Phường Bưởi ended" in page


def test_an_expired_link_is_seen_in_the_list_and_sent_again(world, huong, settings):
    body = {**NEW, "role": "reviewer"}
    huong.post(f"/people/{world.buoi.public_id}/invite/", body)
    user = User.objects.get(email="moi@example.vn")
    user.invitations.update(
        made_at=db_time.now() - timedelta(days=9), expires_at=db_time.now() - timedelta(days=2)
    )

    assert "the link has expired" in huong.get("/people/").text
    page = huong.post(person_url(user, "invite-again/"), follow=True).text

    assert "A new link was sent to moi@example.vn" in page
    assert user.invitations.filter(revoked_at=None).count() == 1


def test_pages_are_whole_in_vietnamese_too(world, as_staff):
    client = as_staff(world.user("huong"))
    minh = world.user("minh")
    with override("vi"):
        for where in (
            "/people/",
            person_url(minh),
            minh_url(world, "end"),
            "/organizations/import/",
        ):
            page = client.get(where)
            assert page.status_code == 200
            assert "Staff" not in page.text
    assert Membership.objects.live().of(minh).exists()


def test_who_is_not_verified_is_listed_with_words_and_a_way_on(world, huong):
    VerifiedIdentity.objects.filter(user=world.user("minh")).update(ended_at=db_time.now())

    everybody = huong.get("/people/").text
    listed = huong.get("/people/?show=unverified").text
    person = huong.get(person_url(world.user("minh"))).text

    assert "1 person may not decide" in everybody
    assert "Phạm Thị Minh" in listed
    assert "Đỗ Thu Hương" not in listed.split("<main")[1]
    assert "not verified: may not decide" in person
    assert person_url(world.user("minh"), "verify/") in person


def test_an_officer_verifies_by_the_paper_and_the_number_is_shown_nowhere(world, huong):
    minh = world.user("minh")
    VerifiedIdentity.objects.filter(user=minh).update(ended_at=db_time.now())
    said = {"id_number": "001 190 045 678", "date_of_birth": "5/4/1990", "phone": "0912 000 111"}

    page = huong.post(person_url(minh, "verify/"), said, follow=True).text

    known = VerifiedIdentity.objects.get(user=minh, ended_at=None)
    assert (known.id_number, known.phone) == ("001190045678", "+84912000111")
    assert known.by == world.user("huong")
    assert "this person may decide now" in page
    assert "Identity verified by a paper" in page
    assert "001190045678" not in page


def test_another_identity_needs_a_reason_and_keeps_the_one_before(world, huong):
    minh = world.user("minh")
    said = {"id_number": "001190045678", "date_of_birth": "05/04/1990", "phone": ""}

    assert huong.post(person_url(minh, "verify/"), said).status_code == 422
    huong.post(person_url(minh, "verify/"), {**said, "reason": "Số cũ ghi nhầm"})

    before, now = minh.identities.order_by("pk")
    assert before.ended_at is not None
    assert now.id_number == "001190045678"


def test_the_number_of_another_account_is_refused_beside_its_field(world, huong):
    taken = VerifiedIdentity.objects.get(user=world.user("tuan")).id_number
    said = {"id_number": taken, "date_of_birth": "05/04/1990", "reason": "Nhầm"}

    answer = huong.post(person_url(world.user("minh"), "verify/"), said)

    assert answer.status_code == 422
    assert "Another account has this ID number" in answer.text


def test_an_account_of_somebody_else_is_not_taken_for_the_invited_person(world, huong):
    body = {**NEW, "email": "tuan@example.vn", "role": "reviewer"}

    answer = huong.post(f"/people/{world.buoi.public_id}/invite/", body)

    assert answer.status_code == 422
    assert "another ID number or date of birth" in answer.text


def test_nobody_verifies_themselves(world, huong):
    assert huong.get(person_url(world.user("huong"), "verify/")).status_code == 403


def test_somebody_without_a_name_on_record_is_verified_too(world, huong):
    User.objects.filter(pk=world.user("minh").pk).update(full_name="")
    said = {"id_number": "001190045678", "date_of_birth": "05/04/1990", "reason": "Nhầm"}

    assert huong.post(person_url(world.user("minh"), "verify/"), said).status_code == 302
