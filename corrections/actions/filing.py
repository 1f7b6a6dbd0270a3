"""Filing: turns what a citizen sends into corrections, exactly once."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rate_limits
from accounts.rate_limits import LimitRule, Limits
from citizens import facts as identity_facts
from citizens.access import is_own_or_family, records_of
from citizens.models import Citizen, RecordLink
from corrections import access, facts
from corrections.actions import AlreadyOpen, leave_errand
from corrections.announcements import correction_changed
from corrections.clocks import policies, timekeeping
from corrections.decisions import other_record, population
from corrections.facts import Removal
from corrections.lifecycle import Party, Status
from corrections.models import (
    Clock,
    Correction,
    CorrectionEvent,
    Draft,
    Evidence,
    Filing,
    FilingChannel,
    Kind,
    OutboxRow,
)
from corrections.models.case import DOSE_KINDS
from corrections.prechecks import doses
from corrections.prechecks.doses import Proposal
from corrections.prechecks.rules import ProposalWarning
from doses import facts as dose_facts
from doses.facts import Facts, Field
from doses.models import Dose
from doses.sites import KINDS_GIVING_DOSES
from organizations.models import Area, Organization
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# Limits: corrections in one filing, open corrections of one person (ASVS 2.3.2).
MOST_CLAIMS = 7
MOST_OPEN = 20
# Filings of one account, whoever they are about; agents of the hotline file for many callers.
PER_ACCOUNT: Limits = ((10, timedelta(hours=1)), (20, timedelta(days=1)))
PER_AGENT: Limits = ((60, timedelta(hours=1)), (300, timedelta(days=1)))
# These two kinds are about the person: one open correction of each, whatever is proposed.
SUBJECTS = {Kind.IDENTITY: "identity", Kind.SPLIT_RECORD: "split"}


@dataclass(frozen=True)
class Claim:
    """One claim: about a recorded dose, a missing one (dose is None), or the person.

    kind: None means WRONG_FIELDS when a dose is given, and MISSING_DOSE when none is.
    """

    proposed: Facts
    dose: Dose | None = None
    named_site: Organization | None = None
    named_area: Area | None = None
    site_text: str = ""
    kind: Kind | None = None

    @property
    def what(self) -> Kind:
        return self.kind or (Kind.WRONG_FIELDS if self.dose else Kind.MISSING_DOSE)

    @property
    def proposal(self) -> Proposal:
        """The same claim in the form that prechecks take."""
        return Proposal(self.dose, self.proposed, self.site_text, self.what)

    @property
    def subject(self) -> str:
        """The key of what is disputed, such as "dose:17"; one open correction per subject."""
        if self.dose is not None:
            return f"dose:{self.dose.pk}"
        if self.what in SUBJECTS:
            return SUBJECTS[self.what]
        what = self.proposed.get(Field.POSITION) or self.proposed.get(Field.GIVEN_ON) or "unknown"
        return f"missing:{what}"


@dataclass(frozen=True)
class OnBehalf:
    """For a filing that an office writes down: when the person told it, and the phone to answer to.

    The deadline counts from `received_at`, never from `told_at`. contact_phone: E.164; "" for
    somebody without a phone, whom the hotline cannot have. office: the site or health office that
    writes it down; None for the hotline, which has one. is_counted: False for a row of a file, which
    has a limit of its own, so that it does not count for that of the account.
    """

    told_at: datetime
    contact_phone: str
    channel: FilingChannel = FilingChannel.HOTLINE
    office: Organization | None = None
    is_counted: bool = True


class KeyUsedForOtherContent(Exception):
    """The same idempotency key was used before with other content."""


class TooManyOpen(Exception):
    """The citizen has the greatest number of open corrections allowed (see MOST_OPEN)."""


class TooManyFilings(Exception):
    """The account has filed as often as it may (see PER_ACCOUNT); again from `retry_at` on."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


