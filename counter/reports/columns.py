"""The columns of a file of reports, and the words in which offices fill them."""

from functools import cache

from django.conf import settings
from django.http import FileResponse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _noop

from citizens.facts import IdentityField
from corrections.facts import FIELD_LABELS
from corrections.models import FilingChannel, Kind
from doses.facts import Field
from organizations.imports.columns import word_key
from recording.imports.reading.headings import BY_NAME as OF_DOSES
from recording.imports.reading.headings import Fields, ImportField
from vaxreg.spreadsheets.writing import Cell, Sheet, xlsx_file

# Headers and words are compared as `word_key` has them: without marks, and with i for y.
COLUMNS: Fields = (
    *(OF_DOSES[name] for name in ("full_name", "born", "sex", "id_number", "phone")),
    ImportField(
        "channel",
        _noop("Channel"),
        ("kenh", "kenh tiep nhan", "hinh thuc", "hinh thuc tiep nhan", "nguon tiep nhan"),
        True,
    ),
    ImportField(
        "told_on",
        _noop("Told us on"),
        (
            *("ngai phan anh", "ngai tiep nhan", "ngai nhan", "thoi diem phan anh", "ngai gui"),
            *("thoi gian phan anh", "thoi gian tiep nhan", "received", "received on", "told at"),
        ),
        True,
    ),
    ImportField("told_time", _noop("Time of day"), ("gio phan anh", "gio nhan", "gio tiep nhan")),
    ImportField(
        "what",
        _noop("What is wrong"),
        ("noi dung phan anh", "noi dung", "loai phan anh", "van de", "problem"),
        True,
    ),
    ImportField("position", _noop("Which dose"), OF_DOSES["position"].others),
    ImportField("given_on", _noop("Date of the dose"), OF_DOSES["given_on"].others),
    ImportField("vaccine", _noop("Vaccine"), OF_DOSES["vaccine"].others),
    ImportField(
        "field", _noop("Wrong fact"), ("truong sai", "chi tiet sai", "muc sai", "muc", "field")
    ),
    ImportField(
        "right", _noop("Right value"), ("gia tri dung", "sua thanh", "dung la", "right", "value")
    ),
    ImportField(
        "site",
        _noop("Site"),
        ("co so", "co so tiem", "noi tiem", "diem tiem", "ten co so", "don vi tiem"),
    ),
    ImportField(
        "words",
        _noop("Words of the person"),
        ("loi nguoi dan", "noi dung chi tiet", "ghi chu", "mo ta", "words", "message"),
    ),
)
BY_NAME = {one.name: one for one in COLUMNS}
# The columns that hold days.
DATES = ("born", "given_on", "told_on")
_CHANNELS = {
    FilingChannel.MESSAGE: (
        "message",
        "sms",
        "zalo",
        "email",
        "tin nhắn",
        "nhắn tin",
        "thư điện tử",
    ),
    FilingChannel.LETTER: ("letter", "post", "thư", "đơn", "đơn thư", "bưu điện", "văn bản"),
    FilingChannel.CALL: ("call", "phone", "cuộc gọi", "gọi", "gọi điện", "điện thoại", "gọi đến"),
}
CHANNELS = {word_key(word): one.value for one, words in _CHANNELS.items() for word in words}
_KINDS = {
    Kind.MISSING_DOSE: (
        *("missing", "missing dose", "a dose is missing", "thiếu", "thiếu mũi", "thiếu mũi tiêm"),
        *("mất mũi", "mất mũi tiêm", "chưa có mũi tiêm", "không có mũi tiêm", "chưa cập nhật"),
    ),
    Kind.WRONG_FIELDS: ("wrong", "wrong fact", "wrong details", "sai", "sai thông tin", "nhầm"),
}
KINDS = {word_key(word): one.value for one, words in _KINDS.items() for word in words}
_FACTS: dict[str, tuple[str, ...]] = {
    Field.VACCINE: ("vắc xin", "tên vắc xin", "loại vắc xin", "vaccine"),
    Field.GIVEN_ON: ("ngày tiêm", "date", "date of the dose"),
    Field.ORGANIZATION: ("cơ sở", "cơ sở tiêm", "nơi tiêm", "điểm tiêm", "site"),
    Field.LOT: ("số lô", "lô", "lot"),
    Field.POSITION: ("mũi", "mũi số", "mũi thứ", "which dose", "dose number"),
    IdentityField.FULL_NAME: ("họ tên", "họ và tên", "tên", "name"),
    IdentityField.DATE_OF_BIRTH: ("ngày sinh", "năm sinh", "ngày tháng năm sinh", "birth date"),
    IdentityField.SEX: ("giới tính", "giới"),
    IdentityField.ID_NUMBER: ("cccd", "cmnd", "số cccd", "số định danh", "số cmnd", "id"),
    IdentityField.PHONE: ("số điện thoại", "sđt", "điện thoại", "phone"),
}
# What a cell may name several of, with as many right values.
BETWEEN = ";"


@cache
def fact_words() -> dict[str, str]:
    """Return {word: fact of a dose or a person}, with the labels of both languages."""
    found = {word_key(word): str(fact) for fact, words in _FACTS.items() for word in words}
    for fact in _FACTS:
        for language, _name in settings.LANGUAGES:
            with override(language):
                found.setdefault(word_key(str(FIELD_LABELS[fact])), str(fact))
    return found


def template_file() -> FileResponse:
    """Return a file with the columns and two rows to type over, in the reader's language."""
    header = [gettext(one.title) for one in COLUMNS]
    missing: dict[str, str] = {
        "full_name": "Nguyễn Thị Ví Dụ",
        "born": "17/04/1948",
        "channel": gettext("letter"),
        "told_on": "05/09/2021",
        "what": gettext("missing dose"),
        "position": "2",
        "given_on": "28/08/2021",
        "vaccine": "AstraZeneca",
        "words": "Tôi tiêm ở sân trường.",
    }
    wrong: dict[str, str] = {
        "full_name": "Trần Văn Ví Dụ",
        "born": "02/01/1975",
        "phone": "0905 111 222",
        "channel": gettext("call"),
        "told_on": "06/09/2021",
        "told_time": "14:30",
        "what": gettext("wrong fact"),
        "position": "1",
        "field": f"{gettext('Date given')}{BETWEEN} {gettext('Lot number')}",
        "right": f"28/08/2021{BETWEEN} FP0001",
    }
    rows: list[list[Cell]] = [
        [row.get(one.name, "") for one in COLUMNS] for row in (missing, wrong)
    ]
    return xlsx_file("so-tiem-reports", [Sheet(gettext("Reports"), header, rows)])
