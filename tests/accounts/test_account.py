"""One's own account, the language, and where a form that was being sent leads back to."""

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.doors import make_nurse
from tests.sign_in import sign_in_citizen, sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan():
    return User.objects.create_user(
        phone="+84912345678", phone_verified=True, full_name="Nguyễn Thị Lan"
    )


def test_signing_out_everywhere_ends_the_sessions_on_all_devices(lan):
    here, elsewhere = Client(), Client()
    sign_in_citizen(here, lan)
    sign_in_citizen(elsewhere, lan)

    here.post("/sign-out/everywhere/")

    assert elsewhere.get("/record/").status_code == 302
    assert here.get("/record/").status_code == 302


@pytest.mark.parametrize(
    ("prefers", "language"),
    [
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("en-US,en;q=0.9,vi;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,en;q=0.5", "en"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en;q=0.3,vi", "vi"),
        ("fr", "vi"),
        ("zh-CN,zh;q=0.9", "vi"),
        ("*", "vi"),
        ("", "vi"),
        ("nonsense;;q=x", "vi"),
    ],
)
def test_a_first_visit_is_in_the_language_of_the_browser(client, prefers, language):
    answer = client.get("/open/", headers={"accept-language": prefers})

    assert answer.content.decode() == language
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


def test_what_was_chosen_wins_over_the_browser(client, lan):
    english = {"accept-language": "en"}
    sign_in_citizen(client, lan)

    assert client.get("/open/", headers=english).content == b"vi"

    client.post("/i18n/setlang/", {"language": "en", "next": "/open/"})

    assert client.get("/open/", headers={"accept-language": "vi"}).content == b"en"


def test_without_a_language_asked_for_pages_are_vietnamese(client):
    assert client.get("/open/").content == b"vi"


def test_the_language_switch_is_remembered_by_cookie_and_account(client, lan):
    sign_in_citizen(client, lan)

    switched = client.post("/i18n/setlang/", {"language": "en", "next": "/open/"})

    lan.refresh_from_db()
    assert switched.headers["Location"] == "/open/"
    assert client.get("/open/").content == b"en"
    assert lan.language == "en"


def test_the_language_of_the_account_counts_on_a_new_device(lan):
    lan.language = "en"
    lan.save()
    client = Client()
    sign_in_citizen(client, lan)

    assert client.get("/open/").content == b"en"


def test_the_language_switch_leads_to_no_other_site(client):
    switched = client.post("/i18n/setlang/", {"language": "en", "next": "https://evil.example/"})

    assert "evil" not in switched.headers["Location"]


def test_an_unknown_language_changes_nothing(client, lan):
    sign_in_citizen(client, lan)

    client.post("/i18n/setlang/", {"language": "xx", "next": "/open/"})

    assert client.get("/open/").content == b"vi"


def test_a_citizen_changes_name_and_language(client, lan):
    sign_in_citizen(client, lan)

    client.post("/account/", {"full_name": "Nguyễn Thị Ngọc Lan", "language": "en"})

    lan.refresh_from_db()
    assert (lan.full_name, lan.language) == ("Nguyễn Thị Ngọc Lan", "en")


def test_staff_cannot_rename_themselves(client):
    minh = make_nurse()
    sign_in_staff(client, minh)

    client.post("/account/", {"full_name": "Somebody Else", "language": "vi"})

    minh.refresh_from_db()
    assert minh.full_name == "Phạm Văn Minh"


def test_nobody_changes_more_of_an_account_than_the_form_shows(client, lan):
    sign_in_citizen(client, lan)
    before = User.objects.filter(pk=lan.pk).values().get()

    client.post(
        "/account/",
        {
            "full_name": lan.full_name,
            "language": "vi",
            "is_staff": "on",
            "is_superuser": "on",
            "phone": "+84987654321",
            "email": "x@example.vn",
            "id_number": "001099001234",
        },
    )

    assert User.objects.filter(pk=lan.pk).values().get() == before


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(client):
    answer = client.post("/review/", headers={"referer": "http://testserver/review/7/?tab=2"})

    assert answer.headers["Location"] == "/staff/sign-in/?next=%2Freview%2F7%2F%3Ftab%3D2"


@pytest.mark.parametrize(
    "referer",
    ["https://evil.example/review/", "http://testserver//evil.example/", "http://testserver.evil/"],
)
def test_a_form_sent_from_elsewhere_leads_back_to_nowhere_in_particular(client, referer):
    answer = client.post("/review/", headers={"referer": referer})

    assert answer.headers["Location"] == "/staff/sign-in/"


def test_htmx_is_told_to_leave_the_page(client):
    answer = client.get(
        "/record/",
        headers={"hx-request": "true", "hx-current-url": "http://testserver/record/"},
    )

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=%2Frecord%2F"


@pytest.mark.parametrize(
    "path", ["/sign-in/", "/staff/sign-in/", "/demo/inbox/", "/demo/second-factors/"]
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_before_signing_in_open_in_both_languages(client, path, language):
    client.cookies["language"] = language

    answer = client.get(path)

    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.content.decode()


@pytest.mark.parametrize("path", ["/demo/inbox/", "/demo/second-factors/"])
def test_demo_pages_do_not_exist_on_a_real_server(client, settings, path):
    settings.DEMO = False

    assert client.get(path).status_code == 404
