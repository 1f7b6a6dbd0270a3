"""Lists of the police: believed by their signature, told row by row, applied, and taken back."""

import base64
import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import CommandError, call_command
from django.utils import translation

from citizens.actions import revise_identity
from citizens.models import Citizen, CitizenRevision
from demo import police
from identity.cleansing import importing
from identity.cleansing.reading import Unreadable, read
from identity.cleansing.signature import NotSigned
from identity.models import CleansingList, CleansingRow
from tests.factories.citizens import CitizenFactory

HEADER = ",".join(police.HEADER)
KEY = Ed25519PrivateKey.generate()


def pem(key: Any) -> bytes:
    made: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return made


@pytest.fixture(autouse=True)
def believed(settings, tmp_path: Path) -> Iterator[None]:
    """The police's key, and a terminal in English."""
    settings.POLICE_LIST_KEY = str(tmp_path / "key.pem")
    (tmp_path / "key.pem").write_bytes(pem(KEY))
    with translation.override("en"):
        yield


@pytest.fixture
def lan(db) -> Citizen:
    made = CitizenFactory(
        full_name="Nguyễn Thị Lan",
        date_of_birth=date(1988, 3, 27),
        sex="female",
        id_number="001188012345",
    )
    return Citizen.objects.get(pk=made.pk)


def row(**cells: str) -> list[str]:
    """A row about Lan as she is on record, with these cells instead."""
    about = {
        "id_number": "001188012345",
        "full_name": "Nguyễn Thị Lan",
        "date_of_birth": "1988-03-27",
        "sex": "female",
        "verdict": "wrong",
        **cells,
    }
    return [about.get(name, "") for name in police.HEADER]


