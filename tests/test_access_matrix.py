"""Who may see and do what: every route, every method, every member of the cast, every cell."""

from http.cookies import SimpleCookie
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import SessionKind
from citizens.models import RecordVisit
from corrections.models import Correction
from tests import world as worlds
from tests.access_matrix import ACTORS, MATRIX
from tests.cases import file_one, make_overdue
from tests.conftest import signed_in
from tests.pages import close
from tests.pictures import attach_photo, keep_files_in
from tests.routes import PATTERNS, address, client_of, in_a_call
from tests.world import World

# Routes for programs: they take JSON, and no token of a form.
PROGRAMS = ("api:", "fhir:")
# What a POST must carry to get past the form and on to the question who may.
BODIES: dict[str, dict[str, str]] = {
    "api:keep": {"remark": "Chờ sổ giấy"},
    "api:refuse": {"ground": "photo_blurred", "remark": "Ảnh mờ"},
    "api:cannot-confirm": {"searched_words": "Kho trạm"},
    "api:reassign": {"to": "{elsewhere}", "reason": "Nghỉ"},
    "api:answer": {"words": "Lô FG3527"},
    "api:appeal": {"words": "Trên giấy ghi Pfizer"},
    "api:log-disagreement": {"words": "Tôi không đồng ý"},
    "api:reopen": {"words": "Lô vẫn sai"},
    "api:ask": {"question": "Lô nào?"},
    "api:pass-on": {"reason": "Không tiêm ở đây"},
    "api:hand-back": {"reason": "Sai lô"},
    "api:note": {"text": "Đã gọi"},
    "api:take-over": {"reason": "Quá hạn"},
    "oversight-take-over": {"reason": "Quá hạn"},
    "oversight-note-site": {"text": "Xin gọi cho tôi."},
    "oversight-reassign": {"to": "{elsewhere}", "reason": "Nghỉ"},
    "correction-answer": {"words": "Lô FG3527", "asked": "0"},
    "correction-appeal": {"words": "Trên giấy ghi Pfizer"},
    "correction-helped": {"helped": "no"},
    "correction-disagree": {"words": "Tôi không đồng ý"},
    "correction-reopen": {"words": "Lô vẫn sai"},
    "case-call": {"reason": "result"},
    "hotline-callback-note": {"best_time": "any"},
    "case-decide": {"version": "{version}", "outcome": "nothing"},
    "case-pick-up": {"version": "{version}"},
    "case-give-back": {"version": "{version}"},
}


def rows() -> dict[tuple[str, str], list[str]]:
    """Read the table: (route, method) to a cell per actor."""
    table = {}
    for line in MATRIX.strip().splitlines():
        route, method, *cells = line.split()
        assert len(cells) == len(ACTORS), line
        table[route, method] = cells
    return table


@pytest.fixture
def case(world: World, settings, tmp_path) -> Correction:
    """Lan's correction with a photo, overdue at Phường Bưởi."""
    keep_files_in(tmp_path, settings)
    case = make_overdue(file_one(world))
    attach_photo(case, by=world.user("lan"))
    return case


def cell(answer: HttpResponseBase) -> str:
    """Write an answer as the table does."""
    if answer.status_code in (301, 302, 303):
        target = answer.headers["Location"]
        if target.startswith("/sign-in/"):
            return "in"
        return "st" if target.startswith("/staff/sign-in/") else "go"
    return str(answer.status_code)


# Of Lan: what no page may show to anybody else without a row in her record that says who saw it.
OF_LAN = (
    *("Nguyễn Thị Lan", "N. T. Lan", "001188012345", "012345", "27/03/1988", "1988-03-27"),
    *("+84912345678", "0912345678", "0912 345 678", "ABX4112"),
)


# Their examples are a number like hers.
WITH_EXAMPLES = {
    *(
        "accounts:sign_in",
        "call-me-back",
        "landing",
        "record-open",
        "record-start",
        "hotline-new-record",
    ),
    "ui-gallery",
}


def shows_lan(answer: HttpResponseBase) -> bool:
    """Whether the answer has something of Lan: in its text, in its cells, or her photo."""
    if answer.headers.get("Content-Type", "").startswith("image/"):
        return True
    pieces = answer.streaming_content if answer.streaming else [answer.content]
    content = b"".join(pieces)
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as sheets:
            content = b"".join(sheets.read(name) for name in sheets.namelist())
    text = content.decode(errors="replace")
    return any(word in text for word in OF_LAN)


def asked(
    client: Client, route: str, method: str, where: str, case: Correction, world: World
) -> tuple[str, bool]:
    """Send one request and undo whatever it did, to the database and to the session.

    Return the cell, and whether it showed something of Lan and left no row in her record.
    """
    values = {"version": case.version, "elsewhere": world.quang_an.public_id}
    body = {name: text.format(**values) for name, text in BODIES.get(route, {}).items()}
    cookies = SimpleCookie(client.cookies)
    visits = RecordVisit.objects.filter(citizen=case.citizen)
    with transaction.atomic():
        if route.startswith("hotline") and cookies:
            in_a_call(client, where, case)
        before = visits.count()
        if method == "GET":
            answer = client.get(where)
        else:
            if not route.startswith(PROGRAMS):
                body["csrfmiddlewaretoken"] = "as every form sends it"
            json = {"content_type": "application/json"} if route.startswith(PROGRAMS) else {}
            answer = client.post(where, body, **json)
        unseen = shows_lan(answer) and visits.count() == before
        transaction.set_rollback(True)
    client.cookies = cookies
    close(answer)
    return cell(answer), unseen


def test_every_route_stands_in_the_matrix():
    known = {route for route, _method in rows()}

    assert set(PATTERNS) == known


@pytest.mark.parametrize("actor", ACTORS)
def test_an_actor_gets_at_every_route_what_the_matrix_says(
    actor: str, world: World, case: Correction
):
    client = client_of(actor, world)
    client.raise_request_exception = False
    column = {at: cells[ACTORS.index(actor)] for at, cells in rows().items()}
    got = {}
    without_row = []

    for route, pattern in PATTERNS.items():
        with transaction.atomic():
            where = address(pattern, case, world)
            for method in ("GET", "POST"):
                got[route, method], unseen = asked(client, route, method, where, case, world)
                if unseen and actor != "lan" and route not in WITH_EXAMPLES:
                    without_row.append(f"{route} {method} shows Lan to {actor} and leaves no row")
            transaction.set_rollback(True)

    differing = [
        f"{' '.join(at)}: {column.get(at, 'nothing')} in the matrix, {found} to {actor}"
        for at, found in got.items()
        if found != column.get(at)
    ]
    assert not differing, "\n".join(differing)
    assert not without_row, "\n".join(without_row)
    assert got.keys() == column.keys()


def test_a_phone_session_of_staff_reaches_no_desk(world: World, case: Correction):
    minh = signed_in(world.user("minh"), SessionKind.CITIZEN)

    for where in ("/review/", f"/review/{case.reference}/", "/oversight/"):
        assert cell(minh.get(where)) == "st"
    assert minh.get(f"/corrections/{case.reference}/").status_code == 404


def test_dismissal_works_on_the_very_next_request(world: World, case: Correction):
    minh = signed_in(world.user("minh"), SessionKind.STAFF)
    assert minh.get(f"/review/{case.reference}/").status_code == 200

    world.user("minh").memberships.update(until=worlds.db_time.now())

    assert minh.get(f"/review/{case.reference}/").status_code == 404
