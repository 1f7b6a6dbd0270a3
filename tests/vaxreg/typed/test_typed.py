"""What people type is read by one definition: without what nobody sees, names of all peoples."""

import unicodedata

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from accounts.models import User
from vaxreg.forms import CodeField, DateField, Form, IdNumberField, NameField, PhoneField
from vaxreg.search import search_key, search_key_of
from vaxreg.typed.invisible import clean_line, clean_text, clean_values
from vaxreg.typed.names import checked_name

# Marks of direction, zero widths, the byte order mark, soft hyphen, joiner, Hangul filler, a
# variation selector, a tag, the place of an object, half of a character, NUL.
UNSEEN = [
    *("\u200e", "\u200f", "\u202a", "\u202c", "\u2066", "\u2069", "\u061c", "\u200b", "\u200c"),
    *("\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u3164", "\ufe0f", "\U000e0020", "\ufffc"),
    *("\ud83d", "\0"),
]
ODD_SPACES = ["\u00a0", "\u2007", "\u2009", "\u202f", "\u3000", "\u2800", "\u1680", "\t"]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_nobody_sees_is_taken_out(unseen: str):
    assert clean_text(f"{unseen}Hà{unseen} Nội{unseen}") == "Hà Nội"


@pytest.mark.parametrize("space", ODD_SPACES)
def test_an_odd_space_is_a_plain_one(space: str):
    assert clean_line(f"{space}Hà{space}{space}Nội{space}") == "Hà Nội"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\u2029", "\x0b", "\x85"])
def test_the_lines_of_a_text_stay(end: str):
    lines = clean_text(f"Tiêm ở trường,{end}buổi sáng.").splitlines()

    assert lines == ["Tiêm ở trường,", "buổi sáng."]


def test_what_can_be_seen_stays():
    text = "Rơ\u0306 Mah H'Lơ\u0306n — “mũi 2” 💉 नमस्ते 北京 3½ °C"

    assert clean_text(text) == text


def test_a_structure_is_cleaned_in_all_its_texts():
    sent = {"a": ["\u200bx", {"b": "y\u00ad"}], "n": 3, "no": None, "yes": True}

    assert clean_values(sent) == {"a": ["x", {"b": "y"}], "n": 3, "no": None, "yes": True}


class Everything(Form):
    email = forms.EmailField()
    lot = forms.CharField()
    words = forms.CharField(widget=forms.Textarea)
    password = forms.CharField(widget=forms.PasswordInput, strip=False)
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")])


SENT = {
    "email": ["\u200blan\u00ad@example.vn\u202c"],
    "lot": ["\u202aFG\u200b3712\u202c"],
    "words": ["Một\u00a0dòng,\r\nhai\u200b dòng."],
    "password": [" bí\u00a0mật\u200b "],
    "several": ["a\u200e", "b"],
}


@pytest.mark.parametrize("kind", [MultiValueDict, QueryDict])
def test_a_form_is_cleaned_before_it_is_judged_but_for_passwords(kind: type):
    data = QueryDict(mutable=True) if kind is QueryDict else MultiValueDict()
    for name, values in SENT.items():
        data.setlist(name, values)

    form = Everything(data)

    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "email": "lan@example.vn",
        "lot": "FG3712",
        "words": "Một dòng,\r\nhai dòng.",
        "password": " bí\u00a0mật\u200b ",
        "several": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("field", "typed", "clean"),
    [
        (PhoneField(), "\u202a+84\u00a0912\u00a0345\u00a0678\u202c", "+84912345678"),
        (PhoneField(), "\u20660912\u2011345\u2011678\u2069", "+84912345678"),
        (
            PhoneField(),
            "\uff10\uff19\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
            "+84912345678",
        ),
        (IdNumberField(), "\u200e001\u00ad190\u200b123456", "001190123456"),
        (IdNumberField(), "c\u20091234567\ufeff", "C1234567"),
        (CodeField(), "\u200b123\u202f456\u200e", "123456"),
        (CodeField(), "\uff11\uff12\uff13\u2212\uff14\uff15\uff16", "123456"),
        (NameField(), "\u200bNguyễn\u00a0Thị\u3000Lan\u00ad", "Nguyễn Thị Lan"),
    ],
)
def test_a_field_alone_reads_what_was_copied_from_elsewhere(
    field: forms.Field, typed: str, clean: str
):
    assert field.clean(typed) == clean


def test_a_date_copied_from_elsewhere_is_read():
    assert DateField().clean("\u200e27/03/2022\u200f") == DateField().clean("27/3/2022")


NAMES = [
    *("K'Nam", "Suharto", "O", "Rơ\u0306 Mah H'Lơ\u0306n", "Suresh s/o Raman", "Y Bhăm Êban"),
    *("Hoàng-Thị Mai", "Martin Luther King, Jr.", "D’Angelo", "Siti binti Ali", "นางสาว สมหญิง"),
    *("李小龙", "김민수", "Анна-Мария", "محمد علي", "अनिल कुमार", "វុទ្ធី", "José Mª·Núñez"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_of_all_peoples_are_names(name: str, form: str):
    assert NameField().clean(unicodedata.normalize(form, name)) == unicodedata.normalize(
        "NFC", name
    )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Lan 2", "digits and other signs"),
        ("<b>Lan</b>", "digits and other signs"),
        ("💉", "digits and other signs"),
        ("Lan; DROP", "digits and other signs"),
        ("lan@example.vn", "digits and other signs"),
        ("- - '", "at least one letter"),
        ("A" * 121, "120 characters"),
        ("ß" * 80, "120 characters"),
    ],
)
def test_what_is_no_name_is_said_so(typed: str, words: str):
    with translation.override("en"), pytest.raises(ValidationError) as wrong:
        checked_name(typed)

    assert words in wrong.value.messages[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Đặng Đình", "Ðặng Ðình"),
        ("K'Nam", "K’Nam"),
        ("K'Nam", "K‘Nam"),
        ("K'Nam", "K\u02bcNam"),
        ("K'Nam", "K`Nam"),
        ("K'Nam", "K' Nam"),
        ("K'Nam", "KNAM"),
        ("Rơ\u0306 Mah H'Lơ\u0306n", "ro mah hlon"),
        ("Suresh s/o Raman", "suresh S O raman"),
        ("Hồng Thái, Bắc Bình", "Hồng Thái - Bắc Bình"),
        ("Phan Rang-Tháp Chàm", "Phan Rang – Tháp Chàm"),
        ("Nguyễn Văn A.", "nguyen van a"),
        ("Trường \u201cHoa Sen\u201d (cơ sở 2)", "truong hoa sen co so 2"),
        ("\u200bNguyễn\u00a0Lan", "Nguye\u0302\u0303n  Lan"),
    ],
)
def test_the_same_when_searched(one: str, other: str):
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(
    "name", ["K’Nam", "K' Nam", "Ðặng, Văn-Bình", "Rơ\u0306 Mah H'Lơ\u0306n", "S/O (Raman)"]
)
def test_the_database_makes_the_same_key(db: None, name: str):
    user = User.objects.create_user(email="a@example.vn", full_name=name)

    found = User.objects.annotate(key=search_key_of("full_name")).get(pk=user.pk)

    assert found.key == search_key(name)
