"""The pages for when something went wrong."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from vaxreg import errors
from vaxreg.errors import DatabaseDownMiddleware


@pytest.fixture
def page(db):
    """Return a request for a page, as a stranger's browser sends it."""
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().get("/somewhere/?a=1")
    request.user = AnonymousUser()
    return request


def api():
    return RequestFactory().get("/api/v1/nothing/")


def test_a_refusal_shows_its_reason(page):
    answer = errors.forbidden(page, PermissionDenied("Chỉ dành cho <người xử lý>."))

    assert answer.status_code == 403
    assert "Chỉ dành cho &lt;người xử lý&gt;." in answer.content.decode()
    assert "1900 9095" in answer.content.decode()


def test_a_missing_page_tells_where_to_go(page):
    with translation.override("en"):
        answer = errors.not_found(page)

    assert answer.status_code == 404
    assert "This page was not found" in answer.content.decode()


def test_a_form_without_its_token_says_that_nothing_was_sent(db):
    answer = Client(enforce_csrf_checks=True).post("/i18n/setlang/", {"language": "en"})

    assert answer.status_code == 403
    assert "chưa có gì được gửi đi" in answer.content.decode()


def test_a_conflict_says_who_was_faster(page):
    answer = errors.conflict(page, headline="Đã xử lý", text="Minh, 14:30", href="/q/", link="Tiếp")

    assert answer.status_code == 409
    assert "Minh, 14:30" in answer.content.decode()


def test_a_server_error_speaks_both_languages_without_a_database():
    answer = errors.server_error(RequestFactory().get("/x/"))
    text = answer.content.decode()

    assert answer.status_code == 500
    assert "Hệ thống gặp lỗi" in text
    assert "Something went wrong" in text
    assert "1900 9095" in text


def test_a_lost_database_in_a_view_is_a_503_with_a_time_to_come_back():
    middleware = DatabaseDownMiddleware(lambda request: HttpResponse())

    answer = middleware.process_exception(RequestFactory().get("/x/"), OperationalError("gone"))

    assert answer is not None
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert middleware.process_exception(RequestFactory().get("/x/"), ValueError()) is None


def test_a_database_lost_before_the_view_is_a_503_too():
    try:
        raise OperationalError("gone")
    except OperationalError:
        answer = errors.server_error(RequestFactory().get("/x/"))

    assert answer.status_code == 503


def test_the_api_gets_its_errors_in_its_own_shape():
    for answer, status in [
        (errors.not_found(api()), 404),
        (errors.forbidden(api(), PermissionDenied("no")), 403),
        (errors.csrf_failure(api(), "no token"), 403),
        (errors.server_error(api()), 500),
        *((errors.without_database(status, "/api/v1/x/"), status) for status in (408, 413, 503)),
    ]:
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/json"
        assert b'"errors"' in answer.content