def file(
    *,
    by: "User",
    citizen: Citizen,
    key: str,
    claims: Sequence[Claim],
    words: str = "",
    has_no_paper: bool = False,
    evidence: Iterable[Evidence] = (),
    channel: FilingChannel = FilingChannel.WEB,
    draft: Draft | None = None,
    consent_version: str = "",
    on_behalf: OnBehalf | None = None,
    app: str = "",
) -> Filing:
    """Store a filing: each claim becomes one correction, all of them or none.

    Every clock starts at the database's time. The same key returns the first filing. A draft is
    filed once, whatever the second press sent. consent_version: the wording that was agreed to,
    kept in the history. app: the partner app that sends it by the citizen's consent, named in the
    history. on_behalf: set when the hotline or an office files for somebody. Raises
    PermissionDenied when the record is not the filer's (or the filer does not work there, or belongs
    to the person's family), ValidationError keyed "claims", AlreadyOpen, TooManyOpen, TooManyFilings,
    KeyUsedForOtherContent.
    """
    citizen = citizen.kept
    _require_right(by, citizen, on_behalf)
    photos = list(evidence)
    content_hash = _hash(citizen, claims, words, has_no_paper, photos)
    try:
        with transaction.atomic():
            # Filings about one person wait for this lock: a second press finds the first filing
            # complete, and the limits below are exact.
            Citizen.objects.select_for_update(no_key=True).get(pk=citizen.pk)
            first = Filing.objects.filter(filed_by=by, key=key).first()
            if first is not None:
                return _same(first, content_hash, draft)
            clean = [checked(claim, citizen) for claim in claims]
            _limits(citizen, clean)
            if on_behalf is None or on_behalf.is_counted:
                _count(by, is_agent=on_behalf is not None)
            moment = db_time.now()
            filing = Filing.objects.create(
                key=key,
                content_hash=content_hash,
                filed_by=by,
                citizen=_row_of(by, citizen),
                channel=on_behalf.channel if on_behalf else channel,
                words=words,
                has_no_paper=has_no_paper,
                received_at=moment,
                told_at=min(on_behalf.told_at, moment) if on_behalf else None,
                contact_phone=on_behalf.contact_phone if on_behalf else "",
                office=on_behalf.office if on_behalf else None,
            )
            for photo in photos:
                photo.draft, photo.filing, photo.doses_read = None, filing, None
                photo.save(update_fields=["draft", "filing", "doses_read"])
            standing = doses.about_claims(citizen, [claim.proposal for claim in clean])
            told = {"consent_version": consent_version, "app": app}
            for claim, warnings in zip(clean, standing, strict=True):
                _open_correction(filing, citizen, claim, warnings, moment, told)
            if draft is not None:
                draft.delete()
            return filing
    except IntegrityError:
        # The same key was used for another person in the meantime: return that filing.
        first = Filing.objects.filter(filed_by=by, key=key).first()
        if first is None:
            raise
        return _same(first, content_hash, draft)


def _require_right(by: "User", citizen: Citizen, on_behalf: OnBehalf | None) -> None:
    if on_behalf is None:
        may = records_of(by).filter(pk=citizen.pk).exists()
    else:
        may = _works_there(by, on_behalf) and not is_own_or_family(by, citizen)
    if not may:
        raise PermissionDenied


def _works_there(by: "User", on_behalf: OnBehalf) -> bool:
    if on_behalf.channel == FilingChannel.HOTLINE:
        return access.hotline_of(by) is not None
    office = on_behalf.office
    return office is not None and access.offices_of(by).filter(pk=office.pk).exists()


def _same(first: Filing, content_hash: str, draft: Draft | None) -> Filing:
    # A second press on a page finds its draft filed, so only the API compares the content.
    if first.content_hash != content_hash and draft is None and first.channel == FilingChannel.API:
        raise KeyUsedForOtherContent
    return first


def checked(claim: Claim, citizen: Citizen) -> Claim:
    """Return a claim with clean facts, as `file` would store it for the person; stores nothing.

    Raises ValidationError keyed "claims", PermissionDenied, AlreadyOpen.
    """
    today = timezone.localdate(db_time.now())
    _require_its_dose(claim, citizen)
    proposed = facts.check(claim.proposed, today=today, kind=claim.what)
    if claim.dose is not None and claim.what == Kind.WRONG_FIELDS:
        proposed = dose_facts.differing(claim.dose, proposed)
    elif claim.what == Kind.IDENTITY:
        proposed = identity_facts.differing(citizen, proposed)
    if problem := _too_little(claim, proposed, citizen):
        raise ValidationError({"claims": problem})
    site = claim.named_site
    if claim.dose is None and site is None and proposed.get(Field.ORGANIZATION):
        site = Organization.objects.get(public_id=proposed[Field.ORGANIZATION])
    clean = replace(claim, proposed=proposed, named_site=site)
    _refuse_second(clean, citizen)
    return clean


def _require_its_dose(claim: Claim, citizen: Citizen) -> None:
    """Raise unless a claim about a recorded dose names a completed dose of this citizen."""
    if (claim.dose is not None) != (claim.what in DOSE_KINDS):
        raise ValidationError({"claims": _("Say which dose it is about.")})
    if claim.dose is None:
        return
    if not Dose.objects.of(citizen).filter(pk=claim.dose.pk).exists():
        raise PermissionDenied
    if claim.dose.status != Dose.Status.COMPLETED:
        raise ValidationError({"claims": _("This dose is no longer on the record.")})


def _too_little(claim: Claim, proposed: Facts, citizen: Citizen) -> str:
    """Return what is missing in a claim, as a sentence; empty when it can be reviewed."""
    match claim.what:
        case Kind.WRONG_FIELDS | Kind.IDENTITY if not proposed and not claim.site_text:
            return _("Nothing differs from what is recorded. Change at least one detail.")
        case Kind.MISSING_DOSE if not (
            proposed.get(Field.GIVEN_ON) or proposed.get(Field.POSITION)
        ):
            return _("Say which dose is missing, or on which day it was.")
        case Kind.DUPLICATE if not _is_another_of(citizen, claim, proposed):
            return _("Choose the dose that it repeats.")
        case Kind.SPLIT_RECORD if other_record.lacks(proposed):
            return _(
                "Say what leads to the other record: its ID number, its name and date of birth, or"
                " its phone number."
            )
    return ""


