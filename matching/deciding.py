"""What people decide about two records: one person, two people, or not sure; and taking it back.

Nothing is moved: the part of a merged record keeps its doses, links, documents and corrections, so
that separating it restores both records exactly.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.identity import is_verified
from citizens import link_messages, merging
from citizens.access import is_own_or_family
from citizens.models import Citizen
from matching.models import MatchPair
from organizations.models import Organization
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

Decision = MatchPair.Decision


class AlreadyDecided(Exception):
    """A colleague has decided this pair in the meantime, or one record is no longer what it was."""


@transaction.atomic
def merge(
    pair: MatchPair, *, keep: Citizen, by: "User", why: str, by_organization: Organization | None
) -> Citizen:
    """Make one record of the two; return the kept one. Whoever opens either is told.

    keep: the record that stays, one of the two; the other becomes its part. Raises AlreadyDecided,
    and PermissionDenied without a verified identity, or for one's own record or one's family's.
    """
    one, other = _open(pair, by)
    part = other if keep.pk == one.pk else one
    if keep.pk not in (one.pk, other.pk) or one.kept == other.kept:
        raise AlreadyDecided
    # Told first: afterwards nobody knows which phone belonged to which record.
    link_messages.tell_of_merge(part, keep)
    return merging.merge(part, into=keep, by=by, why=why, by_organization=by_organization)


@transaction.atomic
def keep_both(pair: MatchPair, *, by: "User") -> None:
    """Remember that these are two people: no run shows the pair again. Raises as `merge` does."""
    _open(pair, by)
    _decide(pair, Decision.NOT_THE_SAME, by)


@transaction.atomic
def not_sure(pair: MatchPair, *, by: "User") -> None:
    """Leave the pair to somebody else, at the end of the list. Raises as `merge` does."""
    _open(pair, by)
    MatchPair.objects.filter(pk=pair.pk).update(unsure_at=db_time.now(), unsure_by=by)


@transaction.atomic
def unmerge(
    pair: MatchPair, *, by: "User", why: str, by_organization: Organization | None
) -> Citizen:
    """Separate what was merged; return the record that is its own again.

    What was filed meanwhile stays with the record it was filed for. The pair counts as two people
    from now on. Raises as `merge` does.
    """
    locked = MatchPair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    part = locked.other if locked.other.merged_into_id is not None else locked.one
    if locked.decision != Decision.MERGED or part.merged_into_id is None:
        raise AlreadyDecided
    _require_right(by, locked)
    apart = merging.separate(part, by=by, why=why, by_organization=by_organization)
    _decide(pair, Decision.NOT_THE_SAME, by)
    return apart


def _open(pair: MatchPair, by: "User") -> tuple[Citizen, Citizen]:
    locked = MatchPair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    if locked.decision != Decision.OPEN:
        raise AlreadyDecided
    _require_right(by, locked)
    return locked.one, locked.other


def _require_right(by: "User", pair: MatchPair) -> None:
    family = is_own_or_family(by, pair.one) or is_own_or_family(by, pair.other)
    if family or not is_verified(by):
        raise PermissionDenied


def _decide(pair: MatchPair, decision: str, by: "User") -> None:
    MatchPair.objects.filter(pk=pair.pk).update(
        decision=decision, decided_by=by, decided_at=db_time.now()
    )
