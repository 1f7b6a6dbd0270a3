"""Links with the same words lead to the same place, on all pages of officers."""

import re
from collections import defaultdict
from html import unescape

import pytest

from oversight.report.parts import PART_BUILDERS
from tests.conftest import SignIn
from tests.oversight.officers import clients, count_all
from tests.reporting.caseload import write_caseload
from tests.world import World

LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
# They narrow, sort, scale or store the very page on which they stand; the brand leads to the start
# of whoever reads, and that is the first page of officers.
OF_ITS_PAGE = re.compile(
    r"^(Sổ Tiêm|Last \d+ days|CSV|Excel|Download .*|Skip to the content|All on one scale|"
    r"Each on its own scale|Overdue, share of what is open|Answered in time|Organization|"
    r"Median hours|9 of 10 within, hours|Overturned or reopened|Decided|Overdue now)$"
)
PAGES = (
    "/oversight/",
    "/oversight/waiting/",
    "/oversight/silence/",
    *(f"/oversight/report/{name}/" for name in PART_BUILDERS),
    "/coverage/",
    "/statistics/",
)


def links(html: str) -> list[tuple[str, str]]:
    """Return words and address of each link that has words, not only a number."""
    found = []
    for href, inside in LINK.findall(html):
        said = " ".join(unescape(re.sub(r"<[^>]+>", " ", inside)).split())
        if re.search(r"[^\W\d_]{2}", said) and not OF_ITS_PAGE.match(said):
            found.append((said, unescape(href).partition("#")[0]))
    return found


@pytest.mark.parametrize("who", ["huong", "phuc", "an"])
def test_the_same_words_lead_to_the_same_place(world: World, as_staff: SignIn, who: str):
    write_caseload(world, [world.buoi, world.tay_ho, world.lang_thuong, world.hospital], 40)
    count_all()
    client = clients(world, as_staff)[who]
    leads: defaultdict[str, set[str]] = defaultdict(set)

    for url in PAGES:
        for said, href in links(client.get(url).content.decode()):
            if href:
                leads[said].add(href)

    assert len(leads) > 15
    assert {said: hrefs for said, hrefs in leads.items() if len(hrefs) > 1} == {}
