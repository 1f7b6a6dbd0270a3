"""Files of doses as sites send them, and the steps that bring them into the register."""

from collections.abc import Sequence
from typing import Any

from matching.joining import NumberProof
from organizations.models import Organization
from recording.imports import receiving, running
from recording.imports.models import DoseImport, ImportedRow
from tests.organizations.sheets import book, csv_bytes
from tests.world import World

HEADER = (
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Số CMND/CCCD",
    "Số điện thoại",
    "Tên vắc xin",
    "Số lô",
    "Mũi số",
    "Ngày tiêm",
)


def row(**facts: Any) -> list[Any]:
    """A line of somebody whom nobody knows yet, with these facts instead."""
    usual: dict[str, Any] = {
        "number": 1,
        "name": "Hoàng Thị Thuý Ngân",
        "born": "25/11/1971",
        "sex": "Nữ",
        "id_number": "001171005566",
        "phone": "0905 111 222",
        "vaccine": "AstraZeneca",
        "lot": "ABX1234",
        "position": "1",
        "given_on": "27/08/2021",
    }
    assert set(facts) <= set(usual)
    return list((usual | facts).values())


def send(
    world: World,
    rows: Sequence[Sequence[Any]],
    *,
    header: Sequence[str] = HEADER,
    site: Organization | None = None,
    as_xlsx: bool = False,
    name: str = "danh-sach.csv",
) -> DoseImport:
    """A file that Minh has sent for her station; nothing is confirmed."""
    lines = [header, *rows]
    data = book({"Danh sách": lines}) if as_xlsx else csv_bytes(lines)
    return running.begin(
        [data],
        name.replace(".csv", ".xlsx") if as_xlsx else name,
        organization=site or world.buoi,
        by=world.user("minh"),
    )


def check(
    sent: DoseImport, *, proof: str = NumberProof.TYPED, answers: dict[str, str] | None = None
) -> DoseImport:
    """The trial, to its end."""
    assert running.confirm(sent, mapping=sent.mapping, answers=answers or {}, number_proof=proof), (
        receiving.open_questions(sent)
    )
    running.work(sent.pk)
    sent.refresh_from_db()
    return sent


def write(sent: DoseImport, world: World) -> DoseImport:
    """Write the checked rows, to the end."""
    running.apply(sent, by=world.user("minh"))
    running.work(sent.pk)
    sent.refresh_from_db()
    return sent


def tried(world: World, *rows: Sequence[Any], **kwargs: Any) -> list[ImportedRow]:
    """The rows of a file after its trial."""
    return list(check(send(world, rows), **kwargs).rows.order_by("line"))


def codes(row: ImportedRow) -> set[str]:
    """What was found in a row, as column.code."""
    found = {".".join(one.split("|")[:2]) for one in row.findings}
    return found | {f"{one['field']}.{one['code']}" for one in row.doubts}
