"""Keys of a test, and Lan's certificate as tests begin with it."""

from datetime import timedelta
from pathlib import Path

import pytest

from certificates import countersigning
from certificates.dcc import coding
from certificates.issuing import issue_for
from certificates.keys import private
from certificates.models import Certificate, Countersignature, Role, SigningKey
from citizens.models import Citizen

TWO_YEARS = timedelta(days=730)


@pytest.fixture
def certificate_keys(db: None, settings, tmp_path: Path) -> dict[Role, SigningKey]:
    """One key of each role, in a folder of the test, by role."""
    settings.CERTIFICATE_KEYS = str(tmp_path / "keys")
    return {role: add_key(role, tmp_path / "keys") for role in Role}


def add_key(role: Role, folder: Path, lifetime: timedelta = TWO_YEARS) -> SigningKey:
    """Make a key in a folder, and make it known."""
    key = private.make(role, lifetime)
    private.write(key, folder)
    return private.register(key)


def issued(citizen: Citizen) -> list[Certificate]:
    """Issue what this person may have, signed by both; return those that count, oldest dose first."""
    issue_for(citizen)
    countersigning.countersign_waiting()
    return current(citizen)


def current(citizen: Citizen) -> list[Certificate]:
    rows = Certificate.objects.of(citizen).filter(status=Certificate.Status.CURRENT)
    return list(rows.order_by("dose__given_on"))


def qr_of(certificate: Certificate) -> str:
    """The text of its newest QR code."""
    newest = Countersignature.objects.filter(certificate=certificate).latest("pk")
    return coding.text_of(bytes(newest.cose))
