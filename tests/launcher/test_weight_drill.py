"""Drills: what the pages of the demo weigh as `./run` serves them, alone and on a first visit."""

import gzip
import html
import re
import urllib.error
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator
from urllib.parse import urljoin, urlparse

import pytest
from playwright.sync_api import Browser

from tests.browser import visit
from tests.launcher.house import House
from tests.pages import HTML, WIRE
from tests.thorough import THOROUGH

pytestmark = pytest.mark.drill

# Bytes of a first visit, with all files that come with the page and the heads of the answers.
FIRST_VISIT = 100_000
# The ministry has the pages of province and district with the most rows; all of them at night.
STAFF = ("an", "phuc", "huong", "minh", "mai") if THOROUGH else ("an", "minh", "mai")
# Pages of one kind, and pages in all, that are opened for one person.
OF_A_KIND = 1
IN_ALL = 100
# Where the desk of each person leads, and what stands in no menu.
STARTS = ("/", "/account/", "/statistics/", "/policy/", "/coverage/", "/people/", "/organizations/")
SESSIONS = """
from django.test import Client
from accounts.models import User
from tests.sign_in import sign_in_citizen, sign_in_staff
for user in User.objects.filter(email__endswith="@demo.sotiem.vn"):
    client = Client()
    sign_in_staff(client, user)
    print(user.email.split("@")[0], client.cookies["session"].value)
client = Client()
sign_in_citizen(client, User.objects.get(phone="+84912345678"))
print("lan", client.cookies["session"].value)
"""


@pytest.fixture
def sessions(running: House) -> dict[str, str]:
    """The session cookie of everybody in the demo, as after signing in."""
    done = running.run("manage", "shell", "-v0", "-c", SESSIONS)
    return dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)


def read(house: House, where: str, session: str) -> tuple[str, int]:
    """Return a page as text and its bytes on the wire; "" for what is no page."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    headers = {"Cookie": f"session={session}", "Accept-Encoding": "gzip"}
    request = urllib.request.Request(urljoin(house.url, where), headers=headers)  # noqa: S310
    try:
        with opener.open(request, timeout=30) as answer:
            sent, head = answer.read(), answer.headers
    except urllib.error.HTTPError:
        return "", 0
    if "text/html" not in head["Content-Type"]:
        return "", 0
    packed = head["Content-Encoding"] == "gzip"
    return (gzip.decompress(sent) if packed else sent).decode(), len(sent)


def kind_of(where: str) -> str:
    """The address without whom it is about: pages of one kind have the same."""
    parts = urlparse(where)
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|VR-\w{4}-\w{4}", "*", parts.path)
    return path + ",".join(sorted(re.findall(r"(\w+)=", parts.query)))


def walk(house: House, session: str) -> Iterator[tuple[str, str, int]]:
    """Follow the links of all pages; yield address, page and bytes on the wire."""
    seen: set[str] = set()
    kinds = Counter[str]()
    waiting = deque(urljoin(house.url, start) for start in STARTS)
    while waiting and len(seen) < IN_ALL:
        where = waiting.popleft()
        if where in seen or kinds[kind_of(where)] >= OF_A_KIND:
            continue
        seen.add(where)
        kinds[kind_of(where)] += 1
        page, wire = read(house, where, session)
        if page:
            yield where, page, wire
        for link in re.findall(r'<a [^>]*?href="([^"#]+)', page):
            target = urljoin(where, html.unescape(link))
            if target.startswith(house.url) and not re.search(r"\.(csv|xlsx)|/api/", target):
                waiting.append(target)


@pytest.mark.parametrize("name", STAFF)
def test_no_page_of_staff_is_heavy_with_the_data_of_the_demo(
    running: House, sessions: dict[str, str], name: str
):
    found = {
        where: (len(page.encode()), wire) for where, page, wire in walk(running, sessions[name])
    }

    assert len(found) > 5
    heavy = {where: size for where, size in found.items() if size[0] > HTML or size[1] > WIRE}
    assert not heavy, heavy


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/", ""),
        ("/sign-in/", ""),
        ("/follow/", ""),
        ("/statistics/", ""),
        ("/record/", "lan"),
        ("/corrections/", "lan"),
        ("/corrections/new/", "lan"),
    ],
)
def test_a_first_visit_is_light(
    running: House, sessions: dict[str, str], chromium: Browser, path: str, who: str
):
    loaded: dict[str, float] = {}
    with visit(chromium, base_url=running.url) as phone:
        if who:
            cookie = {"name": "session", "value": sessions[who], "url": running.url}
            phone.page.context.add_cookies([cookie])  # type: ignore[list-item]
        network = phone.page.context.new_cdp_session(phone.page)
        network.send("Network.enable")
        network.on(
            "Network.loadingFinished",
            lambda end: loaded.update({end["requestId"]: end["encodedDataLength"]}),
        )
        phone.page.goto(path, wait_until="networkidle")

    assert len(loaded) > 5
    assert sum(loaded.values()) <= FIRST_VISIT
