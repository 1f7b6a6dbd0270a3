"""Names typed in TCVN3 (ABC) or VNI are recognized, and foreign names are not taken for them."""

import pytest

from vaxreg.spreadsheets import old_fonts


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("NguyÔn V¨n A", "Nguyễn Văn A"),
        ("TrÇn ThÞ Mai", "Trần Thị Mai"),
        ("Bïi Dòng", "Bùi Dũng"),
        ("Hå Ngäc Hµ", "Hồ Ngọc Hà"),
        ("§ç Thuý", "Đỗ Thuý"),
        ("NGUYÔN V¡N A", "NGUYỄN VĂN A"),
        ("NguyÔn Quèc C\xadêng", "Nguyễn Quốc Cường"),
        ("Tr¹m Y tÕ ph\xadêng B\xadëi", "Trạm Y tế phường Bưởi"),
        ("Ng\xadêi xö lý", "Người xử lý"),
        ("TT Y tÕ quËn T©y Hå", "TT Y tế quận Tây Hồ"),
        ("QuÕ Phong", "Quế Phong"),
    ],
)
def test_tcvn3_is_recognized_and_converted(typed, meant):
    assert old_fonts.recognize(typed) == old_fonts.OldText("TCVN3", meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Nguyeãn Vaên A", "Nguyễn Văn A"),
        ("Traàn Thò Mai", "Trần Thị Mai"),
        ("Leâ Lan", "Lê Lan"),
        ("Löu Thò Lan", "Lưu Thị Lan"),
        ("Hoà Ngoïc Haø", "Hồ Ngọc Hà"),
        ("Ñoã Thuùy", "Đỗ Thúy"),
        ("LEÂ VAÊN TAÙM", "LÊ VĂN TÁM"),
        ("Huyønh Thò Kim Cöông", "Huỳnh Thị Kim Cương"),
        ("Traïm Y teá Phöôøng Böôûi", "Trạm Y tế Phường Bưởi"),
        ("Ngöôøi xöû lyù", "Người xử lý"),
        ("Traïm Y teá Quaän 1", "Trạm Y tế Quận 1"),
    ],
)
def test_vni_is_recognized_and_converted(typed, meant):
    assert old_fonts.recognize(typed) == old_fonts.OldText("VNI", meant)


@pytest.mark.parametrize(
    "name",
    [
        *("Müller", "José", "Søren", "François Müller", "José García", "JOSÉ MÜLLER", "René Lê"),
        *(
            "Björn Hö",
            "Loïc Martin",
            "Loïc Tran",
            "Anaïs",
            "Lü Bu",
            "Lê Søren",
            "Mª Carmen",
            "João",
        ),
        *(
            "Ana Peña",
            "Núñez",
            "Åsa Öberg",
            "Zoë",
            "Strauß",
            "Dvořák",
            "Gül",
            "Noël Trần",
            "Öz Can",
        ),
        *("Nguyễn Văn A", "Lê Hà", "Vũ Thị Hoà", "Đỗ Thúy", "Tô Ngô", "ÁI VÂN", "Hồ Chí Minh"),
        *("Krông Nô", "Ê Ban", "Kpă Klơng", "Xã Đắk Pék", "H'Hen Niê", "Hà Nhì"),
        *("Phòng tiêm VNVC®", "Bệnh viện Việt – Đức", "25 µm", "Hôtel Métropole", "©2026"),
    ],
)
def test_no_other_name_is_taken_for_an_old_font(name):
    assert old_fonts.recognize(name) is None


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        *(("nguyễn", True), ("quốc", True), ("gì", True), ("hoà", True), ("hòa", True)),
        *(("khuỷu", True), ("ỷ", True), ("nghiêng", True), ("Thuở", True)),
        *(("müller", False), ("hat", False), ("hàt", False), ("leõ", False), ("josé", False)),
    ],
)
def test_a_syllable_has_an_onset_a_rime_and_a_tone_that_fit(word, is_one):
    assert old_fonts.is_syllable(word) is is_one
