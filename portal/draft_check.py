"""A draft as it stands at one moment: read once, judged once for all who ask, and sent once.

What is written into the draft afterwards is not in it: whoever changed something judges anew.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.models import Draft, Evidence, Filing
from corrections.prechecks import doses
from corrections.prechecks.rules import Forewarning
from portal import drafts
from portal.drafts import CHECK, PHOTOS, Item
from portal.forms.claims import ClaimForm
from portal.forms.dose import DoseForm
from portal.forms.send import PhotosForm

if TYPE_CHECKING:
    from accounts.models import User

# Which wording of the declaration on the last page was agreed to; a new wording, a new version.
CONSENT_VERSION = "2026-11"


class DraftChanged(Exception):
    """The draft is no longer what stood on the page: another window changed it."""


class CheckedDraft:
    """What a draft is about, with the form of each of its pages bound to what was typed."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    @cached_property
    def items(self) -> list[Item]:
        """What the draft is about, in the order of its pages."""
        return drafts.items(self.draft)

    @cached_property
    def forms(self) -> dict[str, DoseForm | ClaimForm]:
        """The form of each item, by its key."""
        return {
            item.key: drafts.form_of(self.draft, item, drafts.typed(self.draft, item.key))
            for item in self.items
        }

    @cached_property
    def photos(self) -> list[Evidence]:
        """The photos sent so far, in the order in which they came."""
        return list(self.draft.evidence.order_by("pk"))

    @cached_property
    def paper(self) -> PhotosForm:
        """The form of the photo page."""
        return self.paper_with(())

    @cached_property
    def step_to_do(self) -> str:
        """Where to go on: "" (choose doses), an item's key, "photos" or "check"."""
        if not self.items:
            return ""
        for key, form in self.forms.items():
            if not form.is_valid():
                return key
        return CHECK if self.paper.is_valid() else PHOTOS

    @cached_property
    def claims(self) -> list[Claim]:
        """What the draft proposes. Raises ValidationError when a page is not in order."""
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
    def warnings(self) -> dict[str, list[Forewarning]]:
        """By item what may get it refused, as far as its page is in order; stops nobody."""
        proposals = [form.so_far() for form in self.forms.values()]
        found = doses.about_claims(self.draft.citizen, proposals)
        return dict(zip(self.forms, found, strict=True))

    @cached_property
    def fingerprint(self) -> str:
        """A short text that changes when anything does that the last page shows."""
        typed = self.draft.data.get("typed", {})
        shown = {
            "items": [[item.key, item.kind] for item in self.items],
            "typed": {key: value for key, value in typed.items() if key != CHECK},
            "photos": [str(photo.public_id) for photo in self.photos],
            "warnings": [w.sign for about in self.warnings.values() for w in about],
        }
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()

    @property
    def needs_paper(self) -> bool:
        """Anything in it is judged by a photo of the paper."""
        return any(item.needs_paper for item in self.items)

    def paper_with(self, problems: Sequence[str]) -> PhotosForm:
        """Return the form of the photo page; problems: of photos that just came."""
        return PhotosForm(
            drafts.typed(self.draft, PHOTOS),
            has_photos=bool(self.photos),
            needs_paper=self.needs_paper,
            problems=problems,
        )


def send(draft: Draft, *, by: "User", words: str, seen: str) -> Filing:
    """File the draft, once: a second tap gets the first one's filing.

    Raises what filing.file raises; ChangedMeanwhile when the draft is not what the page showed.
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
