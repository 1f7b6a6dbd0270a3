"""What is set aside, in words, for `/readyz` and `manage.py set_aside`."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from background import counting
from background.models import WorkTry
from vaxreg.celery import app
from watching.figures import Figure, measure

MOST_NAMED = 5
SET_ASIDE = measure("work_set_aside", "Pieces of work that killed their process again and again")


@dataclass(frozen=True)
class Described:
    """A piece of work that is set aside, and what it is about."""

    row: WorkTry
    title: str
    about: str


def described() -> list[Described]:
    """Return what is set aside, the oldest first."""
    app.loader.import_default_modules()
    found = []
    for one in WorkTry.objects.set_aside().order_by("set_aside_at", "pk"):
        work = counting.work_named(one.work)
        about = one.key if one.message else work.about(one.key)
        found.append(Described(one, work.title, about))
    return found


def notice() -> str:
    """Return a sentence for `/readyz` on what is set aside, or ""."""
    app.loader.import_default_modules()
    rows = list(WorkTry.objects.set_aside().order_by("set_aside_at"))
    if not rows or rows[0].set_aside_at is None:
        return ""
    counts = Counter(counting.work_named(row.work).title for row in rows)
    named = ", ".join(f"{n} x {title}" for title, n in counts.most_common(MOST_NAMED))
    since = rows[0].set_aside_at.isoformat()
    return (
        f"{len(rows)} pieces of work are set aside since {since}, because each killed its process"
        f" again and again ({named}); everything else goes on. Next: manage.py set_aside"
    )


def figures() -> Iterator[Figure]:
    """Yield how much is set aside."""
    yield SET_ASIDE.of(WorkTry.objects.set_aside().count())
