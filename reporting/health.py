"""Check for the health page: are the figures up to date?"""

from corrections.health import SILENCE
from reporting import daily_job
from vaxreg import db_time


def figures_trouble() -> str:
    """Return since when the figures are not up to date; empty when they are."""
    as_of = daily_job.as_of()
    if as_of is None:
        return "the figures of the reports have never been counted"
    if db_time.now() - as_of > SILENCE:
        return f"the figures of the reports stand still since {as_of.isoformat()}"
    return ""
