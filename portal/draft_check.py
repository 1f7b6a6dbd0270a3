"""Validates a draft as it is at one moment, and files it.

A CheckedDraft does not see later changes of the draft: after a change, create a new one.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from corrections import papers
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.models import Draft, Evidence, Filing
from corrections.papers import Paper
from corrections.prechecks import doses
from corrections.prechecks.rules import ProposalWarning
from portal import drafts
from portal.drafts import CHECK, PHOTOS, Item
from portal.forms.claims import ClaimForm
from portal.forms.dose import DoseForm
from portal.forms.send import PhotosForm
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# The version of the declaration on the last page; a new wording needs a new version.
CONSENT_VERSION = "2026-11"


class DraftChanged(Exception):
    """The draft differs from what the page showed: another window changed it."""


class CheckedDraft:
    """A draft with its items and bound forms, each computed once."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    @cached_property
    def items(self) -> list[Item]:
        """The items of the draft, in the order of their pages."""
        return drafts.items(self.draft)

    @cached_property
    def forms(self) -> dict[str, DoseForm | ClaimForm]:
        """The bound form of each item, by its key."""
        return {
            item.key: drafts.form_of(self.draft, item, drafts.typed(self.draft, item.key))
            for item in self.items
        }

    @cached_property
    def photos(self) -> list[Evidence]:
        """The photos of the draft, in order of upload."""
        return list(self.draft.evidence.order_by("pk"))

    @cached_property
    def paper(self) -> PhotosForm:
        return self.paper_with(())

    @cached_property
    def step_to_do(self) -> str:
        """The next step: "" (choose doses), the key of an item, "photos" or "check"."""
        if not self.items:
            return ""
        for key, form in self.forms.items():
            if not form.is_valid():
                return key
        return CHECK if self.paper.is_valid() else PHOTOS

    @cached_property
    def claims(self) -> list[Claim]:
        """The claims of the draft. Raises ValidationError when a page is not valid."""
        found = []
        for item in self.items:
            form = self.forms[item.key]
            if not form.is_valid() or form.claim is None:
                raise ValidationError(
                    _("%(dose)s is not complete. Check its details.") % {"dose": item.title}
                )
            found.append(form.claim)
        return found

    @cached_property
    def warnings(self) -> dict[str, list[ProposalWarning]]:
        """The warnings by key of the item, from the fields that are valid; none of them blocks."""
        proposals = [form.so_far() for form in self.forms.values()]
        found = doses.about_claims(self.draft.citizen, proposals)
        return dict(zip(self.forms, found, strict=True))

    @cached_property
    def fingerprint(self) -> str:
        """A SHA-256 hash of everything that the last page shows."""
        typed = self.draft.data.get("typed", {})
        shown = {
            "items": [[item.key, item.kind] for item in self.items],
            "typed": {key: value for key, value in typed.items() if key != CHECK},
            "photos": [str(photo.public_id) for photo in self.photos],
            "warnings": [w.sign for about in self.warnings.values() for w in about],
        }
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()

    @cached_property
    def papers(self) -> list[Paper]:
        """The papers that show whether the items are right."""
        today = timezone.localdate(db_time.now())
        return papers.papers_for([item.kind for item in self.items], self.draft.citizen, today)

    @property
    def needs_paper(self) -> bool:
        """At least one item is reviewed by a photo of the vaccination paper.

        An identity paper may be brought instead: the original counts for more than its photo.
        """
        return Paper.VACCINATION in self.papers

    def paper_with(self, problems: Sequence[str]) -> PhotosForm:
        """Return the form of the photo page; problems: errors of photos that were just uploaded."""
        return PhotosForm(
            drafts.typed(self.draft, PHOTOS),
            has_photos=bool(self.photos),
            needs_paper=self.needs_paper,
            problems=problems,
        )


def send(draft: Draft, *, by: "User", words: str, seen: str) -> Filing:
    """File the draft, once: a second press returns the first filing.

    seen: the fingerprint of the page. Raises what filing.file raises, and DraftChanged when the
    draft differs from what the page showed.
    """
    with transaction.atomic():
        locked = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if locked is None:
            first = drafts.sent(by, draft.key)
            if first is None:
                raise DraftChanged
            return first
        judged = CheckedDraft(locked)
        if judged.fingerprint != seen or judged.step_to_do != CHECK:
            raise DraftChanged
        paper = judged.paper.cleaned_data
        has_no_paper = paper.get("has_no_paper", False)
        where_when = paper["where_when"] if has_no_paper else ""
        return filing.file(
            by=by,
            citizen=locked.citizen,
            key=str(locked.key),
            claims=judged.claims,
            words="\n\n".join(text for text in (where_when, words) if text),
            has_no_paper=has_no_paper,
            evidence=judged.photos,
            draft=locked,
            consent_version=CONSENT_VERSION,
        )
