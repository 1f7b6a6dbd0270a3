"""A throw-away process that turns a hostile file into two clean JPEGs. Imports nothing of ours.

cleaning.py starts it by its path: bytes come in by stdin; out goes one line of JSON, followed by
the photo and its preview. Whatever a file does to a decoder, it does to this process alone.
"""

import io
import json
import resource
import sys
from typing import Any

MEMORY = 700 * 1024 * 1024
CPU_SECONDS = 8
FORMATS = ["JPEG", "PNG", "WEBP"]
MOST_PIXELS = 25_000_000
PREVIEW = (1600, 1600)
READING = (1000, 1000)


def limit() -> None:
    """Bound what this process may take, before it has seen a byte."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def clean(data: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """Return size or reason of refusal, the photo rebuilt from its pixels, and its preview."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    # Our own cap is lower, and asked before any pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        sent = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        return {"refused": "type"}, b"", b""
    if sent.width * sent.height > MOST_PIXELS:
        return {"refused": "pixels"}, b"", b""
    sent.load()
    upright = ImageOps.exif_transpose(sent)
    if upright.mode.startswith("I"):
        # Scanners write 16 bits of grey.
        upright = upright.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    # A new picture knows nothing of the old one's metadata; what is transparent becomes white.
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
    return head, whole, _jpeg(photo, 80)


def measure(photo: Any) -> dict[str, int]:
    """Return how dark, bright and sharp a photo is, and a fingerprint of how it looks.

    darkest and brightest: of all but the outermost half percent of its pixels, 0 to 255.
    sharpness: variance of the Laplacian at a size at which papers are read, contrast stretched, so
    that a dark photo is not called blurred as well.
    """
    from PIL import Image, ImageFilter, ImageOps, ImageStat

    grey = photo.convert("L")
    grey.thumbnail(READING, Image.Resampling.BOX)
    share = grey.histogram()
    laplace = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
    edges = ImageOps.autocontrast(grey, cutoff=1).filter(laplace)
    # The outermost pixels have no neighbours: Pillow copies them.
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
    """Return the difference hash: is each of 8 x 8 fields brighter than its left neighbour?

    Ten lines, where imagehash would bring numpy, scipy and PyWavelets into this process. Signed,
    as the database's 64-bit integers are.
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
    """Read, clean, write. Any trouble with the file is one answer: it is broken."""
    limit()
    data = sys.stdin.buffer.read()
    try:
        head, whole, preview = clean(data)
    except Exception:
        head, whole, preview = {"refused": "broken"}, b"", b""
    line = json.dumps({**head, "sizes": [len(whole), len(preview)]})
    sys.stdout.buffer.write(line.encode() + b"\n" + whole + preview)


if __name__ == "__main__":
    main()
