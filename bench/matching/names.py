"""Vietnamese names with the frequencies of the country, as far as they are published.

Family names: shares of the population (Lê Trung Hoa, Họ và tên người Việt Nam). Given and middle names
have no published shares; their order is that of common lists, and the n-th falls off as 1/(n + 6).
"""

import random
from collections.abc import Sequence
from itertools import accumulate

from vaxreg.search import search_key

FAMILY = {
    "Nguyễn": 38.4, "Trần": 11.0, "Lê": 9.5, "Phạm": 7.1, "Huỳnh": 2.6, "Hoàng": 2.5, "Phan": 4.5,
    "Vũ": 2.0, "Võ": 1.9, "Đặng": 2.1, "Bùi": 2.0, "Đỗ": 1.4, "Hồ": 1.3, "Ngô": 1.3, "Dương": 1.0,
    "Lý": 0.5, "Đinh": 0.9, "Trương": 0.9, "Lâm": 0.6, "Đào": 0.6, "Mai": 0.5, "Trịnh": 0.5,
    "Đoàn": 0.5, "Vương": 0.3, "Hà": 0.5, "Cao": 0.4, "Lương": 0.4, "Châu": 0.2, "Tạ": 0.3,
    "Phùng": 0.3, "Tô": 0.25, "Vi": 0.1, "Chu": 0.25, "Thái": 0.2, "Quách": 0.2, "Kiều": 0.1,
    "Lưu": 0.3, "La": 0.1, "Triệu": 0.1, "Nông": 0.15, "Hứa": 0.1, "Tống": 0.1, "Từ": 0.1,
    "Thạch": 0.1, "Sơn": 0.05, "Danh": 0.08, "Giàng": 0.05, "Lò": 0.1, "Quàng": 0.05, "Bạch": 0.05,
    "Nghiêm": 0.05, "Văn": 0.1, "Tăng": 0.08, "Khổng": 0.03, "Doãn": 0.03, "Ông": 0.02, "Mạc": 0.04,
}  # fmt: skip
WOMEN_MIDDLE = {
    "Thị": 44, "Thị Thu": 3, "Thị Ngọc": 3, "Thị Thanh": 3, "Thị Hồng": 2.5, "Thị Kim": 2.5,
    "Thị Mỹ": 1.5, "Thị Bích": 1.5, "Thị Phương": 2, "Thị Minh": 1, "Ngọc": 4, "Thu": 2.5, "Thanh": 3,
    "Minh": 2, "Phương": 2, "Kim": 2, "Hồng": 1.5, "Mỹ": 1.2, "Bích": 1, "Khánh": 1.5, "Bảo": 1.5,
    "Quỳnh": 1, "Thùy": 1.5, "Hoàng": 1, "Mai": 0.8, "Thị Thùy": 1, "Thị Hoài": 0.6, "Thị Lan": 0.6,
    "Thị Xuân": 0.6, "Thị Diệu": 0.4, "Cẩm": 0.5, "Diễm": 0.4, "Tường": 0.3, "Yến": 0.4, "Lan": 0.4,
    "Gia": 0.6, "Trúc": 0.3, "An": 0.4, "Hà": 0.6, "": 0.6, "Như": 0.5, "Thảo": 0.4, "Tuyết": 0.4,
}  # fmt: skip
MEN_MIDDLE = {
    "Văn": 34, "Hữu": 4, "Đức": 5, "Minh": 5, "Quang": 4, "Thanh": 4.5, "Xuân": 2.5, "Công": 2.5,
    "Đình": 3, "Ngọc": 3.5, "Quốc": 3, "Anh": 1, "Hoàng": 3.5, "Trọng": 1.5, "Gia": 1.8, "Bảo": 1.5,
    "Tuấn": 1.2, "Thành": 1.6, "Chí": 1, "Mạnh": 1.2, "Duy": 1.6, "Tiến": 1.2, "Hồng": 1, "Bá": 1,
    "Viết": 0.8, "Thế": 1, "Trung": 1, "Phúc": 0.8, "Nhật": 0.9, "Khánh": 0.6, "Hải": 0.6, "Phú": 0.5,
    "Việt": 0.6, "Kim": 0.4, "Huy": 0.5, "Sỹ": 0.4, "Vĩnh": 0.3, "Tấn": 0.8, "": 0.6, "Đăng": 0.7,
    "Tất": 0.3, "Khắc": 0.3, "Phước": 0.4, "Trường": 0.4, "Như": 0.2, "Hùng": 0.3, "A": 0.15, "Y": 0.1,
}  # fmt: skip
WOMEN = """Hương Lan Hoa Hà Thảo Linh Trang Nga Mai Thủy Huyền Anh Ngọc Phương Thu Hằng Yến Oanh Nhung
 Dung Hiền Loan Tuyết Hồng Hạnh Liên Thanh Vân Nguyệt Tâm Xuân Quỳnh Nhi Vy Ngân My Trâm Châu Giang Ly
 Trinh Thúy Thư Như Uyên Kiều Diễm Bích Phượng Cúc Đào Lý Sen Lành Nhàn Thơm Thoa Tươi Mỹ Duyên Diệu
 Hậu Hòa Chi Thương Tuyền Nương Minh Hiên Ánh Gấm Lụa Na Quyên Trúc Ái Ân Bình Cẩm Chinh Dinh Đông Hảo
 Hoài Huệ Kim Lê Lệ Lợi Luyến Miền Mơ Mừng Nhã Nhạn Ninh Phúc Quế Quý Sương Tám Thắm Thi Thoại Thuận
 Thục Tiên Tình Trà Tú Út Vinh Viên Vui Xoan Xuyến Ý Khuê Đan San Hân Bảo Khánh Băng Đài Hợi Bé Ba Năm
 Lương Nghĩa Nhâm Ngà Nết Nở Sáu Tính Tuyến Thêm Thìn Toan Trầm Tư Hải Hường Hưởng Khuyên Lam Lài""".split()  # noqa: SIM905
