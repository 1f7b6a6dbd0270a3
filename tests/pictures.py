"""Photos of the paper, drawn for tests."""

import io
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from accounts.models import User
from corrections.models import Correction, Draft, Evidence
from corrections.photos.evidence import store
from demo import paper
from vaxreg.photos.cleaning import Picture

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


def pdf(*colours: str) -> bytes:
    """Return a PDF of one page per colour."""
    pages = []
    for colour in colours:
        page = Image.new("RGB", (200, 300), "white")
        page.paste(colour, (20, 20, 120, 90))
        pages.append(page)
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def keep_files_in(folder: Path, settings: Any) -> None:
    """Let the test store its photos below this folder."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder},
        },
    }


def attach_photo(case: Correction, *, by: User, content: bytes = b"picture") -> Evidence:
    """Add a photo to the filing of a case, as if it had been filed with it."""
    draft, _made = Draft.objects.get_or_create(user=by, citizen=case.citizen)
    photo = store(draft, Picture(content, content, 10, 10), by=by)
    photo.draft, photo.filing = None, case.filing
    photo.save()
    return photo
