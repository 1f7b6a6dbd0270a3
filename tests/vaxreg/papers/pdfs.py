"""Reads PDF documents back, as a screen reader and as a camera would."""

import ctypes
from collections import defaultdict
from io import BytesIO
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from vaxreg.photos import codes

Element = tuple[str, str]


def text_of(content: bytes) -> str:
    """The text of all pages."""
    return "\n".join(
        page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(BytesIO(content))
    )


def pages(content: bytes) -> int:
    """How many there are."""
    return len(pypdfium2.PdfDocument(BytesIO(content)))


def elements(content: bytes) -> list[Element]:
    """What a screen reader goes through: the type of each element, and its words.

    The words of a figure are its alternative text.
    """
    document = pypdfium2.PdfDocument(BytesIO(content))
    assert pdfium.FPDFCatalog_IsTagged(document.raw)
    return [one for page in document for one in _of_page(page)]


def picture(content: bytes, dots_per_inch: int = 200) -> Image.Image:
    """The first page as it comes out of a printer."""
    page = pypdfium2.PdfDocument(BytesIO(content))[0]
    drawn: Image.Image = page.render(scale=dots_per_inch / 72).to_pil()
    return drawn.convert("L")


def codes_on(content: bytes) -> list[str]:
    """The texts of the QR codes on the first page."""
    jpeg = BytesIO()
    picture(content).save(jpeg, "JPEG")
    return codes.texts_of(jpeg.getvalue())


def _of_page(page: pypdfium2.PdfPage) -> list[Element]:
    tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
    (root,) = _children(
        tree, pdfium.FPDF_StructTree_CountChildren, pdfium.FPDF_StructTree_GetChildAtIndex
    )
    assert _words(pdfium.FPDF_StructElement_GetType, root) == "Document"
    found = _children(
        root, pdfium.FPDF_StructElement_CountChildren, pdfium.FPDF_StructElement_GetChildAtIndex
    )
    spoken = _by_element(page)
    return [
        (
            _words(pdfium.FPDF_StructElement_GetType, one),
            _words(pdfium.FPDF_StructElement_GetAltText, one)
            or spoken[pdfium.FPDF_StructElement_GetMarkedContentIdAtIndex(one, 0)],
        )
        for one in found
    ]


def _by_element(page: pypdfium2.PdfPage) -> dict[int, str]:
    """The text inside each element of a page, by its number there."""
    found: dict[int, str] = defaultdict(str)
    textpage = page.get_textpage()
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
        found[pdfium.FPDFPageObj_GetMarkedContentID(item.raw)] += _words(
            pdfium.FPDFTextObj_GetText, item.raw, textpage.raw
        )
    return found


def _children(parent: Any, count: Any, child: Any) -> list[Any]:
    found = [child(parent, at) for at in range(count(parent))]
    return [one for one in found if one]


def _words(ask: Any, *about: Any) -> str:
    """What a function of pdfium says that fills a buffer with UTF-16."""
    length = ask(*about, None, 0)
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    ask(*about, buffer, length)
    return bytes(buffer)[: max(length - 2, 0)].decode("utf-16-le").rstrip("\0")
