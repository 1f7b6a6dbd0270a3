"""Drafts: what a citizen has typed so far, kept at every step, on any device, and filed once.

A draft's data are the typed texts: {"doses": [public ids], "kinds": {public id: kind}, "missing":
["missing-1"], "person": [kinds], "typed": {item: {field: text}}}. They are validated when a step is
left and again when the draft is filed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from background import counting
from citizens.models import Citizen
from corrections import facts
from corrections.actions.filing import Claim
from corrections.facts import ComparisonRow
from corrections.models import Correction, Draft, Filing, Kind
from corrections.models.case import REMOVING_KINDS
from corrections.photos import evidence
from doses.facts import dose_title
from doses.models import Dose
from portal.forms.claims import FORMS, TITLES, ClaimForm
from portal.forms.dose import DoseForm, as_typed_texts
from vaxreg import db_time
from vaxreg.forms import Form
from vaxreg.typed.invisible import clean_text
from vaxreg.uuids import uuid_or_none

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_TEXT = 2000
# A draft and its photos are deleted after this time without a change.
KEPT = timedelta(days=30)
# To say that a dose was never given takes no more words.
WITHOUT_PAGE = (Kind.NOT_MINE, Kind.NEVER_GIVEN)
PHOTOS = "photos"
CHECK = "check"
OLD_DRAFT = counting.register(
    counting.Work("portal.draft", "drafts to be deleted", lambda key: f"draft {key}")
)


@dataclass(frozen=True)
class Item:
    """One item of a draft: a recorded dose, a missing one (dose is None), or the person."""

    key: str
    dose: Dose | None
    number: int = 1
    kind: Kind = Kind.WRONG_FIELDS

    @property
    def has_page(self) -> bool:
        """It has a page of its own, because its form has fields."""
        return self.kind not in WITHOUT_PAGE

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields on its page."""
        form: type[Form] = FORMS.get(self.kind, DoseForm)
        return tuple(form.base_fields)

    @property
    def title(self) -> str:
        """The item in words, as the title of its page."""
        if self.dose is not None:
            return dose_title(self.dose)
        if self.kind in TITLES:
            return str(TITLES[self.kind])
        if self.number > 1:
            return _("Missing dose %(number)s") % {"number": self.number}
        return _("Missing dose")


def draft_of(user: "User", citizen: Citizen) -> Draft | None:
    """Return the user's draft about this record."""
    whole = Citizen.objects.whole(citizen)
    return Draft.objects.filter(user=user, citizen__in=whole).order_by("-updated_at").first()


def begin(user: "User", citizen: Citizen) -> Draft:
    """Return the user's draft about this record; creates it if there is none."""
    return draft_of(user, citizen) or Draft.objects.get_or_create(user=user, citizen=citizen)[0]


def discard(draft: Draft) -> None:
    """Delete a draft with its photos; a draft that was filed has no photos any more."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if locked is None:
            return
        keys = [key for photo in locked.evidence.all() for key in photo.keys]
        locked.delete()
        evidence.delete_files_on_commit(keys)


def purge() -> int:
    """Delete drafts that did not change for 30 days; return how many."""
    aside = [int(key) for key in counting.set_aside_of(OLD_DRAFT)]
    old = Draft.objects.filter(updated_at__lt=db_time.now() - KEPT).exclude(pk__in=aside)
    deleted = 0
    for draft in old.order_by("updated_at")[:1000]:
        with counting.counted(OLD_DRAFT, [draft.pk]) as begun:
            if begun:
                discard(draft)
                deleted += 1
    return deleted


def choose(
    draft: Draft,
    doses: Sequence[str],
    *,
    missing: bool,
    kinds: Mapping[str, str] | None = None,
    person: Sequence[str] = (),
) -> None:
    """Set the items of a draft; texts that were typed about other items are kept.

    kinds: what is wrong with a dose, by its public id; WRONG_FIELDS for those not in it.
    """
    with _changing(draft) as data:
        data["doses"] = list(doses)
        data["kinds"] = {**data.get("kinds", {}), **(kinds or {})}
        data["person"] = list(person)
        if not missing:
            data["missing"] = []
        elif not data.get("missing"):
            data["missing"] = ["missing-1"]


def add_dose(draft: Draft, key: str) -> Item:
    """Add a recorded dose (its public id) whose details are wrong, and return its item.

    What the draft says about it already is kept.
    """
    with _changing(draft) as data:
        chosen = data.get("doses", [])
        if key not in chosen:
            data["doses"] = [*chosen, key]
            data["kinds"] = {**data.get("kinds", {}), key: Kind.WRONG_FIELDS.value}
    return next(item for item in items(draft) if item.key == key)


def add_missing(draft: Draft, texts: Mapping[str, str] | None = None) -> str:
    """Add one more missing dose, and return its key. texts: what its page is filled with."""
    with _changing(draft) as data:
        taken = data.get("missing", [])
        used = set(taken) | set(data.get("typed", {}))
        key = next(key for n in range(1, 100) if (key := f"missing-{n}") not in used)
        data["missing"] = [*taken, key]
        if texts:
            data.setdefault("typed", {})[key] = dict(texts)
    return key


def take_out(draft: Draft, item: str) -> None:
    """Remove a missing dose from the draft."""
    with _changing(draft) as data:
        data["missing"] = [key for key in data.get("missing", []) if key != item]
        data.get("typed", {}).pop(item, None)


def keep(draft: Draft, item: str, typed: Mapping[str, Any], fields: Sequence[str]) -> None:
    """Store what was typed on one page, valid or not."""
    with _changing(draft) as data:
        data.setdefault("typed", {})[item] = {
            name: clean_text(str(typed.get(name, "")))[:LONGEST_TEXT] for name in fields
        }


def fill_in(draft: Draft, item: Item, texts: Mapping[str, str]) -> None:
    """Write some fields of a page, as if they were typed; the others keep what was typed."""
    with _changing(draft) as data:
        pages = data.setdefault("typed", {})
        pages[item.key] = {**pages.get(item.key, {}), **changed(item, texts)}


def changed(item: Item, typed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was typed, without what is recorded already: the fields were filled with it.

    So a draft proposes nothing that the citizen left alone, also when the record changes.
    """
    if item.dose is None or item.kind != Kind.WRONG_FIELDS:
        return typed
    recorded = as_typed_texts(item.dose)
    return {
        name: "" if str(value).strip() == recorded.get(name) else value
        for name, value in typed.items()
    }


