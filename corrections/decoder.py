"""A throw-away process that turns a hostile file into two clean JPEGs. Imports nothing of ours.

evidence.py starts it by its path: bytes come in by stdin; out goes one line of JSON, followed by
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
    return {"width": size[0], "height": size[1]}, whole, _jpeg(photo, 80)


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
