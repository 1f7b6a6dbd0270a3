"""Changed and invented certificates, ten thousand in a thorough run: none is believed."""

import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import base45
import cbor2
import pytest

from certificates.checking import Answer, check_text
from certificates.dcc import coding
from certificates.keys import private
from certificates.models import Role
from tests.certificates.scene import TWO_YEARS, issued, qr_of
from tests.thorough import rounds, seed_of_today
from tests.world import dose
from vaxreg import db_time

pytestmark = pytest.mark.django_db

# Of each of the ten kinds; all of them are tried by `./test --thorough`.
EACH = rounds(40, 1_000)
P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# What the drawn words of a statement are swapped for.
OTHERS = {"fn": "Trần", "fnt": "TRAN", "dob": "1951-01-01", "dt": "2021-08-30", "dn": 2, "sd": 3}


def packed(message: Any) -> str:
    return coding.PREFIX + base45.b45encode(zlib.compress(cbor2.dumps(message), 9)).decode()


class Mutants:
    """Makes changed copies of one certificate. draw: seeded."""

    def __init__(self, text: str, draw: random.Random) -> None:
        self.text, self.draw = text, draw
        self.cose = coding.read(text).cose
        self.message = cbor2.loads(self.cose)
        self.forger = private.make(Role.CENTRE, TWO_YEARS)

    def parts(self) -> list[Any]:
        return list(self.message.value)

    def tagged(self, parts: list[Any]) -> str:
        return packed(cbor2.CBORTag(18, parts))

    def bit_of_the_message(self) -> str:
        at, bit = self.draw.randrange(len(self.cose)), 1 << self.draw.randrange(8)
        changed = self.cose[:at] + bytes([self.cose[at] ^ bit]) + self.cose[at + 1 :]
        return coding.PREFIX + base45.b45encode(zlib.compress(changed, 9)).decode()

    def sign_of_the_text(self) -> str:
        at = self.draw.randrange(4, len(self.text))
        other = self.draw.choice(SIGNS.replace(self.text[at], ""))
        return self.text[:at] + other + self.text[at + 1 :]

    def shorter_text(self) -> str:
        return self.text[: self.draw.randrange(len(self.text))]

    def other_fact(self) -> str:
        parts = self.parts()
        claims = cbor2.loads(parts[2])
        statement = claims[-260][1]
        name = self.draw.choice(sorted(OTHERS))
        for place in (statement, statement["nam"], statement["v"][0]):
            if name in place:
                place[name] = OTHERS[name]
        claims[4] += self.draw.randrange(1_000)
        parts[2] = cbor2.dumps(claims)
        return self.tagged(parts)

    def longer_life(self) -> str:
        parts = self.parts()
        claims = cbor2.loads(parts[2])
        claims[4] += self.draw.randrange(1, 10**8)
        parts[2] = cbor2.dumps(claims)
        return self.tagged(parts)

    def other_algorithm(self) -> str:
        parts = self.parts()
        header = cbor2.loads(parts[0])
        # none, HS256, HS512, PS256, EdDSA, unknown ones, and text.
        header[1] = self.draw.choice(
            [0, 5, 7, -37, -8, -35, None, "none", -self.draw.randrange(99)]
        )
        if header[1] == -7:
            header[1] = -8
        parts[0] = cbor2.dumps(header)
        if self.draw.random() < 0.5:
            parts[3] = b""
        return self.tagged(parts)

    def other_kid(self) -> str:
        parts = self.parts()
        parts[0] = cbor2.dumps({1: -7, 4: self.draw.randbytes(8)})
        return self.tagged(parts)

    def kid_outside_the_signature(self) -> str:
        parts = self.parts()
        parts[1] = self.draw.choice([{4: self.forger.kid}, {1: -7}, {99: self.draw.random()}])
        return self.tagged(parts)

    def signature_written_otherwise(self) -> str:
        parts = self.parts()
        r, s = parts[3][:32], parts[3][32:]
        other = (P256 - int.from_bytes(s, "big")).to_bytes(32, "big")
        parts[3] = self.draw.choice(
            [
                r + other,
                s + r,
                b"\0" + r + b"\0" + s,
                bytes(64),
                r + bytes(32),
                self.draw.randbytes(64),
            ]
        )
        return self.tagged(parts)

    def signed_by_somebody_else(self) -> str:
        """The forger gives the kid of the real key, or their own."""
        kid = coding.read(self.text).kid if self.draw.random() < 0.5 else self.forger.kid
        payload = self.parts()[2] if self.draw.random() < 0.5 else cbor2.dumps({1: "VN", -260: {}})
        return coding.text_of(coding.signed(payload, self.forger.private, kid))

    def all(self) -> Iterator[tuple[str, str]]:
        makers: list[Callable[[], str]] = [
            *(self.bit_of_the_message, self.sign_of_the_text, self.shorter_text, self.other_fact),
            *(self.longer_life, self.other_algorithm, self.other_kid),
            *(self.kid_outside_the_signature, self.signature_written_otherwise),
            self.signed_by_somebody_else,
        ]
        for make in makers:
            for _ in range(EACH):
                yield make.__name__, make()


def test_no_changed_or_invented_certificates_is_believed(world, certificate_keys):
    dose(world)
    (certificate,) = issued(world.citizens["lan"])
    text, now = qr_of(certificate), db_time.now()
    assert check_text(text, now).answer == Answer.VALID
    tried: Counter[str] = Counter()
    believed: Counter[str] = Counter()

    for kind, mutant in Mutants(text, random.Random(seed_of_today())).all():
        tried[kind] += 1
        answer = check_text(mutant, now).answer
        if answer not in (Answer.DAMAGED, Answer.NOT_OURS):
            believed[kind] += 1

    assert (len(tried), sum(tried.values())) == (10, 10 * EACH)
    assert believed == Counter()
