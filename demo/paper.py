"""Photos of paper certificates, drawn for the demo."""

import random
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import fontpkg
from PIL import Image, ImageDraw, ImageFont

from vaxreg.photos.cleaning import Picture

PAPER, INK, RED = (241, 234, 219), (38, 36, 44), (150, 34, 30)
TABLE = (96, 78, 62)
WIDTH, HEIGHT = 1500, 1060


def photograph(
    name: str, born: date, id_number: str, lines: list[tuple[str, date, str]], seed: int
) -> Picture:
    """Return a photo of a certificate as taken by a phone: slightly turned, unevenly lit.

    lines: vaccine, date and site of each dose. The form of Decision 3588/QĐ-BYT has no lot number.
    """
    chance = random.Random(seed)  # noqa: S311 — a picture, not a secret
    sheet = _form().copy()
    draw = ImageDraw.Draw(sheet)
    rows = [
        f"Họ và tên:  {name}",
        f"Ngày sinh:  {born:%d/%m/%Y}",
        f"Số CCCD/CMT:  {id_number}",
    ]
    for number, row in enumerate(rows):
        _text(draw, (110, 290 + number * 58), row, 34, 500, INK)
    for number, (vaccine, given_on, site) in enumerate(lines):
        top = 545 + number * 120
        draw.rectangle((100, top - 16, WIDTH - 100, top + 92), outline=INK, width=2)
        _text(draw, (120, top), f"Mũi {number + 1}:  {vaccine}", 36, 600, (20, 40, 110))
        _text(draw, (900, top), f"Ngày:  {given_on:%d/%m/%Y}", 36, 600, (20, 40, 110))
        _text(draw, (120, top + 46), f"Nơi tiêm:  {site}", 30, 400, INK)
    _stamp(sheet, lines[-1][2], chance)
    return _as_taken(sheet, chance)


@cache
def _form() -> Image.Image:
    """Return the empty form, the same for everybody."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((28, 28, WIDTH - 28, HEIGHT - 28), outline=INK, width=3)
    _text(draw, (WIDTH // 2, 70), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 30, 600, INK, "mt")
    _text(draw, (WIDTH // 2, 112), "Độc lập – Tự do – Hạnh phúc", 26, 500, INK, "mt")
    _text(draw, (WIDTH // 2, 190), "GIẤY XÁC NHẬN ĐÃ TIÊM VẮC XIN COVID-19", 46, 700, RED, "mt")
    _text(draw, (110, 464), "Đã được tiêm phòng vắc xin COVID-19:", 34, 500, INK)
    return sheet


@cache
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(fontpkg.path("Be Vietnam Pro", weight)), size)


def _text(
    draw: ImageDraw.ImageDraw,
    where: tuple[int, int],
    text: str,
    size: int,
    weight: int,
    colour: tuple[int, int, int],
    anchor: str = "la",
) -> None:
    font = _font(size, weight)
    draw.text(where, text, fill=colour, font=font, anchor=anchor)


def _stamp(sheet: Image.Image, site: str, chance: random.Random) -> None:
    stamp = Image.new("RGBA", (330, 330), (0, 0, 0, 0))
    draw: Any = ImageDraw.Draw(stamp)
    for inset in (4, 22):
        draw.ellipse((inset, inset, 330 - inset, 330 - inset), outline=(*RED, 190), width=5)
    font = _font(22, 600)
    words = site.split()
    half = (len(words) + 1) // 2
    for number, line in enumerate((" ".join(words[:half]), " ".join(words[half:]))):
        draw.text((165, 150 + number * 32), line, fill=(*RED, 200), font=font, anchor="mm")
    turned = stamp.rotate(chance.uniform(-25, 25), expand=True)
    sheet.paste(turned, (WIDTH - 480, HEIGHT - 400), turned)


def _as_taken(sheet: Image.Image, chance: random.Random) -> Picture:
    table = Image.new("RGB", (WIDTH + 260, HEIGHT + 240), TABLE)
    turned = sheet.rotate(chance.uniform(-3, 3), expand=True, fillcolor=TABLE)
    table.paste(turned, (110, 90))
    # Computed at the final size: a quarter of the work, with no visible difference.
    seen = table.reduce(2)
    shade, light = _light(seen.size, chance.choice((0, 90, 180)))
    taken = Image.blend(seen, Image.composite(shade, seen, light), 0.14)
    file = BytesIO()
    taken.save(file, "JPEG", quality=82)
    # The photo is smaller than a preview may be, so it is its own preview.
    return Picture(file.getvalue(), file.getvalue(), *taken.size)


@cache
def _light(size: tuple[int, int], angle: int) -> tuple[Image.Image, Image.Image]:
    """Return the colour of the light, and its intensity at each pixel."""
    lit = Image.linear_gradient("L").resize(size).rotate(angle)
    return Image.new("RGB", size, (255, 250, 235)), lit