def content(*rows: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([list(police.HEADER), *rows])
    return text.getvalue().encode()


def files(tmp_path: Path, *rows: list[str]) -> tuple[str, str]:
    made = content(*rows)
    (tmp_path / "list.csv").write_bytes(made)
    (tmp_path / "list.sig").write_bytes(KEY.sign(made))
    return str(tmp_path / "list.csv"), str(tmp_path / "list.sig")


def only(*rows: list[str]) -> Any:
    """Return what the trial says of the last of these rows."""
    made = content(*rows)
    return list(importing.trial(made, KEY.sign(made)))[-1]


@pytest.mark.parametrize(
    ("cells", "result", "fields"),
    [
        ({"verdict": "right"}, "same", ()),
        ({"verdict": "ĐÚNG"}, "same", ()),
        ({"right_date_of_birth": "1988-03-28"}, "changed", ("date_of_birth",)),
        ({"verdict": "sai", "right_date_of_birth": "28/03/1988"}, "changed", ("date_of_birth",)),
        ({"right_full_name": "Nguyễn Thị Lân"}, "changed", ("full_name",)),
        ({"right_sex": "nam"}, "changed", ("sex",)),
        ({"right_id_number": "001 188 012 346"}, "changed", ("id_number",)),
        ({"right_date_of_birth": "1988"}, "changed", ("date_of_birth",)),
        ({"right_full_name": "Nguyễn Thị Lan"}, "same", ()),
        # The record says it already, whatever the registry had sent.
        ({"full_name": "Nguyễn Thị Lá", "right_full_name": "Nguyễn Thị Lan"}, "same", ()),
        ({"id_number": "001188099999", "verdict": "right"}, "not_found", ()),
        ({"full_name": "Nguyễn Thị Lân", "right_sex": "male"}, "differs", ("full_name",)),
        (
            {"sex": "male", "date_of_birth": "1987-03-27", "verdict": "right"},
            "differs",
            ("date_of_birth", "sex"),
        ),
        ({"verdict": "not_found"}, "refused", ()),
        ({}, "refused", ()),
        ({"verdict": "maybe"}, "refused", ()),
        ({"right_sex": "other"}, "refused", ()),
        ({"right_id_number": "12"}, "refused", ()),
        ({"right_date_of_birth": "31/02/1988"}, "refused", ()),
        ({"right_date_of_birth": "2999-01-01"}, "refused", ()),
        ({"right_full_name": "12345"}, "refused", ()),
        (
            {
                "right_id_number": "001190055667",
                "right_full_name": "Lê Thị Hạnh",
                "right_date_of_birth": "1990-06-15",
            },
            "refused",
            (),
        ),
    ],
)
def test_the_trial_says_what_each_row_would_do_and_changes_nothing(
    lan: Citizen, cells: dict[str, str], result: str, fields: tuple[str, ...]
):
    judged = only(row(**cells))

    assert (judged.result, judged.fields) == (result, fields)
    assert bool(judged.reason) is (result == "refused")
    assert not CleansingList.objects.exists()
    assert not CitizenRevision.objects.exists()


def test_a_number_that_is_somebody_elses_is_refused(lan: Citizen):
    CitizenFactory(id_number="001075067890")

    judged = only(row(right_id_number="001075067890"))

    assert judged.result == "refused"


def test_a_person_without_a_number_is_found_by_the_other_three_facts(lan: Citizen):
    lan.id_number = None
    lan.save()

    assert only(row(id_number="", right_id_number="001188012345")).result == "changed"
    CitizenFactory(
        full_name=lan.full_name, date_of_birth=lan.date_of_birth, sex=lan.sex, id_number=None
    )
    assert only(row(id_number="", right_id_number="001188012345")).result == "refused"


def test_a_second_row_about_the_same_person_is_refused(lan: Citizen):
    judged = only(row(right_sex="male"), row(right_full_name="Nguyễn Thị Lân"))

    assert judged.result == "refused"


def test_a_list_is_applied_with_itself_as_source(lan: Citizen, tmp_path: Path, capsys):
    paths = files(tmp_path, row(right_date_of_birth="28/03/1988"), row(id_number="001188099999"))

    call_command("import_cleansing_list", *paths)

    lan.refresh_from_db()
    revision = lan.revisions.latest("number")
    assert lan.date_of_birth == date(1988, 3, 28)
    assert (revision.number, revision.by) == (2, None)
    assert "list.csv, dòng 2" in revision.why
    assert [(one.line, one.result) for one in CleansingRow.objects.all()] == [
        (2, "changed"),
        (3, "not_found"),
    ]
    said = capsys.readouterr().out
    assert "001188012345" not in said
    assert "******012345" in said
    with pytest.raises(CommandError, match="imported already"):
        call_command("import_cleansing_list", *paths)


def test_an_import_that_was_killed_goes_on(db, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    people = [CitizenFactory(sex="female", id_number=f"00118801234{n}") for n in range(5)]
    rows = [
        row(
            id_number=one.id_number,
            full_name=one.full_name,
            date_of_birth=one.date_of_birth.isoformat(),
            right_sex="male",
        )
        for one in people
    ]
    made = content(*rows)
    run, read_rows = importing.begin(made, KEY.sign(made), "list.csv")
    importing.apply_next(run, read_rows)

    def dies(judged: Any, *rest: Any) -> Any:
        written(judged, *rest)
        if judged.row.line == 4:
            raise KeyboardInterrupt
        return None

    written = importing._write
    with monkeypatch.context() as patched:
        patched.setattr(importing, "_write", dies)
        with pytest.raises(KeyboardInterrupt):
            importing.apply_next(run, read_rows)
    assert Citizen.objects.filter(sex="male").count() == 2

    call_command("import_cleansing_list", *files(tmp_path, *rows))

    assert Citizen.objects.filter(sex="male").count() == 5
    assert CleansingRow.objects.filter(result="changed").count() == 5
    assert CitizenRevision.objects.filter(number=2).count() == 5
    assert CleansingList.objects.get().ended_at is not None


@pytest.mark.parametrize("proven", [True, False])
def test_undo_puts_back_what_stood_there(lan: Citizen, tmp_path: Path, proven: bool):
    lan.id_number_proven = proven
    lan.save()
    changes = {
        "right_id_number": "001188012346",
        "right_sex": "male",
        "right_date_of_birth": "1988",
    }
    paths = files(tmp_path, row(**changes))
    call_command("import_cleansing_list", *paths)
    lan.refresh_from_db()
    assert (lan.id_number, lan.id_number_proven, lan.birth_precision) == (
        "001188012346",
        True,
        "year",
    )
    number = CleansingList.objects.get().pk

    call_command("import_cleansing_list", undo=number)

    lan.refresh_from_db()
    assert (lan.id_number, lan.id_number_proven) == ("001188012345", proven)
    assert (lan.sex, lan.date_of_birth, lan.birth_precision) == ("female", date(1988, 3, 27), "day")
    assert Citizen.objects.numbered("001188012345").get() == lan
    assert not Citizen.objects.numbered("001188012346").exists()
    assert lan.revisions.count() == 3
    with pytest.raises(CommandError, match="taken back already"):
        call_command("import_cleansing_list", undo=number)
    call_command("import_cleansing_list", *paths)
    lan.refresh_from_db()
    assert lan.sex == "male"


def test_undo_leaves_what_was_changed_since_and_says_so(lan: Citizen, tmp_path: Path, capsys):
    hanh = CitizenFactory(sex="female", id_number="001190055667")
    about = {
        "id_number": "001190055667",
        "full_name": hanh.full_name,
        "date_of_birth": hanh.date_of_birth.isoformat(),
    }
    paths = files(tmp_path, row(right_sex="male"), row(**about, right_sex="male"))
    call_command("import_cleansing_list", *paths)
    revise_identity(lan, changes={"full_name": "Nguyễn Thị Lân"}, by=None, why="Theo CCCD")

    call_command("import_cleansing_list", undo=CleansingList.objects.get().pk)

    lan.refresh_from_db()
    hanh.refresh_from_db()
    assert (lan.sex, lan.full_name, hanh.sex) == ("male", "Nguyễn Thị Lân", "female")
    said = capsys.readouterr().out
    assert "line 2: Changed since, left as it is" in said
    assert "line 3: Taken back" in said


@pytest.mark.parametrize(
    "change",
    [
        lambda made, sig: (made + b"\n", sig),
        lambda made, sig: (made.replace(b"male", b"nam"), sig),
        lambda made, sig: (made, sig[:-1] + bytes([sig[-1] ^ 1])),
        lambda made, sig: (made, b""),
        lambda made, sig: (made, Ed25519PrivateKey.generate().sign(made)),
        lambda made, sig: (made, "chữ ký".encode()),
    ],
)
def test_a_wrong_signature_is_refused_in_words_and_nothing_is_read(
    lan: Citizen, tmp_path: Path, monkeypatch, change: Any
):
    made = content(row(right_sex="male"))
    paths = tmp_path / "list.csv", tmp_path / "list.sig"
    for path, data in zip(paths, change(made, KEY.sign(made)), strict=True):
        path.write_bytes(data)
    monkeypatch.setattr(importing, "read", pytest.fail)

    for more in ([], ["--trial"]):
        with pytest.raises(CommandError, match="Nothing was read"):
            call_command("import_cleansing_list", *map(str, paths), *more)

    lan.refresh_from_db()
    assert lan.sex == "female"
    assert not CleansingList.objects.exists()


def test_rsa_pss_and_base64_are_taken_too(lan: Citizen, settings):
    key = rsa.generate_private_key(65537, 2048)
    Path(settings.POLICE_LIST_KEY).write_bytes(pem(key))
    made = content(row(right_sex="male"))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)
    signed = key.sign(made, pss, hashes.SHA256())
    for signature in (signed, base64.encodebytes(signed)):
        assert [one.result for one in importing.trial(made, signature)] == ["changed"]
    with pytest.raises(NotSigned):
        importing.trial(made, key.sign(made, padding.PKCS1v15(), hashes.SHA256()))


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n",
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(rsa.generate_private_key(65537, 1024)),  # noqa: S505
        None,
    ],
)
def test_without_a_fit_key_no_list_is_believed(db, settings, tmp_path: Path, key: bytes | None):
    path = Path(settings.POLICE_LIST_KEY)
    path.unlink() if key is None else path.write_bytes(key)

    with pytest.raises(CommandError, match=r"key|POLICE_LIST_KEY"):
        call_command("import_cleansing_list", *files(tmp_path, row()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        f"{HEADER},sex\n",
        HEADER.replace("right_sex", "x"),
        "\xff\xfe",
        f'{HEADER}\n"x',
    ],
)
def test_a_file_of_another_form_is_refused_as_a_whole(text: str):
    with pytest.raises(Unreadable):
        read(text.encode("latin-1"))


def test_headers_in_vietnamese_and_semicolons_are_read_and_a_short_row_is_told():
    header = (
        "Số định danh;Họ và tên;Ngày sinh;Giới tính;Kết quả;"
        "Số định danh đúng;Họ và tên đúng;Ngày sinh đúng;Giới tính đúng"
    )
    rows = read(f"\ufeff{header}\n001188012345;Lan;1988;nữ;đúng;;;;\n\n1;2\n".encode())

    assert [(one.line, bool(one.wrong)) for one in rows] == [(2, False), (4, True)]
    assert rows[0].said["sex"] == "female"


def test_the_demo_signs_a_list_that_is_believed(db, capsys):
    call_command("demo_cleansing_list")

    line = capsys.readouterr().out.split()
    call_command("import_cleansing_list", *line[3:5], "--trial")
    assert "line 7" in capsys.readouterr().out
