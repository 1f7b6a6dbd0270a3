"""Importing sites and staff: what a row becomes, and that the import does what the trial showed."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.models import User, VerifiedIdentity
from messaging.models import Message
from organizations import letters, staffing
from organizations.acts import Act
from organizations.imports import running
from organizations.models import Membership, Organization
from tests.factories.accounts import UserFactory
from tests.factories.organizations import MembershipFactory
from tests.organizations.sheets import xlsx
from vaxreg import db_time

NEW_SITE = ["DTC-00109-01", "Điểm tiêm Chu Văn An", "Vaccination site", "TYT-00109", "", "", ""]
NURSE = ["Vũ Thị Mới", "moi@example.vn", "TYT-00109", "Reviewer"]


@pytest.fixture
def huong(country):
    return MembershipFactory.create(organization=country["tay_ho"], officer=True).user


def trial(by, sites=(), staff=()):
    run = running.begin(xlsx(sites, staff), "danh-sach.xlsx", by=by)
    with override("en"):
        return run, running.judge(run)


def verdicts(judgement):
    return [(row.line, row.verdict.value) for row in judgement.rows]


def reason(by, sites=(), staff=()):
    """Why the only row is left out."""
    _run, judgement = trial(by, sites, staff)
    [row] = judgement.rows
    assert row.verdict == "refused", row
    return " ".join(row.says)


def site(**changed):
    columns = ("code", "name", "kind", "parent", "area", "phone", "email")
    return [changed.get(name, value) for name, value in zip(columns, NEW_SITE, strict=True)]


def nurse(**changed):
    columns = ("name", "email", "organization", "role")
    return [changed.get(name, value) for name, value in zip(columns, NURSE, strict=True)]


def test_nothing_is_written_by_a_trial(country, huong):
    before = Organization.objects.count(), User.objects.count(), Membership.objects.count()

    _run, judgement = trial(huong, [NEW_SITE], [NURSE])

    assert verdicts(judgement) == [(2, "new"), (2, "new")]
    after = Organization.objects.count(), User.objects.count(), Membership.objects.count()
    assert after == before
    assert not Message.objects.exists()


def test_the_import_does_what_the_trial_showed(country, huong):
    known = MembershipFactory.create(
        organization=country["buoi"], user=UserFactory.create(staff=True, email="cu@example.vn")
    )
    changed = ["TYT-00109", "Trạm Y tế Bưởi", "", "", "", "024 3823 1111", ""]
    unknown = nurse(organization="TYT-99999", email="x@example.vn")
    at_new = nurse(organization="DTC-00109-01", email="hai@example.vn", role="Site lead")
    other_role = nurse(name="", email="cu@example.vn", role="Site lead")
    run, judgement = trial(huong, [NEW_SITE, changed], [NURSE, at_new, unknown, other_role])
    assert verdicts(judgement) == [
        (2, "new"),
        (3, "changed"),
        (2, "new"),
        (3, "new"),
        (4, "refused"),
        (5, "changed"),
    ]

    running.do(run, digest=judgement.digest)

    opened = Organization.objects.get(code="DTC-00109-01")
    assert opened.part_of == country["buoi"]
    assert opened.path.startswith(Organization.objects.get(code="TYT-00109").path)
    assert opened.search_name == "diem tiem chu van an"
    station = Organization.objects.get(code="TYT-00109")
    assert (station.name, station.phone) == ("Trạm Y tế Bưởi", "024 3823 1111")
    assert station.search_name == "tram y te buoi"
    assert list(staffing.memberships_of(known.user).values_list("role", flat=True)) == ["lead"]
    lead = User.objects.get(email="hai@example.vn")
    assert staffing.memberships_of(lead).get().organization == opened
    assert not User.objects.filter(email="x@example.vn").exists()
    acts = Act.objects.order_by("pk").values_list("kind", "organization__code", "by")
    assert list(acts) == [
        ("opened", "DTC-00109-01", huong.pk),
        ("changed", "TYT-00109", huong.pk),
    ]
    run.refresh_from_db()
    assert run.counts == judgement.counts
    assert [row[1] for row in run.left_out] == [4]
    assert run.content == {}


def test_importing_the_same_file_again_changes_nothing(country, huong):
    run, judgement = trial(huong, [NEW_SITE], [NURSE])
    running.do(run, digest=judgement.digest)

    _again, second = trial(huong, [NEW_SITE], [NURSE])

    assert verdicts(second) == [(2, "same"), (2, "same")]


def test_imported_people_are_each_written_to_once(country, huong):
    twice = [NURSE, nurse(organization="TYT-00094")]
    run, judgement = trial(huong, (), [*twice, nurse(email="hai@example.vn")])

    running.do(run, digest=judgement.digest)
    letters.write_pending()
    letters.write_pending()

    sent = Message.objects.order_by("pk").values_list("purpose", "user__email")
    assert sorted(sent) == [
        ("staff.appointed", "moi@example.vn"),
        ("staff.invited", "hai@example.vn"),
        ("staff.invited", "moi@example.vn"),
    ]


def test_a_file_that_would_do_something_else_by_now_is_shown_again(country, huong):
    run, judgement = trial(huong, (), [NURSE])
    staffing.invite(
        id_number="001190045678",
        date_of_birth=date(1990, 4, 5),
        email="moi@example.vn",
        full_name="Vũ Thị Mới",
        organization=country["buoi"],
        role="reviewer",
        by=huong,
    )

    with pytest.raises(running.Stale):
        running.do(run, digest=judgement.digest)

    run.refresh_from_db()
    assert run.done_at is None


def test_a_file_is_imported_once(country, huong):
    run, judgement = trial(huong, (), [NURSE])
    running.do(run, digest=judgement.digest)

    with pytest.raises(running.DoneAlready):
        running.do(run, digest=judgement.digest)

    assert Membership.objects.of(User.objects.get(email="moi@example.vn")).count() == 1


def test_whoever_lost_the_right_meanwhile_imports_nothing(country, huong):
    run, judgement = trial(huong, (), [NURSE])
    huong.memberships.update(until=db_time.now())

    with pytest.raises(running.Stale):
        running.do(run, digest=judgement.digest)


def test_a_file_means_the_same_in_every_language(country, huong):
    run, judgement = trial(huong, [NEW_SITE], [NURSE, NURSE])

    with override("vi"):
        assert running.judge(run).digest == judgement.digest


def test_rows_may_stand_in_any_order(country, huong):
    part = site(code="DTC-2", parent="BV-9", kind="Vaccination site")
    hospital = site(code="BV-9", name="Bệnh viện Mới", kind="Hospital", parent="TTYT-003")

    run, judgement = trial(huong, [part, hospital])
    running.do(run, digest=judgement.digest)

    assert Organization.objects.get(code="DTC-2").part_of.code == "BV-9"


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"code": ""}, "code is missing"),
        ({"code": "a b"}, "letters, digits"),
        ({"code": "TYT-00187", "kind": "", "parent": ""}, "outside of your area"),
        ({"code": 123}, "made a number"),
        ({"name": ""}, "name is missing"),
        ({"name": "x" * 161}, "160"),
        ({"name": "@SUM(A1)"}, "does not begin"),
        ({"kind": "Kho"}, "no kind"),
        ({"kind": ""}, "kind is missing"),
        ({"kind": "Ministry of Health"}, "no kind"),
        ({"parent": ""}, "next level up is missing"),
        ({"parent": "TYT-00187"}, "outside of your area"),
        ({"parent": "SYT-01"}, "outside of your area"),
        ({"parent": "NIX"}, "no organization with the code NIX"),
        ({"kind": "Hospital"}, "does not stand below"),
        ({"kind": "Commune health station", "parent": "TTYT-003"}, "needs its area"),
        (
            {"kind": "Commune health station", "parent": "TTYT-003", "area": "00109"},
            "has an open organization of this kind",
        ),
        (
            {"kind": "Commune health station", "parent": "TTYT-003", "area": "003"},
            "level of this organization",
        ),
        ({"area": "77777"}, "no area with the code"),
        ({"phone": "gọi sau"}, "no phone number"),
        ({"email": "tram buoi"}, "no e-mail address"),
    ],
)
def test_a_site_that_cannot_be_is_left_out_with_the_reason(country, huong, changed, word):
    assert word in reason(huong, [site(**changed)])


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (["TYT-00109", "", "Hospital", "", "", "", ""], "does not change the kind"),
        (["TYT-00109", "", "", "SYT-01", "", "", ""], "Moving it"),
        (["TYT-00109", "", "", "", "00094", "", ""], "has an open organization"),
    ],
)
def test_a_file_neither_moves_nor_turns_a_site_into_another(country, huong, row, word):
    assert word in reason(huong, [row])


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"name": ""}, "name is missing"),
        ({"name": "+84 gọi"}, "does not begin"),
        ({"email": ""}, "address is missing"),
        ({"email": "moi at example"}, "no e-mail address"),
        ({"organization": ""}, "code of the organization is missing"),
        ({"organization": "TYT-00187"}, "outside of your area"),
        ({"organization": "SYT-01"}, "outside of your area"),
        ({"organization": "NIX"}, "no organization with the code"),
        ({"role": ""}, "role is missing"),
        ({"role": "Trưởng phòng"}, "no role here"),
        ({"role": "Health officer"}, "no role here"),
        ({"role": "Hotline agent"}, "no role here"),
    ],
)
def test_somebody_who_cannot_work_there_is_left_out_with_the_reason(country, huong, changed, word):
    assert word in reason(huong, (), [nurse(**changed)])


def test_closed_places_take_nobody(country, huong):
    Organization.objects.filter(code="TYT-00109").update(closed_on=db_time.now().date())

    assert "closed" in reason(huong, (), [NURSE])
    assert "closed" in reason(huong, [NEW_SITE])


def test_rows_that_stand_twice_in_the_file_count_once(country, huong):
    _run, judgement = trial(huong, [NEW_SITE, NEW_SITE], [NURSE, NURSE, nurse(name="Tên Khác")])

    assert [row.verdict.value for row in judgement.rows] == [
        "new",
        "refused",
        "new",
        "refused",
        "refused",
    ]
    assert "row 2" in judgement.rows[1].says[0]


def test_one_address_with_two_names_is_left_out(country, huong):
    other = nurse(name="Tên Khác", organization="TYT-00094")

    _run, judgement = trial(huong, (), [NURSE, other])

    assert judgement.rows[1].is_refused
    assert "Vũ Thị Mới" in judgement.rows[1].says[0]


def test_a_person_below_a_refused_site_is_left_out_too(country, huong):
    _run, judgement = trial(
        huong, [site(kind="Kho")], [nurse(organization="DTC-00109-01", role="Reviewer")]
    )

    assert [row.is_refused for row in judgement.rows] == [True, True]


def test_zeros_that_excel_lost_are_put_back_where_that_is_certain(country, huong):
    Organization.objects.filter(code="TYT-00109").update(code="00109", area=None, kind="hospital")

    _run, judgement = trial(
        huong,
        [
            site(
                code="TYT-109",
                kind="Commune health station",
                parent="TTYT-003",
                area=109,
                phone=912345678,
            ),
            ["109", "Bệnh viện Bưởi", "", "", "", "", ""],
        ],
        [nurse(organization=109)],
    )

    station, hospital, person = judgement.rows
    assert station.plan["area"] == country["buoi"].area_id
    assert station.plan["phone"] == "0912345678"
    assert hospital.verdict == "changed"
    assert person.plan["organization"] == "00109"
    assert all("Zeros were missing" in " ".join(row.says) for row in judgement.rows)


def test_zeros_are_not_guessed_where_several_codes_fit(country, huong):
    area = country["buoi"].area
    area.code = "00003"
    area.save()

    told = reason(huong, [site(area=3, parent="TTYT-003")])

    assert "003" in told
    assert "00003" in told


def test_an_officer_does_not_appoint_herself(country, huong):
    row = nurse(email=huong.email, name="", organization="TTYT-003", role="Site lead")

    assert "This is you" in reason(huong, (), [row])


def test_neither_officers_nor_the_suspended_are_changed_by_a_file(country, huong):
    officer = MembershipFactory.create(organization=country["tay_ho"], officer=True)
    shut = MembershipFactory.create(organization=country["buoi"])
    staffing.suspend(shut, by=huong, reason="Nghỉ")

    lowered = nurse(email=officer.user.email, name="", organization="TTYT-003")
    raised = nurse(email=shut.user.email, name="", role="Site lead")

    assert "page of the person" in reason(huong, (), [lowered])
    assert "Suspended here" in reason(huong, (), [raised])


def test_the_number_of_queries_does_not_depend_on_the_rows(country, huong):
    def queries(name, rows):
        codes = [f"DTC-{name}-{n}" for n in range(rows)]
        sites = [site(code=code, name=f"Điểm {code}") for code in codes]
        staff = [nurse(email=f"{code}@example.vn", organization=code) for code in codes]
        run = running.begin(xlsx(sites, staff), "a.xlsx", by=huong)
        with CaptureQueriesContext(connection) as judging:
            judgement = running.judge(run)
        with CaptureQueriesContext(connection) as writing:
            running.do(run, digest=judgement.digest)
        assert judgement.to_write == 2 * rows
        return len(judging), len(writing)

    few, many = queries("A", 3), queries("B", 60)

    assert few == many
    assert many[0] <= 10


def test_rows_of_old_files_are_forgotten_but_not_that_they_were_sent(country, huong):
    run, _judgement = trial(huong, (), [NURSE])

    with db_time.at(db_time.now() + running.KEPT * 2):
        assert running.forget() == 1
        assert running.forget() == 0

    run.refresh_from_db()
    assert run.content == {}
    assert run.made_by == huong


def imported(by, staff):
    run, judgement = trial(by, staff=staff)
    assert judgement.left_out == 0, judgement.rows
    running.do(run, digest=judgement.digest)
    return run


@pytest.mark.parametrize(
    ("number", "born", "phone"),
    [
        ("001190045678", "05/04/1990", "0912 000 111"),
        ("001 190 045 678", "1990-04-05", "+84912000111"),
        (79190045678, "1990-04-05", ""),
        ("012345678", "5/4/1990", ""),
        (12345678, "5-4-1990", ""),
    ],
)
def test_a_row_with_number_and_birth_verifies_the_new_person(country, huong, number, born, phone):
    imported(huong, [[*NURSE, number, born, phone]])

    known = VerifiedIdentity.objects.get(user__email="moi@example.vn")
    assert len(known.id_number) in (9, 12)
    assert known.id_number.endswith(str(number).replace(" ", "").lstrip("0"))
    assert known.date_of_birth == date(1990, 4, 5)
    assert (known.proven_by, known.by) == ("import", huong)


def test_without_number_the_row_says_that_nothing_may_be_decided(country, huong):
    _run, judgement = trial(huong, staff=[NURSE])

    assert any("may not decide yet" in said for said in judgement.rows[0].says)


def test_a_file_verifies_who_works_there_already_and_appoints_nobody_twice(country, huong):
    old = UserFactory.create(staff=True, verified=False, email="moi@example.vn")
    MembershipFactory.create(user=old, organization=country["buoi"], role="reviewer")

    imported(huong, [[*NURSE, "001190045678", "05/04/1990", ""]])

    assert old.identities.get().id_number == "001190045678"
    assert old.memberships.count() == 1


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (["001190045678", "", ""], "together"),
        (["", "05/04/1990", ""], "together"),
        (["00119004567", "05/04/1990", ""], "11 digits"),
        (["001190045678", "31/02/1990", ""], "no day 31"),
        (["001190045678", "05/04/1990", "09123"], "too few digits"),
        (["TAKEN", "05/04/1990", ""], "Another account has this ID number"),
    ],
)
def test_an_identity_that_cannot_be_leaves_the_row_out(country, huong, said, word):
    taken = VerifiedIdentity.objects.get(user=huong).id_number
    number = taken if said[0] == "TAKEN" else said[0]

    told = reason(huong, staff=[[*NURSE, number, *said[1:]]])

    assert word in told
    assert taken not in told


def test_a_file_replaces_no_verified_identity(country, huong):
    known = MembershipFactory.create(organization=country["nhat_tan"]).user
    row = nurse(name=known.full_name, email=known.email)

    told = reason(huong, staff=[[*row, "001190045678", "05/04/1990", ""]])

    assert "page of the person" in told


def test_two_rows_do_not_say_two_things_about_one_person(country, huong):
    rows = [
        [*NURSE, "001190045678", "05/04/1990", ""],
        [*nurse(role="Site lead"), "001190045679", "05/04/1990", ""],
    ]

    _run, judgement = trial(huong, staff=rows)

    assert [row.verdict for row in judgement.rows] == ["new", "refused"]
    assert "An earlier row" in judgement.rows[1].says[0]


@pytest.mark.parametrize(
    "name", ["K'Nam", "Suharto", "Rơ\u0306 Mah H'Lơ\u0306n", "Suresh s/o Raman", "O"]
)
def test_a_name_of_any_people_is_taken_over(country, huong, name):
    imported(huong, [[name, *NURSE[1:]]])

    assert User.objects.get(email=NURSE[1]).full_name == name


@pytest.mark.parametrize("name", ["Lan 2", "<b>Lan</b>", "💉", "- -", "lan@example.vn"])
def test_what_is_no_name_leaves_the_row_out_with_the_reason(country, huong, name):
    assert "A name " in reason(huong, staff=[[name, *NURSE[1:]]])


@pytest.mark.parametrize(
    ("born", "known"), [("1980", "1980"), (1980, "1980"), ("4/1980", "1980-04")]
)
def test_a_birth_known_in_part_verifies_too(country, huong, born, known):
    imported(huong, [[*NURSE, "001190045678", born, ""]])

    assert User.objects.get(email=NURSE[1]).identities.get().born.isoformat() == known
