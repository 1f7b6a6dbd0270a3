"""No page is heavier than it may be: every page, for somebody who may open it, with much to show."""

import gzip

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import SessionKind
from corrections.models import Correction
from tests.cases import employ, file_many, file_one, make_overdue
from tests.conftest import signed_in
from tests.pages import HTML, WIRE, close
from tests.pictures import attach_photo, keep_files_in
from tests.routes import PATTERNS, address, client_of, in_a_call
from tests.world import World

# More than a page of any list holds.
MANY = 60
ASKING = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"}
# Who sees the most comes first, after the ministry.
BY_REACH = ("phuc", "huong", "minh", "mai", "lan", "nobody")


@pytest.fixture
def case(world: World, settings, tmp_path) -> Correction:
    """Lan's case with a photo, overdue at Phường Bưởi, before a full queue."""
    keep_files_in(tmp_path, settings)
    for filed in file_many(world, MANY):
        make_overdue(filed)
    case = make_overdue(file_one(world))
    attach_photo(case, by=world.user("lan"))
    return case


def test_every_page_keeps_within_its_bytes(world: World, case: Correction):
    an = employ(world, "an", "Nguyễn Hoài An", world.ministry, "officer")
    clients = {"an": signed_in(an, SessionKind.STAFF)}
    clients |= {actor: client_of(actor, world) for actor in BY_REACH}
    heavy, weighed = [], set()

    for route, pattern in PATTERNS.items():
        for actor, client in clients.items():
            with transaction.atomic():
                found = weigh(client, route, address(pattern, case, world), case)
                transaction.set_rollback(True)
            if found is None:
                continue
            weighed.add(route)
            page, wire = found
            if page > HTML or wire > WIRE:
                heavy.append(f"{route} for {actor}: {page} bytes, {wire} on the wire")
            break

    assert not heavy, "\n".join(heavy)
    assert {"queue", "case", "record", "oversight", "hotline", "people", "policy"} <= weighed


def weigh(client: Client, route: str, where: str, case: Correction) -> tuple[int, int] | None:
    """Return the bytes of a page, and those on the wire; None for what is no page for this user."""
    if route.startswith("hotline") and client.cookies:
        in_a_call(client, where, case)
    answer = client.get(where, headers=ASKING)
    is_page = answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]
    wire = answer.content if is_page else b""
    close(answer)
    if not is_page:
        return None
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return len(gzip.decompress(wire) if packed else wire), len(wire)
