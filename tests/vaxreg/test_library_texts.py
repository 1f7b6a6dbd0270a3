"""What Django and the REST framework say of a bad input is said in Vietnamese too."""

from collections.abc import Iterator
from pathlib import Path

import django
import pytest
import rest_framework
from babel.messages.extract import extract_from_file
from django.utils import translation
from django.utils.translation import gettext

REST, DJANGO = Path(rest_framework.__file__).parent, Path(django.__file__).parent
FILES = (
    *(REST / name for name in ("fields.py", "validators.py", "exceptions.py", "serializers.py")),
    *(DJANGO / "core" / name for name in ("validators.py", "paginator.py")),
    *(DJANGO / "forms" / name for name in ("fields.py", "models.py", "utils.py")),
    DJANGO / "db" / "models" / "fields" / "__init__.py",
    DJANGO / "contrib" / "auth" / "password_validation.py",
)
KEYWORDS = dict.fromkeys(("_", "gettext", "gettext_lazy"), (1,))
# The same word in both languages, names of kinds of columns, and what no page of ours can say.
SAME = {
    *("IPv4", "IPv6", "IPv4 or IPv6", "Duration", "Big (8 byte) integer", "Positive big integer"),
    *("String (unlimited)", "Universally unique identifier"),
    *("Expected available in {wait} second.", "Expected available in {wait} seconds."),
    "Ensure this value is a multiple of step size %(limit_value)s, starting from %(offset)s,"
    " e.g. %(offset)s, %(valid_value1)s, %(valid_value2)s, and so on.",
}


def texts() -> Iterator[str]:
    for file in FILES:
        for _line, text, _comments, _context in extract_from_file("python", file, KEYWORDS):
            if isinstance(text, str):
                yield text


def test_no_text_of_theirs_is_left_in_english():
    with translation.override("vi"):
        left = {text for text in texts() if len(text) > 3 and gettext(text) == text}

    assert left - SAME == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Null characters are not allowed.", "ký tự rỗng"),
        ("Not a valid string.", "chuỗi chữ"),
        ("Must be a valid UUID.", "UUID hợp lệ"),
        ('"{input}" is not a valid choice.', "lựa chọn"),
        ("Enter a complete value.", "đầy đủ"),
        ("Authentication credentials were not provided.", "Chưa đăng nhập"),
    ],
)
def test_it_is_said_in_the_language_of_the_reader(text, said):
    with translation.override("vi"):
        assert said in gettext(text)
    with translation.override("en"):
        assert gettext(text) == text