def _is_another_of(citizen: Citizen, claim: Claim, proposed: Facts) -> bool:
    other = proposed.get(Removal.DUPLICATE_OF)
    if other is None or claim.dose is None:
        return False
    own = Dose.objects.of(citizen).completed().exclude(pk=claim.dose.pk)
    return own.filter(public_id=other).exists()


def _refuse_second(claim: Claim, citizen: Citizen) -> None:
    existing = Correction.objects.open_about(citizen, claim.subject).first()
    if existing is not None:
        raise AlreadyOpen(existing)


def _limits(citizen: Citizen, claims: Sequence[Claim]) -> None:
    if not claims:
        raise ValidationError({"claims": _("Choose at least one dose.")})
    if len({claim.subject for claim in claims}) < len(claims):
        raise ValidationError({"claims": _("The same dose stands here twice.")})
    if len(claims) > MOST_CLAIMS:
        raise ValidationError({"claims": _("A proposal can hold at most seven doses.")})
    if Correction.objects.of(citizen).open().count() + len(claims) > MOST_OPEN:
        raise TooManyOpen


def _count(by: "User", *, is_agent: bool) -> None:
    """Count a filing of this account, in the transaction that stores it."""
    limits = PER_AGENT if is_agent else PER_ACCOUNT
    verdict = rate_limits.count_attempts(LimitRule("filing", str(by.pk), limits))
    if verdict.retry_at is not None:
        raise TooManyFilings(verdict.retry_at)


def _row_of(by: "User", kept: Citizen) -> Citizen:
    """Return the kept record if the filer's link names it; else the part that it names.

    If the records are separated again, what was filed meanwhile stays with its person.
    """
    mine = RecordLink.objects.live().filter(user=by, citizen__in=Citizen.objects.whole(kept))
    named = [link.citizen for link in mine.select_related("citizen").order_by("pk")]
    return named[0] if named and kept not in named else kept


def _open_correction(
    filing: Filing,
    kept: Citizen,
    claim: Claim,
    warnings: Sequence[ProposalWarning],
    moment: datetime,
    told: Mapping[str, str],
) -> None:
    policy, by = policies.current(), filing.filed_by
    correction = Correction.objects.create(
        filing=filing,
        citizen=filing.citizen if claim.dose is None else claim.dose.citizen,
        kind=claim.what,
        dose=claim.dose,
        subject=claim.subject,
        recorded=facts.recorded_of(claim.what, dose=claim.dose, citizen=kept),
        proposed=claim.proposed,
        named_site=claim.named_site,
        named_area=claim.named_area,
        site_text=claim.site_text,
        warnings=[warning.as_json() for warning in warnings],
        status=Status.RECEIVED,
        received_at=moment,
        due_at=timekeeping.due_of(Clock.Kind.REVIEW, moment, policy),
    )
    timekeeping.start(correction, Clock.Kind.REVIEW, moment, policy)
    timekeeping.start(correction, Clock.Kind.STATUTORY, moment, policy)
    by_hotline = filing.channel == FilingChannel.HOTLINE
    office = access.hotline_of(by) if by_hotline else filing.office
    event = CorrectionEvent.objects.create(
        correction=correction,
        step="file",
        to_status=Status.RECEIVED,
        party=_party(filing),
        by=by,
        organization=office,
        at=moment,
        remark=filing.words,
        data={name: value for name, value in told.items() if value},
    )
    leave_errand(event, OutboxRow.Errand.ROUTE, moment)
    correction_changed.send(sender=Correction, correction=correction)
    population.ask(correction)


def party_of_office(office: Organization) -> Party:
    """Return in which capacity the staff of an office write down what people report."""
    return Party.REVIEWER if office.kind in KINDS_GIVING_DOSES else Party.OVERSEER


def _party(filing: Filing) -> Party:
    """Return in which capacity it was filed."""
    if filing.office is not None:
        return party_of_office(filing.office)
    return Party.HOTLINE if filing.is_on_behalf else Party.CITIZEN


def _hash(
    citizen: Citizen,
    claims: Sequence[Claim],
    words: str,
    has_no_paper: bool,
    photos: Sequence[Evidence],
) -> str:
    content: dict[str, Any] = {
        "citizen": str(citizen.public_id),
        "claims": [
            {
                **asdict(Claim(claim.proposed, site_text=claim.site_text, kind=claim.what)),
                "subject": claim.subject,
                "site": claim.named_site.pk if claim.named_site else None,
                "area": claim.named_area.pk if claim.named_area else None,
            }
            for claim in claims
        ],
        "words": words,
        "has_no_paper": has_no_paper,
        "photos": sorted(photo.sha256 for photo in photos),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
