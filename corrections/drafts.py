"""What a citizen has typed so far: kept at every step, on any device, and sent once.

A draft's data are the texts as typed, {"doses": [public ids], "kinds": {public id: kind},
"missing": ["missing-1"], "person": [kinds], "typed": {item: {field: text}}}; they are judged when
a step is left and again when it is sent.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from citizens.models import Citizen
from corrections import evidence, facts, filing
from corrections.facts import Row
from corrections.filing import Claim
from corrections.forewarn import doses
from corrections.forewarn.table import Forewarning
from corrections.forms.claims import FORMS, TITLES, ClaimForm
from corrections.forms.filing import DetailsForm, PhotosForm, dose_title
from corrections.models import Correction, Draft, Filing, Kind
from corrections.models.case import REMOVING_KINDS
from doses.models import Dose
from vaxreg import clock
from vaxreg.forms import Form

if TYPE_CHECKING:
    from accounts.models import User

# Which wording of the declaration on the last page was agreed to; a new wording, a new version.
CONSENT_VERSION = "2026-11"
LONGEST_TEXT = 2000
# A photo of a paper is not kept longer than somebody may still mean to send it.
KEPT = timedelta(days=30)
PHOTOS = "photos"
CHECK = "check"


class ChangedMeanwhile(Exception):
    """The draft is no longer what stood on the page: another window changed it."""


@dataclass(frozen=True)
class Item:
    """One thing a draft is about: a recorded dose, a missing one (dose None), or the person."""

    key: str
    dose: Dose | None
    number: int = 1
    kind: Kind = Kind.WRONG_FIELDS

    @property
    def has_page(self) -> bool:
        """There is something to ask about it."""
        return self.kind not in (Kind.NOT_MINE, Kind.NEVER_GIVEN)

    @property
    def needs_paper(self) -> bool:
        """A photo of the paper is what it is judged by."""
        return self.kind in (Kind.WRONG_FIELDS, Kind.MISSING_DOSE)

    @property
    def fields(self) -> tuple[str, ...]:
        """What its page asks for."""
        form: type[Form] = FORMS.get(self.kind, DetailsForm)
        return tuple(form.base_fields)

    @property
    def title(self) -> str:
        """What it is about, in words."""
        if self.dose is not None:
            return dose_title(self.dose)
        if self.kind in TITLES:
            return str(TITLES[self.kind])
        if self.number > 1:
            return _("Missing dose %(number)s") % {"number": self.number}
        return _("Missing dose")


def of(user: "User", citizen: Citizen) -> Draft | None:
    """Return what the user has begun to write about this record."""
    whole = Citizen.objects.whole(citizen)
    return Draft.objects.filter(user=user, citizen__in=whole).order_by("-updated_at").first()


def begin(user: "User", citizen: Citizen) -> Draft:
    """Return the draft about this record, a new one if there is none."""
    return of(user, citizen) or Draft.objects.get_or_create(user=user, citizen=citizen)[0]


def discard(draft: Draft) -> None:
    """Throw a draft away, with its photos; one that was sent meanwhile has none any more."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if locked is None:
            return
        photos = locked.evidence.values_list("file_key", "preview_key")
        keys = [key for pair in photos for key in pair]
        locked.delete()
        evidence.delete_files_on_commit(keys)


def purge() -> int:
    """Throw away drafts that nobody touched for 30 days; return how many."""
    old = Draft.objects.filter(updated_at__lt=clock.now() - KEPT)
    drafts = list(old.order_by("updated_at")[:1000])
    for draft in drafts:
        discard(draft)
    return len(drafts)


def choose(
    draft: Draft,
    doses: Sequence[str],
    *,
    missing: bool,
    kinds: Mapping[str, str] | None = None,
    person: Sequence[str] = (),
) -> None:
    """Say what it is about; what was typed about the rest is kept all the same.

    kinds: what is wrong with a dose, by its public id; its details, where nothing is said.
    """
    with _changing(draft) as data:
        data["doses"] = list(doses)
        data["kinds"] = {**data.get("kinds", {}), **(kinds or {})}
        data["person"] = list(person)
        if not missing:
            data["missing"] = []
        elif not data.get("missing"):
            data["missing"] = ["missing-1"]


def add_missing(draft: Draft) -> str:
    """Add one more missing dose, and return its key."""
    with _changing(draft) as data:
        taken = data.get("missing", [])
        used = set(taken) | set(data.get("typed", {}))
        key = next(key for n in range(1, 100) if (key := f"missing-{n}") not in used)
        data["missing"] = [*taken, key]
    return key


def take_out(draft: Draft, item: str) -> None:
    """Take a missing dose out of the draft again."""
    with _changing(draft) as data:
        data["missing"] = [key for key in data.get("missing", []) if key != item]
        data.get("typed", {}).pop(item, None)


def keep(draft: Draft, item: str, typed: Mapping[str, Any], fields: Sequence[str]) -> None:
    """Keep what was typed on one page, right or wrong."""
    with _changing(draft) as data:
        data.setdefault("typed", {})[item] = {
            # The database's JSON knows no NUL.
            name: str(typed.get(name, "")).replace("\0", "")[:LONGEST_TEXT]
            for name in fields
        }


def typed(draft: Draft, item: str) -> dict[str, str]:
    """Return what was typed on one page so far."""
    texts: dict[str, str] = draft.data.get("typed", {}).get(item, {})
    return dict(texts)


