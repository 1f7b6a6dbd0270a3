"""Log lines: one JSON object each, with ids, and without the numbers of people."""

import json
import logging
import logging.config
import re
from io import StringIO

import pytest
import structlog

from vaxreg.logs import LOGGING, cut_personal_data


@pytest.fixture
def lines():
    """What the product's own handler writes, parsed."""
    formatter = LOGGING["formatters"]["json"]
    options = {name: value for name, value in formatter.items() if name != "()"}
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter["()"](**options))
    log = logging.getLogger("tests.lines")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    log.removeHandler(handler)


@pytest.mark.parametrize(
    "number",
    [
        *("0912345678", "+84912345678", "84912345678", "001188012345", "012345678"),
        *("0912 345 678", "0912 - 345 - 678", "(091) 234 5678", "0012 8801 2345", "0912–345–678"),
    ],
)
def test_phone_and_id_numbers_are_cut_from_every_text(number):
    event = cut_personal_data(None, "", {"event": f"refused {number}, again", "to": number})

    assert event == {"event": "refused [number], again", "to": "[number]"}


@pytest.mark.parametrize(
    "text",
    [
        *("VR-7K3M-9QXD", "outbox row 1234567", "0a1b2c3d-0123-4567-89ab-001188012345", "48 h"),
        *("0a1b2c3d0123456789ab001188012345", "2026-11-29T11:08:21.123456Z", "192.168.100.200"),
        *("due 2026-11-29 08:00, 2026-11-30 08:00", "line 123, in clean"),
        *("succeeded in 0.009072472006664611s: None", "took 12.345678901234567 s"),
    ],
)
def test_references_and_ids_stay_readable(text):
    assert cut_personal_data(None, "", {"event": text})["event"] == text


def test_a_plain_log_call_becomes_one_line_of_json_without_numbers(lines):
    logging.getLogger("tests.lines").warning("message to %s\nfailed", "0912345678")

    (line,) = lines()
    assert line["event"] == "message to [number]\nfailed"
    assert line["level"] == "warning"
    assert line["logger"] == "tests.lines"
    assert line["timestamp"].endswith("Z")


def test_a_structured_call_keeps_its_facts_apart(lines):
    structlog.get_logger("tests.lines").info("refused", user=17, phone="+84912345678")

    (line,) = lines()
    assert line["event"] == "refused"
    assert line["user"] == 17
    assert line["phone"] == "[number]"


def test_a_traceback_stays_in_its_line_and_loses_its_numbers(lines):
    try:
        raise ValueError("Key (phone)=(+84912345678) already exists")
    except ValueError:
        logging.getLogger("tests.lines").exception("failed")

    (line,) = lines()
    assert "ValueError" in line["exception"]
    assert "912345678" not in json.dumps(line)


def test_facts_given_by_extra_lose_their_numbers_too(lines):
    logging.getLogger("tests.lines").info("sent", extra={"recipient": "0912345678"})

    assert "0912345678" not in json.dumps(lines())


@pytest.mark.parametrize(
    "fact",
    [
        ["0912 345 678"],
        ("a", "+84 912 345 678"),
        {"phone": "0912345678"},
        {"people": [{"phone": "(091) 234 5678", "id": "001188012345"}]},
        {"0912345678"},
    ],
)
def test_facts_inside_of_facts_lose_their_numbers_too(lines, fact):
    structlog.get_logger("tests.lines").info("sent", to=fact)

    written = json.dumps(lines()[0]["to"])
    assert "[number]" in written
    assert not re.search(r"\d", written)


def test_whoever_logs_ends_up_in_the_json_handler():
    assert LOGGING["root"]["handlers"] == ["console"]
    assert LOGGING["handlers"]["console"]["formatter"] == "json"


@pytest.mark.parametrize(
    "detail",
    [
        "Failing row contains (7, Nguyễn Thị Lan, 1988-03-27, female).",
        "Key (full_name, date_of_birth)=(Nguyễn Thị Lan, 1988-03-27) already exists.",
        "Failing row contains (7, Tổ 4\nNguyễn Thị Lan\nĐường Bưởi, x).",
    ],
)
@pytest.mark.parametrize("after", ["", "CONTEXT:  PL/pgSQL function x() line 3 at RAISE\n"])
def test_an_error_of_the_database_names_the_rule_and_not_the_row(lines, detail, after):
    try:
        raise ValueError(
            f'new row violates check constraint "name_form"\nDETAIL:  {detail}\n{after}'
        )
    except ValueError:
        logging.getLogger("tests.lines").exception("filing_failed")

    (line,) = lines()
    assert 'violates check constraint "name_form"' in line["exception"]
    assert "Lan" not in json.dumps(line, ensure_ascii=False)
    assert ("CONTEXT" in line["exception"]) == bool(after)


@pytest.mark.django_db
def test_the_log_of_a_request_holds_no_search_and_the_address_that_limits_use(
    client, settings, lines
):
    settings.TRUSTED_PROXIES = 1
    log = logging.getLogger("django_structlog.middlewares.request")
    log.addHandler(logging.getLogger("tests.lines").handlers[0])
    headers = {"x-forwarded-for": "9.9.9.9, 203.0.113.7", "x-real-ip": "8.8.8.8"}
    try:
        client.get("/sign-in/?next=/people/&q=Nguyen+Thi+Lan&id=001188012345", headers=headers)
    finally:
        log.removeHandler(logging.getLogger("tests.lines").handlers[0])

    written = lines()
    assert {line["request"] for line in written} == {"GET /sign-in/"}
    assert {line["ip"] for line in written} == {"203.0.113.7"}
    assert "Lan" not in json.dumps(written)
