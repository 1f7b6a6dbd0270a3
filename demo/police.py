"""A key of the police for the demo, and a list that it signs, about people of the demo."""

import csv
import io
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

HEADER = (
    *("id_number", "full_name", "date_of_birth", "sex", "verdict"),
    *("right_id_number", "right_full_name", "right_date_of_birth", "right_sex"),
)
# Right; wrong in one fact; unknown to the police; not on record here; not what is on record.
ROWS = (
    ("001188012345", "Nguyễn Thị Lan", "1988-03-27", "female", "right", "", "", "", ""),
    ("001155112648", "Trần Thu Hằng", "31/07/1955", "nữ", "sai", "", "", "13/07/1955", ""),
    (
        "001052120567",
        "Nguyễn Đức Huy",
        "1952-08-13",
        "male",
        "wrong",
        "",
        "Nguyễn Đức Huỳnh",
        "",
        "",
    ),
    ("001203144324", "Lý Hữu Phước", "2003-07-01", "male", "not_found", "", "", "", ""),
    ("001099000001", "Không Có Ai", "1999-01-01", "male", "right", "", "", "", ""),
    ("001178128486", "Đỗ Phương Thào", "1978-03-11", "female", "wrong", "", "", "1979-03-11", ""),
)


def write() -> tuple[Path, Path]:
    """Write the list and its signature beside the public key; return both. The key is made once."""
    folder = Path(settings.POLICE_LIST_KEY).parent
    folder.mkdir(parents=True, exist_ok=True)
    key = _key(folder / "private.pem")
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    Path(settings.POLICE_LIST_KEY).write_bytes(public)
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *ROWS])
    content = text.getvalue().encode()
    paths = folder / "list.csv", folder / "list.csv.sig"
    paths[0].write_bytes(content)
    paths[1].write_bytes(key.sign(content))
    return paths


def _key(path: Path) -> Ed25519PrivateKey:
    if path.exists():
        known = load_pem_private_key(path.read_bytes(), None)
        if isinstance(known, Ed25519PrivateKey):
            return known
    made = Ed25519PrivateKey.generate()
    path.touch(mode=0o600)
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made
