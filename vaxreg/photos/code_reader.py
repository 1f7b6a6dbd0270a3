"""A separate process that reads the codes on a photo. Imports nothing of ours.

codes.py runs it by its path. It reads a JPEG from stdin and writes the texts of all QR codes on it
as JSON. A file that attacks the reader harms this process only.
"""

import io
import json
import resource
import sys

MEMORY = 700 * 1024 * 1024
CPU_SECONDS = 8
MOST_CODES = 4


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import zxingcpp
    from PIL import Image

    photo = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["JPEG"]).convert("L")
    found = zxingcpp.read_barcodes(photo, formats=zxingcpp.barcode_formats_from_str("QRCode"))
    json.dump([one.text for one in found[:MOST_CODES]], sys.stdout)


if __name__ == "__main__":
    main()
