"""The EU's own test data come out as their expected results say.

They lie beside the repository, by whom builds it; elsewhere these tests are skipped.
"""

import base64
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from certificates.dcc import coding, schema
from certificates.dcc.coding import Damaged, Read

FOLDER = Path(
    os.environ.get("DGC_TESTDATA", Path(__file__).resolve().parents[4] / "shared/dgc-testdata")
)
FILES = sorted(FOLDER.glob("*/2DCode/raw/*.json"))
# Their algorithm stands in the part of the header that nobody has signed: we refuse it.
UNSIGNED_ALGORITHM = {"common/CO20"}


def name_of(path: Path) -> str:
    return f"{path.parents[2].name}/{path.stem}"


def read(text: str) -> tuple[Read | None, str]:
    """What was read, or the step that failed."""
    try:
        return coding.read(text), ""
    except Damaged as damaged:
        return None, damaged.step


def outcome(vector: dict[str, Any]) -> dict[str, bool]:
    """What we say of a vector, by the names of its expected results."""
    found, failed = read(vector["PREFIX"])
    steps = ("prefix", "base45", "zlib", "cose", "header", "claims")
    reached = steps.index(failed) if failed else len(steps)
    said = {
        "UNPREFIX": reached > 0,
        "B45DECODE": reached > 1,
        "COMPRESSION": reached > 2,
        "DECODE": found is not None,
        "VERIFY": False,
        "KEYUSAGE": False,
        "SCHEMAVALIDATION": found is not None and not schema.trouble(found.statement),
    }
    context = vector["TESTCTX"]
    if found and context.get("CERTIFICATE"):
        signer = x509.load_der_x509_certificate(base64.b64decode(context["CERTIFICATE"]))
        key = coding.verifying_key(signer, found.kid)
        said["VERIFY"] = key is not None and coding.is_signed_by(found, [key])
        said["KEYUSAGE"] = coding.may_state(signer, found.statement)
    if found and context.get("VALIDATIONCLOCK"):
        clock = datetime.fromisoformat(context["VALIDATIONCLOCK"])
        said["EXPIRATIONCHECK"] = found.issued_at <= clock <= found.expires_at
    return said


@pytest.mark.skipif(
    not FILES, reason="the EU's test data are not here: set DGC_TESTDATA to their folder"
)
def test_every_vector_comes_out_as_expected():
    others = {}
    for path in FILES:
        vector = json.loads(path.read_text(encoding="utf-8-sig"))
        said = outcome(vector)
        expected = {
            name.removeprefix("EXPECTED"): value
            for name, value in vector["EXPECTEDRESULTS"].items()
        }
        differs = {
            name: value for name, value in expected.items() if said.get(name, value) != value
        }
        if differs:
            others[name_of(path)] = differs

    assert len(FILES) >= 50
    assert others == {name: {"VERIFY": True} for name in UNSIGNED_ALGORITHM}
