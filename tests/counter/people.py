"""Filings at the counter that tests start from."""

from uuid import uuid4

from corrections import actions
from corrections.actions.filing import Claim
from corrections.models import Correction, Filing
from counter import filing
from tests.cases import colleague
from tests.world import World


def filed_by_minh(world: World, *, phone: str = "") -> Filing:
    """Lan misses a dose; Minh wrote it down at the counter of Phường Bưởi."""
    said = {"key": uuid4(), "words": "Tiêm ở sân trường.", "contact_phone": phone}
    claim = Claim(
        {"position": "booster-1", "given_on": "2021-12-20", "vaccine": world.pfizer.code},
        named_site=world.buoi,
    )
    lan = world.citizens["lan"]
    return filing.file(lan, claim, said, photos=[], office=world.buoi, by=world.user("minh"))


def answered(world: World, *, question: str = "Ai đi cùng bà?") -> Correction:
    """The same, and a colleague of Minh has a question."""
    case = actions.route(filed_by_minh(world).corrections.get())
    return actions.ask(case, by=colleague(world), question=question)
