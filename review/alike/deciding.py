"""Decides the ticked cases of a group, each by the verb that decides one: own event, own message."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from corrections import actions
from corrections.actions import HeldByColleague, StalePage
from corrections.lifecycle import GROUND_SENTENCES, Ground, Status, StepNotPossible
from corrections.models import Correction, DelayedDecision
from review import case_file
from review.alike import groups

if TYPE_CHECKING:
    from accounts.models import User

# Takes a case and the version that was shown.
Verb = Callable[[Correction, int], Correction]


@dataclass(frozen=True)
class Seen:
    """A case that was shown and ticked, in the version that was shown."""

    reference: str
    version: int

    @property
    def mark(self) -> str:
        return f"{self.reference}:{self.version}"


@dataclass(frozen=True)
class Result:
    """What became of one case; why: for one that stays as it is."""

    case: Correction
    why: str = ""

    @property
    def waits(self) -> bool:
        """A second person has to confirm it."""
        return not self.why and self.case.status == Status.TO_COUNTERSIGN


def seen_in(marks: Iterable[str]) -> list[Seen]:
    """Read ticks of the page, each once; what is no tick is left out."""
    found: dict[str, Seen] = {}
    for mark in marks:
        reference, _colon, version = mark.partition(":")
        if version.isascii() and version.isdecimal() and len(version) < 9:
            found[reference] = Seen(reference, int(version))
    return list(found.values())[: groups.MOST]


def accept(asked: Correction, seen: Sequence[Seen], *, note: str, by: "User") -> list[Result]:
    """Accept the seen cases of a group as proposed; return what became of each."""

    def verb(case: Correction, version: int) -> Correction:
        return actions.accept(case, by=by, remark=note, version=version)

    return _each(asked, seen, verb, by)


def refuse(
    asked: Correction, seen: Sequence[Seen], *, ground: Ground, sentence: str, by: "User"
) -> list[Result]:
    """Refuse them on one ground; without a sentence, the ready one in each citizen's language."""

    def verb(case: Correction, version: int) -> Correction:
        with override(case.filing.answer_language):
            ready = str(GROUND_SENTENCES[ground])
        return actions.refuse(case, by=by, ground=ground, remark=sentence or ready, version=version)

    return _each(asked, seen, verb, by)


def _each(asked: Correction, seen: Sequence[Seen], verb: Verb, by: "User") -> list[Result]:
    rows = groups.within_reach(by).filter(reference__in=[one.reference for one in seen])
    known = {
        case.reference: case for case in rows.select_related("citizen", "filing__filed_by", "dose")
    }
    alike = set(groups.alike(asked))
    return [
        _one(known[one.reference], one.version, verb, by, is_alike=known[one.reference].pk in alike)
        for one in seen
        if one.reference in known
    ]


def _one(case: Correction, version: int, verb: Verb, by: "User", *, is_alike: bool) -> Result:
    if not is_alike:
        return Result(case, _("It is not one of these any more: look at it by itself."))
    try:
        with transaction.atomic():
            if DelayedDecision.objects.live().filter(correction=case).exists():
                raise HeldByColleague
            return Result(verb(case, version))
    except StalePage:
        return Result(case, _("It has changed since it was shown: look at it by itself."))
    except HeldByColleague:
        return Result(case, _("A colleague works on it."))
    except StepNotPossible:
        return Result(case, _("It cannot be decided any more."))
    except ValidationError as problem:
        return Result(case, " ".join(problem.messages))
    except PermissionDenied:
        return Result(case, case_file.why_not(case, by))