def typed(draft: Draft, item: str) -> dict[str, str]:
    """Return what was typed on one page so far, by field."""
    texts: dict[str, str] = draft.data.get("typed", {}).get(item, {})
    return dict(texts)


def says_something(draft: Draft) -> bool:
    """Whether something was typed in it, or chosen that needs no more words.

    To open a page of the wizard is no proposal yet, and nothing to remind anybody of.
    """
    chosen = draft.data.get("doses", [])
    kinds = draft.data.get("kinds", {})
    texts = draft.data.get("typed", {}).values()
    return any(kinds.get(key) in WITHOUT_PAGE for key in chosen) or any(
        text for page in texts for text in page.values()
    )


def items(draft: Draft | None) -> list[Item]:
    """Return the items of the draft: recorded doses oldest first, missing ones, the person."""
    if draft is None:
        return []
    chosen = [public_id for one in draft.data.get("doses", []) if (public_id := uuid_or_none(one))]
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


def blank_form(draft: Draft, item: Item) -> DoseForm | ClaimForm:
    """Return the form of an item with the typed texts as initial values, not validated."""
    return form_of(draft, item, None, initial=typed(draft, item.key))


def form_of(draft: Draft, item: Item, data: Any, **more: Any) -> DoseForm | ClaimForm:
    """Return the form of an item, bound to these texts."""
    if item.kind in FORMS:
        form, kept = FORMS[item.kind], draft.citizen.kept
        return form(data, kind=item.kind, dose=item.dose, citizen=kept, **more)
    return DoseForm(data, dose=item.dose, citizen=draft.citizen, **more)


def in_words(draft: Draft, item: Item) -> list[tuple[str, str]]:
    """Return what was typed about an item as (label, text); choices by their words."""
    texts, found = typed(draft, item.key), []
    for name, field in blank_form(draft, item).fields.items():
        text = texts.get(name, "").strip()
        choices = dict(flatten_choices(getattr(field, "choices", [])))
        if text and uuid_or_none(text) is None:
            found.append((str(field.label or ""), str(choices.get(text, text))))
    return found


def rows(claim: Claim, citizen: Citizen) -> list[ComparisonRow]:
    """Return one row per fact that a claim changes: recorded beside proposed value."""
    about = Correction(
        kind=claim.what,
        recorded=facts.recorded_of(claim.what, dose=claim.dose, citizen=citizen),
        proposed={**claim.proposed, **(facts.REMOVED if claim.what in REMOVING_KINDS else {})},
        site_text=claim.site_text,
    )
    return [row for row in facts.compare(about) if row.is_changed]


def sent(by: "User", key: UUID) -> Filing | None:
    """Return the filing that a draft became; None if it was not filed."""
    return Filing.objects.filter(filed_by=by, key=str(key)).first()


@contextmanager
def _changing(draft: Draft) -> Iterator[dict[str, Any]]:
    """Change the data under a row lock: two devices may save different pages at once.

    Raises Draft.DoesNotExist when the draft was filed or deleted in the meantime.
    """
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        yield locked.data
        locked.save(update_fields=["data", "updated_at"])
    draft.data, draft.updated_at = locked.data, locked.updated_at
