"""A separate process that turns an untrusted file into clean JPEGs. Imports nothing of ours.

cleaning.py runs it by its path. It reads the file from stdin and writes one line of JSON, then of
each photo (a PDF has one per page) the photo, its preview and its thumbnail. A file that attacks a
decoder harms this process only.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

MEMORY = 700 * 1024 * 1024
CPU_SECONDS = 8
FORMATS = ["JPEG", "PNG", "WEBP"]
MOST_PIXELS = 25_000_000
# What an ISO media file (ISO 14496-12) must say it is to be a HEIC photo (ISO 23008-12).
HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
PDF_BEGIN = b"%PDF-"
# Writers put an empty line or a byte order mark in front of it.
BEFORE_PDF = b"\xef\xbb\xbf\0\t\n\f\r "
# The end of a PDF says where its parts stand; signatures and servers add a little behind it.
PDF_END = b"startxref"
PDF_TAIL = 4096
MOST_PAGES = 3
# Pixels of the longer side of a page: 200 dots per inch on A4.
PAGE_SIDE = 2340
# Of 256 levels of grey: a page with less contrast is empty.
LEAST_CONTRAST = 16
# Codes of FPDF_GetLastError (pdfium, fpdfview.h): a password, or a security handler we lack.
LOCKED = (4, 5)
PREVIEW = (1600, 1600)
# For lists: 48 pixels on a screen of three times the density. Nothing written can be read on it.
THUMBNAIL = (144, 144)
READING = (1000, 1000)
JPEG_END = b"\xff\xd9"
PNG_BEGIN = b"\x89PNG\r\n\x1a\n"
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
PIXELS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"tRNS"})
MOST_EXIF = 65_536
# Rows: two blocks of 16, which a decoder of JPEG keeps until it knows what follows.
HELD_BACK = 32


class Refused(Exception):
    """The file is not accepted; the argument is the reason, a key of cleaning.py."""


def limit() -> None:
    """Limit memory, CPU time and files of this process before it reads any input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def clean(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return what is to be told of the photos, and of each the photo, its preview, its thumbnail.

    Raises Refused.
    """
    if data.lstrip(BEFORE_PDF).startswith(PDF_BEGIN):
        count, photos = _pages(data)
    else:
        count, photos = 0, [_photo(data)]
    heads, files = [], []
    for photo in photos:
        head, drawn = _drawn(photo)
        heads.append(head)
        files += drawn
    return {"pages": count, "photos": heads}, files


def _photo(data: bytes) -> Any:
    """Return a photo as a new RGB image, upright."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    # Our own limit is lower, and is checked before any pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    formats = FORMATS
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        formats = _heif()
    try:
        sent = Image.open(io.BytesIO(without_metadata(data)), formats=formats)
    except UnidentifiedImageError:
        raise Refused("type" if formats is FORMATS else "broken") from None
    if sent.width * sent.height > MOST_PIXELS:
        raise Refused("pixels")
    try:
        sent.load()
    except OSError:
        # Some cameras and messengers write no end marker; then the rows are there all the same.
        if sent.format != "JPEG" or _lacks_rows(sent):
            raise
        sent = Image.open(io.BytesIO(data.removesuffix(JPEG_END[:1]) + JPEG_END), formats=FORMATS)
        sent.load()
    try:
        upright = ImageOps.exif_transpose(sent)
    except Exception:
        # Metadata that nobody can read says nothing about the pixels.
        upright = sent
    if upright.mode.startswith("I"):
        # Scanners write 16-bit greyscale.
        upright = upright.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    # A new image has none of the old one's metadata; transparent pixels become white.
    photo = Image.new("RGB", upright.size, "white")
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        photo.paste(layer, mask=layer.getchannel("A"))
    else:
        photo.paste(upright.convert("RGB"))
    return photo


def _heif() -> list[str]:
    """Let Pillow read HEIC: the first picture of a file, without its thumbnails and depth maps."""
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    # More threads would need more memory, and the limit of CPU time counts all of them.
    pi_heif.options.DECODE_THREADS = 1
    return ["HEIF"]


def _pages(data: bytes) -> tuple[int, list[Any]]:
    """Return how many pages a PDF has, and the first three as drawn, without empty ones.

    Only what is drawn on a page is seen: this build of pdfium runs no scripts and opens no
    attachments or addresses.
    """
    import pypdfium2

    if PDF_END not in data.rstrip(BEFORE_PDF)[-PDF_TAIL:]:
        # pdfium would guess the rest of a file that did not arrive whole.
        raise Refused("broken")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused("locked" if error.err_code in LOCKED else "broken") from None
    # What was filled into a form is drawn too.
    document.init_forms()
    count = len(document)
    photos = []
    for number in range(min(count, MOST_PAGES)):
        page = document[number]
        scale = PAGE_SIDE / max(page.get_size())
        photo = page.render(scale=scale).to_pil().convert("RGB")
        darkest, brightest = photo.convert("L").getextrema()
        if brightest - darkest >= LEAST_CONTRAST:
            photos.append(photo)
        page.close()
    if not photos:
        raise Refused("blank")
    return count, photos


def _drawn(photo: Any) -> tuple[dict[str, Any], list[bytes]]:
    """Return size and measures of a photo, and its three files."""
    whole = _jpeg(photo, 88)
    size = photo.size
    photo.thumbnail(PREVIEW)
    files = [whole, _jpeg(photo, 80), thumbnail(photo)]
    head = {
        "width": size[0],
        "height": size[1],
        "measures": measure(photo),
        "sizes": [len(file) for file in files],
    }
    return head, files


def thumbnail(photo: Any) -> bytes:
    """Return a picture of at most 144 x 144 pixels as JPEG: about 4 KB."""
    small = photo.copy()
    small.thumbnail(THUMBNAIL)
    return _jpeg(small, 60)


def without_metadata(data: bytes) -> bytes:
    """Return a PNG without its texts and profiles: Pillow refuses to read megabytes of them."""
    if not data.startswith(PNG_BEGIN):
        return data
    return PNG_BEGIN + b"".join(_chunks(data)) + PNG_END


def _chunks(data: bytes) -> Iterator[bytes]:
    """Yield the chunks of a PNG that say what its pixels are (PNG specification, section 5.3)."""
    at = len(PNG_BEGIN)
    while at + 12 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind == b"IEND":
            return
        is_small = kind == b"eXIf" and size <= MOST_EXIF
        if kind in PIXELS or is_small:
            yield data[at : at + 12 + size]
        at += 12 + size


def _lacks_rows(sent: Any) -> bool:
    """Whether a JPEG that ended too early lacks more rows than a decoder holds back."""
    if sent.info.get("progressive"):
        # Each of its scans holds all rows.
        return False
    # Rows that were never read are black.
    box = sent.im.getbbox()
    return box is None or box[3] < sent.height - HELD_BACK


def measure(photo: Any) -> dict[str, int]:
    """Return brightness, sharpness and perceptual hash of a photo.

    darkest and brightest: 0 to 255, without the outermost 0.5 % of the pixels at each end.
    sharpness: variance of the Laplacian at the size at which paper is readable, after stretching
    the contrast, so that a dark photo is not called blurred as well.
    """
    from PIL import Image, ImageFilter, ImageOps, ImageStat

    grey = photo.convert("L")
    grey.thumbnail(READING, Image.Resampling.BOX)
    share = grey.histogram()
    laplace = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
    edges = ImageOps.autocontrast(grey, cutoff=1).filter(laplace)
    # Pillow copies the outermost pixels, because they have too few neighbours.
    inner = edges.crop((1, 1, max(2, grey.width - 1), max(2, grey.height - 1)))
    return {
        "darkest": _percentile(share, 0.005),
        "brightest": _percentile(share, 0.995),
        "mean": round(ImageStat.Stat(grey).mean[0]),
        "sharpness": round(ImageStat.Stat(inner).var[0]),
        "likeness": _likeness(grey),
    }


def _percentile(histogram: list[int], part: float) -> int:
    wanted = sum(histogram) * part
    seen = 0
    for level, count in enumerate(histogram):
        seen += count
        if seen >= wanted:
            return level
    return 255


def _likeness(grey: Any) -> int:
    """Return the difference hash (dHash): is each of 8 x 8 fields brighter than its left neighbour?

    A signed 64-bit integer, as PostgreSQL's bigint. The package imagehash would load numpy, scipy
    and PyWavelets into this process.
    """
    from PIL import Image

    small = list(grey.resize((9, 8), Image.Resampling.BOX).tobytes())
    bits = 0
    for row in range(8):
        for column in range(8):
            here = row * 9 + column
            bits = bits << 1 | (small[here + 1] > small[here])
    return bits - (1 << 64) if bits >> 63 else bits


def _jpeg(picture: Any, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def main() -> None:
    """Read the file, write the result. Every other exception gives the same answer: broken file."""
    limit()
    data = sys.stdin.buffer.read()
    try:
        head, files = clean(data)
    except Refused as refusal:
        head, files = {"refused": str(refusal)}, []
    except Exception:
        head, files = {"refused": "broken"}, []
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(files))


if __name__ == "__main__":
    main()
