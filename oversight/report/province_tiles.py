"""The position of each province's tile on the map, and its short name.

One tile per province, all of the same size, so that Bắc Ninh is as easy to read as Nghệ An. The
grid is six tiles wide, the most that can be read and touched on a phone of 320 px. It keeps the
known shape of the country: neighbours, the coast from Thanh Hóa to Bình Thuận, the highlands west
of it, the delta south of Thành phố Hồ Chí Minh.

Keys are the codes of the General Statistics Office. The 34 provinces since July 2025 have codes of
provinces that were merged into them, so they find a tile too. A province with an unknown code is
listed beside the map.
"""

COLUMNS, ROWS = 6, 20

# Code to (column, row), both from 1, north to south.
TILES: dict[str, tuple[int, int]] = {
    # The northern border.
    "12": (1, 1),
    "10": (2, 1),
    "02": (3, 1),
    "04": (4, 1),
    "11": (1, 2),
    "15": (2, 2),
    "08": (3, 2),
    "06": (4, 2),
    "20": (5, 2),
    # Around Hà Nội, down to the mouth of the Red River.
    "14": (1, 3),
    "25": (2, 3),
    "26": (3, 3),
    "19": (4, 3),
    "24": (5, 3),
    "22": (6, 3),
    "17": (2, 4),
    "01": (3, 4),
    "27": (4, 4),
    "30": (5, 4),
    "31": (6, 4),
    "35": (3, 5),
    "33": (4, 5),
    "34": (5, 5),
    "38": (2, 6),
    "37": (3, 6),
    "36": (4, 6),
    # The narrow middle of the country.
    "40": (2, 7),
    "42": (3, 7),
    "44": (3, 8),
    "45": (4, 8),
    "46": (4, 9),
    "48": (5, 9),
    # The coast on the right, the highlands to the left of it.
    "49": (5, 10),
    "51": (6, 10),
    "62": (5, 11),
    "52": (6, 11),
    "64": (5, 12),
    "54": (6, 12),
    "66": (5, 13),
    "56": (6, 13),
    "70": (3, 14),
    "67": (4, 14),
    "68": (5, 14),
    "58": (6, 14),
    # The south-east.
    "72": (2, 15),
    "74": (3, 15),
    "75": (4, 15),
    "60": (5, 15),
    # The delta of the Mekong.
    "87": (1, 16),
    "80": (2, 16),
    "79": (3, 16),
    "77": (4, 16),
    "89": (1, 17),
    "86": (2, 17),
    "82": (3, 17),
    "83": (4, 17),
    "91": (1, 18),
    "92": (2, 18),
    "84": (3, 18),
    "93": (2, 19),
    "94": (3, 19),
    "96": (1, 20),
    "95": (2, 20),
}

# Names whose initials also fit another province, or are not the usual abbreviation.
SHORT: dict[str, str] = {
    "Hà Nội": "HN",
    "Hà Nam": "HNa",
    "Hà Giang": "HG",
    "Hậu Giang": "HGi",
    "Hà Tĩnh": "HT",
    "Bắc Giang": "BG",
    "Bắc Kạn": "BK",
    "Bắc Ninh": "BN",
    "Bình Định": "BĐ",
    "Bình Dương": "BD",
    "Bình Phước": "BP",
    "Bình Thuận": "BTh",
    "Bến Tre": "BTr",
    "Bạc Liêu": "BL",
    "Bà Rịa - Vũng Tàu": "BRVT",
    "Cao Bằng": "CB",
    "Cà Mau": "CM",
    "Cần Thơ": "CT",
    "Đà Nẵng": "ĐNa",
    "Đồng Nai": "ĐNi",
    "Đắk Nông": "ĐNo",
    "Đắk Lắk": "ĐL",
    "Đồng Tháp": "ĐT",
    "Điện Biên": "ĐB",
    "Hồ Chí Minh": "HCM",
    "Lai Châu": "LCh",
    "Lào Cai": "LC",
    "Lạng Sơn": "LS",
    "Long An": "LA",
    "Lâm Đồng": "LĐ",
    "Nam Định": "NĐ",
    "Nghệ An": "NA",
    "Ninh Bình": "NB",
    "Ninh Thuận": "NT",
    "Phú Thọ": "PT",
    "Phú Yên": "PY",
    "Quảng Bình": "QB",
    "Quảng Nam": "QNa",
    "Quảng Ngãi": "QNg",
    "Quảng Ninh": "QN",
    "Quảng Trị": "QT",
    "Thái Bình": "TB",
    "Thái Nguyên": "TNg",
    "Thanh Hóa": "TH",
    "Thừa Thiên Huế": "TTH",
    "Tiền Giang": "TG",
    "Trà Vinh": "TV",
    "Tuyên Quang": "TQ",
    "Tây Ninh": "TNi",
    "Vĩnh Long": "VL",
    "Vĩnh Phúc": "VP",
}


def short(name: str) -> str:
    """Return the usual abbreviation of a province (2 to 4 letters); else its initials."""
    return SHORT.get(name) or "".join(word[0] for word in name.split() if word[0].isalpha()).upper()
