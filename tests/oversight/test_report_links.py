"""Every number of a report is a link, and its list has exactly as many rows as the number said."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client

from oversight.report.parts import PART_BUILDERS
from oversight.views import report
from tests.conftest import SignIn
from tests.oversight.officers import clients, count_all
from tests.reporting.caseload import write_caseload
from tests.world import World
from vaxreg import db_time

# A link whose words are a number: of a cell, of a bar's row, of a figure on top.
NUMBER = re.compile(r'href="(/oversight/cases/\?[^"]+)"[^>]*>\s*(?:<[^>]*>\s*)*([\d.,]+)\s*<')


@pytest.fixture
def caseload(world: World) -> None:
    """Cases of three weeks, of several kinds and desks, swept and counted up to now."""
    desks = [
        world.buoi,
        world.quang_an,
        world.tay_ho,
        world.lang_thuong,
        world.hospital,
        world.so_y_te,
        world.hotline,
    ]
    write_caseload(world, desks, 40, days=10)
    count_all()


def links(page: str) -> Iterator[tuple[str, int]]:
    """Yield each link into a list with the number that it stands on."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    for url, number in NUMBER.findall(main):
        if "." not in number:
            yield unescape(url), int(number.replace(",", ""))


def count_rows(client: Client, url: str) -> int:
    """Follow a list page by page and count its rows."""
    rows = 0
    while url:
        page = client.get(url)
        assert page.status_code == 200, url
        rows += len(page.shown["page"].lines)
        url = page.shown["next"].partition("#")[0]
    return rows


@pytest.fixture
def bare_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let lists answer with what they would show, undrawn: there are hundreds of them."""

    def answer(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        if template != "oversight/cases.html":
            return render(request, template, context)
        response = HttpResponse()
        response.shown = context
        return response

    monkeypatch.setattr(report, "render", answer)


@pytest.mark.parametrize(
    ("who", "query"),
    [("huong", "?"), ("huong", "?days=14&by=giver"), ("phuc", "?days=14"), ("an", "?by=giver")],
)
def test_every_number_leads_to_as_many_rows(
    world: World, as_staff: SignIn, caseload: None, bare_lists: None, who: str, query: str
):
    client = clients(world, as_staff)[who]
    with db_time.at(db_time.now()):
        drawn = client.get(f"/oversight/{query}").content.decode()
        pages = [
            client.get(f"/oversight/report/{part}/{query}").content.decode()
            for part in PART_BUILDERS
        ]
        found = dict.fromkeys(link for page in (drawn, *pages) for link in links(page))

        wrong = [
            (url, number, rows)
            for url, number in found
            if (rows := count_rows(client, url)) != number
        ]

    assert len(found) > 40
    assert wrong == []