def items(draft: Draft | None) -> list[Item]:
    """Return what the draft is about: recorded doses oldest first, missing ones, the person."""
    if draft is None:
        return []
    chosen = [UUID(key) for key in draft.data.get("doses", []) if _is_uuid(key)]
    doses = Dose.objects.of(draft.citizen).shown_to_citizen().filter(public_id__in=chosen)
    kinds = draft.data.get("kinds", {})
    recorded = [
        Item(key, dose, kind=Kind(kinds.get(key, Kind.WRONG_FIELDS)))
        for dose in doses
        if (key := str(dose.public_id))
    ]
    missing = [
        Item(key, None, number, Kind.MISSING_DOSE)
        for number, key in enumerate(draft.data.get("missing", []), 1)
    ]
    person = [Item(kind, None, kind=Kind(kind)) for kind in draft.data.get("person", [])]
    return recorded + missing + person


def details_form(draft: Draft, item: Item) -> DetailsForm | ClaimForm:
    """Return the item's form, bound to what was typed."""
    return _form(item, draft.citizen, typed(draft, item.key))


def blank_form(draft: Draft, item: Item) -> DetailsForm | ClaimForm:
    """Return the item's form with what was typed so far, judged by nobody yet."""
    return _form(item, draft.citizen, None, initial=typed(draft, item.key))


def _form(item: Item, citizen: Citizen, data: Any, **more: Any) -> DetailsForm | ClaimForm:
    if item.kind in FORMS:
        form = FORMS[item.kind]
        return form(data, kind=item.kind, dose=item.dose, citizen=citizen.kept, **more)
    return DetailsForm(data, dose=item.dose, citizen=citizen, **more)


def needs_paper(draft: Draft) -> bool:
    """Tell whether anything in it is judged by a photo of the paper."""
    return any(item.needs_paper for item in items(draft))


def photos_form(draft: Draft, problems: Sequence[str] = ()) -> PhotosForm:
    """Return the form of the photo page, bound to what was typed; problems: of photos just sent."""
    return PhotosForm(
        typed(draft, PHOTOS),
        has_photos=draft.evidence.exists(),
        needs_paper=needs_paper(draft),
        problems=problems,
    )


def step_to_do(draft: Draft | None) -> str:
    """Return where to go on: "" (choose doses), an item's key, "photos" or "check"."""
    listed = items(draft)
    if draft is None or not listed:
        return ""
    for item in listed:
        if not details_form(draft, item).is_valid():
            return item.key
    return CHECK if photos_form(draft).is_valid() else PHOTOS


def claims(draft: Draft) -> list[Claim]:
    """Return what the draft proposes. Raises ValidationError when a page is not in order."""
    found = []
    for item in items(draft):
        form = details_form(draft, item)
        if not form.is_valid() or form.claim is None:
            raise ValidationError(
                _("%(dose)s is not complete. Check its details.") % {"dose": item.title}
            )
        found.append(form.claim)
    return found


def warnings(draft: Draft) -> dict[str, list[Forewarning]]:
    """Return by item what may get it refused, as far as its page is in order; stops nobody."""
    listed = items(draft)
    proposals = [details_form(draft, item).so_far() for item in listed]
    found = doses.about_claims(draft.citizen, proposals)
    return {item.key: about for item, about in zip(listed, found, strict=True)}


def rows(claim: Claim, citizen: Citizen) -> list[Row]:
    """Return recorded beside proposed, as people read it, of what a claim changes."""
    about = Correction(
        kind=claim.what,
        recorded=facts.recorded_of(claim.what, dose=claim.dose, citizen=citizen),
        proposed={**claim.proposed, **(facts.REMOVED if claim.what in REMOVING_KINDS else {})},
        site_text=claim.site_text,
    )
    return [row for row in facts.compare(about) if row.is_changed]


def fingerprint(draft: Draft) -> str:
    """Return a short text that changes when anything does that the last page shows."""
    shown = {
        "items": [[item.key, item.kind] for item in items(draft)],
        "typed": {key: value for key, value in draft.data.get("typed", {}).items() if key != CHECK},
        "photos": [str(photo) for photo in draft.evidence.values_list("public_id", flat=True)],
        "warnings": [w.sign for about in warnings(draft).values() for w in about],
    }
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def sent(by: "User", key: UUID) -> Filing | None:
    """Return the filing that a draft became."""
    return Filing.objects.filter(filed_by=by, key=str(key)).first()


def send(draft: Draft, *, by: "User", words: str, seen: str) -> Filing:
    """File the draft, once: a second tap gets the first one's filing.

    Raises what filing.file raises; ChangedMeanwhile when the draft is not what the page showed.
    """
    with transaction.atomic():
        locked = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if locked is None:
            first = sent(by, draft.key)
            if first is None:
                raise ChangedMeanwhile
            return first
        if fingerprint(locked) != seen:
            raise ChangedMeanwhile
        form = photos_form(locked)
        if not form.is_valid():
            raise ChangedMeanwhile
        has_no_paper = form.cleaned_data.get("has_no_paper", False)
        where_when = form.cleaned_data["where_when"] if has_no_paper else ""
        return filing.file(
            by=by,
            citizen=locked.citizen,
            key=str(locked.key),
            claims=claims(locked),
            words="\n\n".join(text for text in (where_when, words) if text),
            has_no_paper=has_no_paper,
            evidence=locked.evidence.all(),
            draft=locked,
            consent_version=CONSENT_VERSION,
        )


@contextmanager
def _changing(draft: Draft) -> Iterator[dict[str, Any]]:
    """Change the data under a lock: two devices may write at once, each its own page.

    Raises Draft.DoesNotExist when it was sent or thrown away meanwhile.
    """
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        yield locked.data
        locked.save(update_fields=["data", "updated_at"])
    draft.data, draft.updated_at = locked.data, locked.updated_at


def _is_uuid(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text))
