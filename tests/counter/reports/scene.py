"""Files of reports as offices send them, and the steps that make cases of their rows."""

from collections.abc import Sequence
from typing import Any

from counter.reports import running
from counter.reports.models import ReportFile, ReportRow
from matching import writing
from organizations.models import Organization
from recording.imports import receiving
from tests.organizations.sheets import csv_bytes
from tests.world import World

HEADER = (
    *("Họ và tên", "Ngày sinh", "Số CCCD", "Số điện thoại", "Kênh", "Ngày phản ánh", "Giờ nhận"),
    *("Nội dung phản ánh", "Mũi số", "Ngày tiêm", "Vắc xin", "Mục sai", "Giá trị đúng"),
    *("Cơ sở tiêm", "Lời người dân"),
)


def row(**facts: Any) -> list[Any]:
    """A line in which Lan says by letter that her third dose is missing, with these facts instead."""
    usual: dict[str, Any] = {
        "name": "Nguyễn Thị Lan",
        "born": "27/03/1988",
        "id_number": "001188012345",
        "phone": "",
        "channel": "Thư",
        "told_on": "25/10/2021",
        "told_time": "",
        "what": "Thiếu mũi",
        "position": "Nhắc lại 1",
        "given_on": "20/10/2021",
        "vaccine": "Pfizer",
        "fact": "",
        "right": "",
        "site": "Trạm Y tế Phường Bưởi",
        "words": "Tôi tiêm ở sân trường.",
    }
    assert set(facts) <= set(usual)
    return list((usual | facts).values())


def wrong(**facts: Any) -> list[Any]:
    """A line in which Lan says by telephone that the lot of her first dose is wrong."""
    usual = {"channel": "Gọi điện", "told_time": "14:30", "what": "Sai thông tin", "position": "1"}
    named = {"given_on": "", "vaccine": "", "fact": "Số lô", "right": "ABX9999", "site": ""}
    return row(**(usual | named | facts))


def send(
    world: World,
    rows: Sequence[Sequence[Any]],
    *,
    office: Organization | None = None,
    who: str = "huong",
) -> ReportFile:
    """A file that Hương has sent for her district; Lan can be found, nothing is confirmed."""
    writing.write([world.citizens["lan"], world.citizens["binh"]])
    return running.begin(
        [csv_bytes([HEADER, *rows])],
        "phan-anh.csv",
        organization=office or world.tay_ho,
        by=world.user(who),
    )


def check(sent: ReportFile) -> ReportFile:
    """The trial, to its end."""
    assert running.confirm(sent, mapping=sent.mapping, answers={}), receiving.open_questions(sent)
    return work(sent)


def record(sent: ReportFile, world: World, *, who: str = "huong") -> ReportFile:
    """The rows become cases, to the end."""
    running.apply(sent, by=world.user(who))
    return work(sent)


def work(sent: ReportFile) -> ReportFile:
    """What a worker does with the file until nothing is left."""
    running.work(sent.pk)
    sent.refresh_from_db()
    return sent


def by_line(sent: ReportFile) -> dict[int, ReportRow]:
    """The rows by their line; the first below the header is 2."""
    return {one.line: one for one in sent.rows.all()}


def codes(row: ReportRow) -> list[str]:
    """What was found in a row, as column.code."""
    return [".".join(one.split("|")[:2]) for one in row.findings]
