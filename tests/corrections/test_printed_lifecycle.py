"""docs/lifecycle.md says what the table in lifecycle.py says."""

from django.conf import settings

from corrections.lifecycle import Status
from corrections.management.commands.print_lifecycle import HL7, document


def test_the_printed_life_cycle_is_that_of_the_code():
    printed = (settings.BASE_DIR / "docs" / "lifecycle.md").read_text()

    assert printed == document(), "./run manage print_lifecycle > docs/lifecycle.md"


def test_every_status_has_a_name_at_hl7():
    assert set(HL7) == set(Status)
