"""A separate process that reads the letters on a photo, by Tesseract. Imports nothing of ours.

reading.py runs it by its path, with Tesseract and its language as arguments. It reads a JPEG of
our own from stdin and writes one line of JSON: of each reading the lines of text, from the top.
"""

import io
import json
import resource
import subprocess
import sys
from itertools import pairwise
from typing import Any

MEMORY = 700 * 1024 * 1024
# Of this process, and of each Tesseract that it starts.
CPU_SECONDS = 10
# Pixels of the longer side, and how Tesseract divides the page (--psm: 6 one block of text, 11 text
# anywhere). What two of them agree on counts (docs/adr/0033).
READINGS = [(1500, 6), (1800, 6), (2200, 6), (1800, 11)]
# Nothing can be read on a photo that would need more.
MOST_ENLARGED = 3
# From ink (0) to paper (1): what is brighter becomes white.
WHITE = 0.6
# Red minus green light, as shares of those of the paper: from here on it is the ink of a stamp;
# full strength; how much darker letters under it are; how much red light it takes for its redness.
RED = 0.15
FULL_RED = 0.3
UNDER_RED = 0.2
USUAL_STAMP = 0.8
# Degrees: how far a page may be turned.
MOST_TURNED = 8


def limit() -> None:
    """Limit memory, CPU time and files of this process, and of those that it starts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def ink_of(photo: Any, side: int) -> Any:
    """Return the ink of a page: black on white, level, evenly lit, `side` pixels long.

    Stamps are taken away: red ink is nearly white in red light, and what is left of it is known
    from how red it is.
    """
    from PIL import Image, ImageMath

    scale = min(side / max(photo.size), MOST_ENLARGED)
    size = (round(photo.width * scale), round(photo.height * scale))
    filter_ = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
    photo = photo.resize(size, filter_)
    red, green = (_evenly_lit(photo.getchannel(name)) for name in "RG")
    ink = _darkest(red)
    strength = _stamp(red, green)

    def without_stamps(of: dict[str, Any]) -> Any:
        redness = of["max"](of["float"](of["red"]) - of["green"], 0)
        paper = 255 - strength * redness
        full = of["min"](redness / (255 * FULL_RED), 1)
        contrast = (255 - ink) + (255 * UNDER_RED - (255 - ink)) * full
        brightness = 1 - (paper - of["red"]) / contrast
        shown = of["min"](of["max"](brightness / WHITE, 0), 1) * 255
        return of["convert"](shown, "L")

    flat = ImageMath.lambda_eval(without_stamps, red=red, green=green)
    return flat.rotate(_turned(flat), Image.Resampling.BICUBIC, fillcolor=255)


def _evenly_lit(channel: Any) -> Any:
    """Return a channel as a share of the paper around, 0 to 255."""
    from PIL import Image, ImageFilter, ImageMath

    # The paper without its letters: the brightest of the pixels around.
    paper = channel.resize((channel.width // 8, channel.height // 8), Image.Resampling.BOX)
    paper = paper.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(12))
    return ImageMath.lambda_eval(
        lambda of: of["convert"](of["min"](of["a"] * 255 / of["max"](of["b"], 1), 255), "L"),
        a=channel,
        b=paper.resize(channel.size, Image.Resampling.BICUBIC),
    )


def _stamp(red: Any, green: Any) -> float:
    """Return how much red light the ink of the stamps takes, as a share of its redness."""
    small = [channel.reduce(4).tobytes() for channel in (red, green)]
    shares = sorted(
        (255 - one) / (one - other)
        for one, other in zip(*small, strict=True)
        if one - other > 255 * RED
    )
    return min(max(shares[len(shares) // 2], 0.3), 1.2) if len(shares) >= 20 else USUAL_STAMP


def _darkest(flat: Any) -> int:
    """Return the grey of the darkest hundredth of the middle: that of printed letters."""
    width, height = flat.size
    middle = flat.crop((width // 6, height // 6, width - width // 6, height - height // 6))
    wanted, grey = middle.width * middle.height / 100, 0
    for count in middle.histogram():
        if wanted <= 0 or grey >= 200:
            break
        wanted -= count
        grey += 1
    return grey


def _turned(flat: Any) -> float:
    """Return the degrees by which to turn a page, so that its lines lie level.

    Then rows of letters and empty rows differ most.
    """
    from PIL import Image

    small = flat.copy()
    small.thumbnail((700, 700), Image.Resampling.BOX)
    small = small.point(lambda grey: 255 if grey < 150 else 0)
    edge = small.width // 8

    def difference(angle: float) -> int:
        turned = small.rotate(angle).crop((edge, edge, small.width - edge, small.height - edge))
        rows = turned.resize((1, turned.height), Image.Resampling.BOX).tobytes()
        return sum((one - other) ** 2 for one, other in pairwise(rows))

    halves = [step / 2 for step in range(-2 * MOST_TURNED, 2 * MOST_TURNED + 1)]
    near = max(halves, key=difference)
    return max((near + step / 10 for step in range(-4, 5)), key=difference)


def words_on(page: Any, command: str, language: str, division: int) -> list[list[Any]]:
    """Return each word that Tesseract finds: [left, top, width, height, text]."""
    file = io.BytesIO()
    page.save(file, "PPM")
    call = [command, "-", "-", "-l", language, "--psm", str(division), "--dpi", "200", "tsv"]
    done = subprocess.run(  # noqa: S603  (a program of this machine; the photo is its input alone)
        call, input=file.getvalue(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    found = []
    for row in done.stdout.decode().splitlines()[1:]:
        # level, page, block, paragraph, line, word, left, top, width, height, confidence, text
        columns = row.split("\t")
        if len(columns) == 12 and columns[0] == "5" and columns[11].strip():
            found.append([*map(int, columns[6:10]), columns[11].strip()])
    return found


def lines_of(words: list[list[Any]]) -> list[str]:
    """Join words to lines by where they stand: Tesseract takes columns for texts of their own."""
    heights = sorted(word[3] for word in words if len(word[4]) > 2)
    if not heights:
        return []
    usual = heights[len(heights) // 2]
    lines: list[list[list[Any]]] = []
    for word in sorted(word for word in words if word[3] < 3 * usual):
        # The line may rise or fall: a word stands level with the one before it.
        near = min(lines, key=lambda line: abs(_middle(line[-1]) - _middle(word)), default=None)
        if near is not None and abs(_middle(near[-1]) - _middle(word)) < 0.7 * usual:
            near.append(word)
        else:
            lines.append([word])
    lines.sort(key=lambda line: sum(map(_middle, line)) / len(line))
    return [" ".join(word[4] for word in line) for line in lines]


def _middle(word: list[Any]) -> float:
    top, height = word[1], word[3]
    return float(top + height / 2)


def main() -> None:
    """Read the photo, write the readings; one that fails has no lines."""
    limit()
    command, language = sys.argv[1:]
    from PIL import Image

    sent = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["JPEG"])
    longest = max(side for side, _division in READINGS)
    sent.draft("RGB", (longest, longest))
    photo = sent.convert("RGB")
    readings = []
    for side, division in READINGS:
        try:
            page = ink_of(photo, side)
            readings.append(lines_of(words_on(page, command, language, division)))
        except (OSError, ValueError, subprocess.SubprocessError):
            readings.append([])
    sys.stdout.write(json.dumps(readings) + "\n")


if __name__ == "__main__":
    main()
