"""Warnings about photos of the paper, from the measurements of the decoder."""

from datetime import date

from corrections.prechecks.rules import Code, ProposalWarning
from vaxreg.photos.cleaning import Picture

# Tuned on certificates that were blurred, darkened and scaled down.
SHORTEST_SIDE = 640
DARKEST_PAPER = 110
BRIGHTEST_INK = 150
LEAST_SHARPNESS = 60


def warnings_about_picture(picture: Picture) -> list[ProposalWarning]:
    """Return why a photo is hard to read, and whether pages of its PDF are missing."""
    measured = {name: value for name, value in picture.measures.items() if name != "likeness"}
    # Without measures the decoder measured nothing.
    found = warnings_about_photo(picture.width, picture.height, **measured) if measured else []
    if picture.pages:
        found.append(_photo(Code.PAGES_LEFT_OUT, pages=picture.pages))
    return found


def warnings_about_photo(
    width: int, height: int, *, darkest: int, brightest: int, mean: int, sharpness: int
) -> list[ProposalWarning]:
    """Return the warnings about a photo; brightness from 0 (black) to 255 (white).

    A screen in dark mode is dark but has white letters: the brightest part decides.
    """
    found = []
    if min(width, height) < SHORTEST_SIDE:
        found.append(_photo(Code.PHOTO_TOO_SMALL, width=width, height=height))
    if brightest < DARKEST_PAPER:
        found.append(_photo(Code.PHOTO_TOO_DARK))
    elif darkest > BRIGHTEST_INK and mean > 225:
        found.append(_photo(Code.PHOTO_TOO_BRIGHT))
    if sharpness < LEAST_SHARPNESS:
        found.append(_photo(Code.PHOTO_BLURRED))
    return found


def warning_about_copy(sent_on: date | None) -> ProposalWarning:
    """Return the warning about a photo that was sent before; None: with this same proposal."""
    if sent_on is None:
        return _photo(Code.PHOTO_TWICE)
    return _photo(Code.PHOTO_SENT_BEFORE, day_sent=sent_on.isoformat())


def _photo(code: Code, **values: str | int) -> ProposalWarning:
    return ProposalWarning(code, "photos", values)