MEN = """Hùng Dũng Tuấn Nam Hải Minh Long Sơn Thắng Cường Đức Quân Huy Anh Bình Tùng Phong Trung Khánh
 Kiên Việt Thành Đạt Hiếu Phúc Hoàng Tâm Hòa Quang Phương Lâm Khoa Duy Nhân Bảo Thịnh An Tài Toàn Tiến
 Trường Vinh Linh Thanh Ngọc Hưng Nghĩa Tú Lợi Lộc Phước Quý Tấn Thái Thiện Thông Trí Vũ Giang Hậu Khải
 Khang Kỳ Luân Lực Mạnh Nhật Ninh Phát Quốc Quyết Sang Sáng Tân Thạch Thế Thuận Tín Tình Toản Triều Trọng
 Tuyên Văn Xuân Ý Bách Bằng Ban Cảnh Chiến Chinh Chương Công Đại Điệp Đoàn Đông Đồng Dương Hà Hạnh Hào
 Hiển Hiệp Hoan Học Huấn Hữu Kha Khôi Khương Lãm Lĩnh Lương Luyện Nguyên Nhất Phi Phú Quảng Quyền Sinh
 Sỹ Tám Tư Út Năm Ba Bảy Thao Thảo Thức Thương Tiệp Tính Tôn Trực Tường Vĩ Viễn Vỹ Bé Cư Đăng Đô Hân""".split()  # noqa: SIM905

RARE = 0.04
BEGINNINGS = "b ch d đ g h kh l m n ng nh ph s t th tr v x".split()  # noqa: SIM905
ENDINGS = """a à á ai ài ái an àn án anh ành ánh ao ào áo ăm ắm âm ấm ầm ân ấn ầu ây e é em én ên ềnh êu
 ia iêm iên iền iến iệt iêu im ình ịnh o oa oà oai oan oàn oàng ô ồ ông ồng ổng ơn ớn u ú ụ ua ùa um un
 ung ùng úng uân uấn uy ư ừ ứ ưa ưng ừng ươi ương ường ưỡng ưu y ỳ ý""".split()  # noqa: SIM905


class Weighted:
    """A list to choose from by weights, quickly."""

    def __init__(self, weights: dict[str, float]) -> None:
        self.words = list(weights)
        self.cumulative = list(accumulate(weights.values()))

    def one(self, chance: random.Random) -> str:
        return chance.choices(self.words, cum_weights=self.cumulative)[0]


def _falling(words: Sequence[str]) -> Weighted:
    return Weighted({word: 1 / (n + 6) for n, word in enumerate(dict.fromkeys(words))})


_FAMILY = Weighted(FAMILY)
_MIDDLE = {True: Weighted(WOMEN_MIDDLE), False: Weighted(MEN_MIDDLE)}
_GIVEN = {True: _falling(WOMEN), False: _falling(MEN)}


def family_name(chance: random.Random) -> str:
    return _FAMILY.one(chance)


def middle_name(chance: random.Random, *, woman: bool) -> str:
    return _MIDDLE[woman].one(chance)


def given_name(chance: random.Random, *, woman: bool) -> str:
    """Return a given name; one in 25 is a syllable that hardly anybody else is called."""
    if chance.random() < RARE:
        return (chance.choice(BEGINNINGS) + chance.choice(ENDINGS)).capitalize()
    return _GIVEN[woman].one(chance)


def joined(family: str, middle: str, given: str) -> str:
    return " ".join(part for part in (family, middle, given) if part)


def like(given: str, chance: random.Random, *, woman: bool) -> str:
    """Return another given name that differs by marks or one letter, or any other one."""
    if (given, woman) not in _LIKE:
        words = [word for word in _GIVEN[woman].words if word != given]
        near = [word for word in words if _is_near(search_key(word), search_key(given))]
        _LIKE[given, woman] = near or words
    return chance.choice(_LIKE[given, woman])


def _is_near(one: str, other: str) -> bool:
    """Whether one letter, or none, differs."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(
        long[:place] + long[place + 1 :] == short for place in range(len(long))
    )


_LIKE: dict[tuple[str, bool], list[str]] = {}
