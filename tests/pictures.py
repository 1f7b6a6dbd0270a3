"""Photos of the paper, drawn for tests."""

import io
from datetime import date
from functools import cache

from PIL import Image

from demo import paper

CERTIFICATES = {
    "lan": ("Nguyễn Thị Lan", "001188012345", 1),
    "her child": ("Lê Nguyễn Minh Anh", "", 2),
    "binh": ("Trần Văn Bình", "001075067890", 5),
}


@cache
def certificate(whose: str = "lan") -> Image.Image:
    name, number, seed = CERTIFICATES[whose]
    doses = [("AstraZeneca", date(2021, 8, 29), "Trạm Y tế Phường Bưởi")]
    drawn = paper.photograph(name, date(1988, 3, 27), number, doses, seed)
    return Image.open(io.BytesIO(drawn.whole)).convert("RGB")


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (400, 300), colour: str = "teal", **save: object
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **save)
    return out.getvalue()
