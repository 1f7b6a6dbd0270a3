"""Measures certificates beside the bare calls: signing, checking, drawing the QR code.

Sign and verify are the steps of the product with CBOR, CWT and COSE around them; bare is one call of
`cryptography` over the same bytes, and of segno for the same text. Rounds are interleaved.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import segno
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from bench.results import BenchResult
from certificates.dcc import coding, uvci
from certificates.dcc.names import Names
from certificates.dcc.statement import Codes, statement
from certificates.keys import private
from certificates.models import Role
from vaxreg import db_time
from vaxreg.papers.qr import qr

# Of the rate of the bare call.
LEAST = 0.8
_ECDSA = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True)
class Pair:
    """The step of the product, and the bare call beside it."""

    name: str
    ours: Callable[[], object]
    bare: Callable[[], object]
    # Calls of one round, of each.
    calls: int


def measure(calls: int = 1_000, rounds: int = 5) -> list[BenchResult]:
    """Return the rates of both, and their ratio; the median of rounds."""
    found = []
    for pair in _pairs(calls):
        ours, bare = [], []
        for _ in range(rounds):
            ours.append(_rate(pair.ours, pair.calls))
            bare.append(_rate(pair.bare, pair.calls))
        ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
        found += [
            BenchResult(f"{pair.name}", statistics.median(ours), "/s"),
            BenchResult(f"{pair.name}: bare", statistics.median(bare), "/s"),
            BenchResult(f"{pair.name}: of the bare rate", ratio, "", at_least=LEAST),
        ]
    return found


def _pairs(calls: int) -> list[Pair]:
    key = private.make(Role.CENTRE, timedelta(days=730))
    now = db_time.now()
    stated = statement(
        names=Names("Nguyễn", "NGUYEN", "Thị Mỹ Duyên", "THI<MY<DUYEN"),
        born="1988-03-27",
        codes=Codes("EU/1/20/1528", "ORG-100030215", "1119349007"),
        dose=(2, 2),
        given_on=date(2021, 11, 21),
        uvci=uvci.new_uvci(),
    )
    payload = coding.claims(stated, now, now + timedelta(days=365))
    cose = key.sign(payload)
    text, signature = coding.text_of(cose), key.private.sign(payload, _ECDSA)
    public = key.certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise TypeError("a key of the centre is one on a curve")
    verifier = coding.verifying_key(key.certificate, key.kid)
    if verifier is None:
        raise TypeError("a key of the centre checks certificates")
    return [
        Pair(
            "sign",
            lambda: key.sign(coding.claims(stated, now, now)),
            lambda: key.private.sign(payload, _ECDSA),
            calls,
        ),
        Pair(
            "verify",
            lambda: coding.is_signed_by(coding.read(text), [verifier]),
            lambda: public.verify(signature, payload, _ECDSA),
            calls,
        ),
        Pair(
            "draw",
            lambda: qr(text),
            lambda: list(segno.make(text, error="q", boost_error=False).matrix_iter(border=4)),
            max(calls // 50, 1),
        ),
    ]


def _rate(call: Callable[[], object], times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        call()
    return times / (time.perf_counter() - begun)
