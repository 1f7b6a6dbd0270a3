"""Check for the health page, and its figure: are the figures of the reports up to date?"""

from collections.abc import Iterator

from corrections.health import SILENCE
from reporting import daily_job
from vaxreg import db_time
from watching.figures import Figure, measure

LAG = measure("reports_lag_seconds", "Time since the figures of the reports were last counted")


def figures_trouble() -> str:
    """Return since when the figures are not up to date; empty when they are."""
    as_of = daily_job.as_of()
    if as_of is None:
        return "the figures of the reports have never been counted"
    if db_time.now() - as_of > SILENCE:
        return f"the figures of the reports stand still since {as_of.isoformat()}"
    return ""


def figures() -> Iterator[Figure]:
    """Yield how old the figures of the reports are."""
    as_of = daily_job.as_of()
    if as_of is not None:
        yield LAG.of((db_time.now() - as_of).total_seconds())
