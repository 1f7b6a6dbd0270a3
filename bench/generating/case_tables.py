"""The rows of corrections: accounts, links, filings, cases, clocks, holdings, breaches, history.

What people were told by messages is left out, and the errands that are done. Only a case that has
just been filed has one: to be sent to its desk.
"""

import json
import random
from datetime import timedelta
from typing import Any

from django.db import models

from bench.generating.cases import GeneratedCase, account_phone
from bench.generating.copying import Rows, escaped
from bench.generating.persons import uuid_of
from bench.generating.places import Country
from bench.generating.size import RegistrySize
from bench.generating.stories import ToldClock
from corrections.lifecycle import Status
from corrections.models import Correction, CorrectionEvent
from vaxreg.encryption import SealedJSONField

# Ids that one case may use of a table: more than it ever needs.
MOST_EVENTS, MOST_BREACHES = 24, 8
# Nobody signs in by password with it.
UNUSABLE = "!"


class CaseTables:
    """The tables that hold corrections."""

    def __init__(self, size: RegistrySize, country: Country, chance: random.Random) -> None:
        self.size, self.country, self.chance = size, country, chance
        self.accounts = Rows(
            "accounts_user",
            "id public_id password is_superuser phone phone_verified full_name language"
            " must_change_password is_active is_staff created_at",
        )
        self.links = Rows(
            "citizens_recordlink", "id user_id citizen_id relation proven_by asked_at since"
        )
        self.filings = Rows(
            "corrections_filing",
            "id public_id key content_hash filed_by_id citizen_id channel words has_no_paper"
            " received_at contact_phone",
        )
        self.corrections = Rows(
            "corrections_correction",
            "id public_id reference filing_id citizen_id kind dose_id subject recorded proposed"
            " decided named_site_id named_area_id site_text status holder_id routing_reason"
            " received_at due_at paused_at answer_by on_appeal bounces triage_due_at warnings"
            " reviewer_id picked_up_at decided_by_id decided_at ground searched remark first_by_id"
            " pending version",
        )
        self.clocks = Rows(
            "corrections_clock",
            "id correction_id kind number policy_id length started_at due_at milestones_passed"
            " next_milestone_at stopped_at stopped_how holder_id",
        )
        self.pauses = Rows("corrections_pause", "id clock_id since ends_at until ended_by")
        self.holdings = Rows(
            "corrections_holding", "id correction_id organization_id since until opens"
        )
        self.breaches = Rows(
            "corrections_breach",
            "id correction_id clock_id rung at holder_id escalated_to_id giver_id written_at",
        )
        self.events = Rows(
            "corrections_correctionevent",
            "id correction_id step from_status to_status party by_id organization_id holder_id at"
            " remark data",
        )
        self.errands = Rows(
            "corrections_outboxrow",
            "id errand event_id bundle created_at not_before tries last_error",
        )
        self.checks = Rows(
            "citizens_identitycheck",
            "id citizen_id correction_reference paper verdict by_id by_organization_id at",
        )

    def add(self, one: GeneratedCase) -> None:
        """Add all rows of a case."""
        story, number = one.story, one.number
        pk = number + 1
        asked = story.received_at - timedelta(hours=self.chance.uniform(0.2, 200))
        phone = account_phone(number)
        self.accounts.add(
            one.filer, uuid_of(self.chance), UNUSABLE, False, phone, True,
            one.person.record.full_name, "vi", False, True, False, asked,
        )  # fmt: skip
        proof = "phone_and_birth" if one.person.phone == phone else "staff"
        self.links.add(pk, one.filer, one.person.id, "self", proof, asked, asked)
        self.filings.add(
            pk, uuid_of(self.chance), uuid_of(self.chance), "", one.filer, one.person.id, "web",
            escaped(one.words), True, story.received_at, "",
        )  # fmt: skip
        self._correction(one, pk)
        clock_ids = self._clocks(one, pk)
        for place, holding in enumerate(story.holdings):
            self.holdings.add(
                place * self.size.corrections + pk, pk, holding.organization, holding.since,
                holding.until, holding.opens,
            )  # fmt: skip
        for place, breach in enumerate(story.breaches):
            self.breaches.add(
                number * MOST_BREACHES + place + 1, pk, clock_ids[id(breach.clock)], breach.rung,
                breach.at, breach.holder, breach.escalated_to, one.giver, breach.written_at,
            )  # fmt: skip
        self._events(one, pk)
        if one.checked_identity and story.decided_at:
            self.checks.add(
                pk, one.person.id, one.reference, "cccd", "match", story.decided_by, story.holder,
                story.decided_at,
            )  # fmt: skip

    def _correction(self, one: GeneratedCase, pk: int) -> None:
        story = one.story
        running = story.running
        is_paused = one.status == Status.WAITING
        triage = None
        if one.is_pool and story.holdings:
            triage = story.holdings[0].since + timedelta(hours=self.country.policy.triage_hours)
        self.corrections.add(
            pk, one.public_id, one.reference, pk, one.person.id, one.kind.value,
            one.dose.id if one.dose else None, one.subject, _sealed(one.recorded, "recorded"),
            _sealed(one.proposed, "proposed"), _sealed(one.decided, "decided"), one.named_site,
            one.named_area, "", story.status.value, story.holder,
            _json(one.routing_reason), story.received_at, running.due_at,
            running.paused_at if is_paused else None, story.answer_by if is_paused else None,
            one.on_appeal, 0, triage, "[]", story.reviewer, story.picked_up_at,
            story.decided_by, story.decided_at, one.ground, _json(one.searched),
            escaped(one.remark), one.first_by, _sealed(one.pending, "pending"), story.version,
        )  # fmt: skip

    def _clocks(self, one: GeneratedCase, pk: int) -> dict[int, int]:
        """Add the clocks with their pauses; return their ids by the identity of the clock."""
        ids: dict[int, int] = {}
        for place, clock in enumerate(one.story.clocks):
            own = place * self.size.corrections + pk
            ids[id(clock)] = own
            self._clock(clock, own, pk)
            if clock.paused_at is not None:
                self.pauses.add(
                    own, own, clock.paused_at, clock.pause_ends_at, clock.resumed_at, clock.ended_by
                )
        return ids

    def _clock(self, clock: ToldClock, own: int, pk: int) -> None:
        self.clocks.add(
            own, pk, clock.kind.value, 1, self.country.policy.pk,
            f"{clock.length.total_seconds():.0f} seconds", clock.started_at, clock.due_at,
            clock.passed, clock.next_at, clock.stopped_at, clock.stopped_how, clock.holder,
        )  # fmt: skip

    def _events(self, one: GeneratedCase, pk: int) -> None:
        for place, event in enumerate(one.story.events):
            own = one.number * MOST_EVENTS + place + 1
            self.events.add(
                own, pk, event.step, event.before, event.after, event.party.value, event.by,
                event.organization, event.holder, event.at, escaped(event.remark),
                _json(_DATA.sealed_value(event.data)),
            )  # fmt: skip
            if one.status == Status.RECEIVED:
                self.errands.add(own, "route", own, "", event.at, event.at, 0, "")


def _column(model: type[models.Model], name: str) -> SealedJSONField:
    column = model._meta.get_field(name)
    assert isinstance(column, SealedJSONField)  # noqa: S101 — tells mypy which field it is
    return column


_DATA = _column(CorrectionEvent, "data")
_COLUMNS = {
    name: _column(Correction, name) for name in ("recorded", "proposed", "decided", "pending")
}


def _json(value: Any) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))


def _sealed(value: Any, column: str) -> str | None:
    """Return JSON with its ID numbers encrypted, as the column stores it."""
    return None if value is None else _json(_COLUMNS[column].sealed_value(value))
