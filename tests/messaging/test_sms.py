"""How many SMS a text is, counted by hand; and Vietnamese without its diacritics."""

import unicodedata

import pytest

from messaging import sms
from messaging.models import Message
from tests.messaging.conftest import write

GSM, UCS = sms.Encoding.GSM_7, sms.Encoding.UCS_2


@pytest.mark.parametrize(
    ("text", "encoding", "letters", "parts"),
    [
        ("", GSM, 0, 1),
        ("a" * 160, GSM, 160, 1),
        ("a" * 161, GSM, 161, 2),
        ("a" * 306, GSM, 306, 2),
        ("a" * 307, GSM, 307, 3),
        ("€" * 80, GSM, 160, 1),
        ("€" * 81, GSM, 162, 2),
        ("a" * 152 + "€" + "a" * 152, GSM, 306, 3),
        ("ạ" * 70, UCS, 70, 1),
        ("ạ" * 71, UCS, 71, 2),
        ("ạ" * 134, UCS, 134, 2),
        ("ạ" * 135, UCS, 135, 3),
        ("a" * 69 + "ạ", UCS, 70, 1),
        ("a" * 70 + "ạ", UCS, 71, 2),
        ("💉" * 35, UCS, 70, 1),
        ("💉" * 36, UCS, 72, 2),
        ("à é ù ì ò", GSM, 9, 1),
        ("đ", UCS, 1, 1),
        ("`", UCS, 1, 1),
        ("@$_[]{}\\|~^", GSM, 19, 1),
        ("a\nb\r\n", GSM, 5, 1),
    ],
)
def test_texts_are_counted_as_the_network_counts_them(text, encoding, letters, parts):
    assert sms.segments(text) == sms.SmsSize(encoding, letters, parts)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Đề xuất của bạn đã được tiếp nhận", "De xuat cua ban da duoc tiep nhan"),
        ("ẤP ƠN ƯỚC Ỹ", "AP ON UOC Y"),
        ("Sổ Tiêm – “mũi 1” …", 'So Tiem - "mui 1" ...'),
        ("14:30 22/11/2026", "14:30 22/11/2026"),
        ("https://sotiem.vn/c/VR-7K3M-9QXD/?a=1&b=_", "https://sotiem.vn/c/VR-7K3M-9QXD/?a=1&b=_"),
        ("à é ù", "a e u"),
    ],
)
def test_diacritics_are_dropped_and_all_else_is_kept(text, plain):
    assert sms.plain(text) == plain
    assert sms.plain(unicodedata.normalize("NFD", text)) == plain


def test_every_vietnamese_letter_without_its_diacritics_is_in_the_alphabet_of_160():
    bases = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    letters = [unicodedata.normalize("NFC", base + tone) for base in bases for tone in tones]

    text = sms.plain("".join(letters) + "đĐ")

    assert len(text) == len(letters) + 2
    assert text.isascii()
    assert sms.segments(text[:160]).encoding == GSM


@pytest.mark.parametrize(("with_diacritics", "fits"), [(False, True), (True, False)])
def test_a_text_fits_in_the_form_in_which_it_leaves(settings, with_diacritics, fits):
    settings.SMS_WITH_DIACRITICS = with_diacritics

    assert sms.fits("ạ" * 160) is fits


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("with_diacritics", "form", "parts"), [(False, "plain", 1), (True, "full", 2)]
)
def test_form_and_parts_stand_on_the_row_and_the_text_keeps_its_diacritics(
    settings, with_diacritics, form, parts
):
    settings.SMS_WITH_DIACRITICS = with_diacritics

    message = write(text="ạ" * 100)

    row = Message.objects.get(pk=message.pk)
    assert (row.sms_form, row.segments) == (form, parts)
    assert row.text == "ạ" * 100
