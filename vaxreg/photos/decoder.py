"""A separate process that turns an untrusted file into three clean JPEGs. Imports nothing of ours.

cleaning.py runs it by its path. It reads the file from stdin and writes one line of JSON, then
the photo, its preview and its thumbnail. A file that attacks a decoder harms this process only.
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


def limit() -> None:
    """Limit memory, CPU time and files of this process before it reads any input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def clean(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return size or reason of refusal, and as JPEG the photo, its preview and its thumbnail."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    # Our own limit is lower, and is checked before any pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        sent = Image.open(io.BytesIO(without_metadata(data)), formats=FORMATS)
    except UnidentifiedImageError:
        return {"refused": "type"}, []
    if sent.width * sent.height > MOST_PIXELS:
        return {"refused": "pixels"}, []
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
    whole = _jpeg(photo, 88)
    size = photo.size
    photo.thumbnail(PREVIEW)
    head = {"width": size[0], "height": size[1], "measures": measure(photo)}
    return head, [whole, _jpeg(photo, 80), thumbnail(photo)]


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
    """Read the file, write the result. Every exception gives the same answer: broken file."""
    limit()
    data = sys.stdin.buffer.read()
    try:
        head, files = clean(data)
    except Exception:
        head, files = {"refused": "broken"}, []
    line = json.dumps({**head, "sizes": [len(file) for file in files]})
    sys.stdout.buffer.write(line.encode() + b"\n" + b"".join(files))


if __name__ == "__main__":
    main()
