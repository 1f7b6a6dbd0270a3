"""The sheets about the right to a correction and about the 48 hours: for all, and for paper."""

import pytest
from django.test import Client

from vaxreg.addresses import absolute
from vaxreg.papers.qr import qr

SHEETS = {"/rights/": "/", "/rights/sites/": "/staff/sign-in/"}


@pytest.mark.parametrize("address", SHEETS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_anybody_reads_it_in_both_languages_and_any_cache_keeps_it(db, address, language):
    answer = Client().get(f"{address}?lang={language}")

    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert not answer.cookies
    assert "nonce" not in answer.headers["Content-Security-Policy"]
    assert len(answer.content) < 60_000
    for fact in ("9458/BYT-CNTT", "356/2025/NĐ-CP", "1900 9095"):
        assert fact in answer.text


@pytest.mark.parametrize(("address", "path"), SHEETS.items())
def test_its_code_leads_to_where_its_reader_begins(db, address, path):
    page = Client().get(address).text

    assert qr(absolute(path)).path in page
    assert absolute(path).partition("://")[2].rstrip("/") in page


@pytest.mark.parametrize("address", SHEETS)
@pytest.mark.parametrize("start", ["/", "/statistics/", "/statistics/coverage/"])
def test_the_first_page_and_the_statistics_lead_there(db, address, start):
    page = Client().get(start, {"lang": "vi"}).text

    assert f'href="{address}?lang=vi"' in page


@pytest.mark.parametrize(
    "fact",
    [
        "within 48 hours",
        "Nights, weekends and Tết count",
        "within 2 working days",
        "official ground",
        "never the same person",
        "after 72 hours",
        "reference",
    ],
)
def test_a_citizen_reads_the_right_and_the_way(db, fact):
    assert fact in " ".join(Client().get("/rights/?lang=en").text.split())


@pytest.mark.parametrize(
    "fact",
    [
        "when the system records the proposal",
        "pause only while you wait for an answer from the citizen",
        "the hours go on",
        "Cannot be confirmed",
        "one of the thirteen official grounds",
        "Nobody decides about themselves or their family",
        "after 72 hours",
    ],
)
def test_a_site_reads_what_the_rule_asks_of_it(db, fact):
    assert fact in " ".join(Client().get("/rights/sites/?lang=en").text.split())
