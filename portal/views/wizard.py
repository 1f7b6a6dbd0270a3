"""What all steps of filing share: the person, the draft, and the addresses of the steps."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.http import UserRequest
from corrections.models import Draft, Filing
from portal import drafts, record_page
from portal.draft_check import CheckedDraft
from portal.drafts import Item
from portal.record_page import RecordHolder
from vaxreg.uuids import uuid_or_none

P = ParamSpec("P")
StepView = Callable[Concatenate[UserRequest, "Wizard", Draft, P], HttpResponse]
Page = Callable[Concatenate[UserRequest, P], HttpResponse]


@dataclass(frozen=True)
class Wizard:
    """The person, the draft so far, and the addresses of the steps."""

    person: RecordHolder
    draft: Draft | None
    then: str = ""

    def url(self, name: str, *args: str, **query: str) -> str:
        """Return the address of a page about this person."""
        if not self.person.is_own:
            query["person"] = str(self.person.citizen.public_id)
        address = reverse(name, args=args)
        return f"{address}?{urlencode(query)}" if query else address

    def step_url(self, step: str, **query: str) -> str:
        """Return the address of a step, named as in CheckedDraft.step_to_do."""
        if not step:
            return self.url("file", edit="1", **query)
        if step in (drafts.PHOTOS, drafts.CHECK):
            return self.url(f"file-{step}", **query)
        return self.url("file-dose", step, **query)

    @cached_property
    def items(self) -> list[Item]:
        """The items of the draft at the beginning of the request."""
        return drafts.items(self.draft)

    @property
    def start(self) -> str:
        """The address of the first step, with the choice so far."""
        return self.step_url("")

    @property
    def discard(self) -> str:
        return self.url("file-discard")

    @property
    def remaining(self) -> str:
        """The address of the first step that is not valid yet; of the last one when all are."""
        return self.step_url(CheckedDraft(self.draft).step_to_do if self.draft else "")

    def after(self, step: str, judged: CheckedDraft) -> str:
        """Return the address after a step.

        A change that began on the last page leads back to it, if nothing is missing. judged: the
        draft with what was typed in this step.
        """
        if self.then == drafts.CHECK:
            return self.step_url(judged.step_to_do)
        order = self._order()
        return self.step_url(order[order.index(step) + 1])

    def before(self, step: str) -> str:
        """Return the address of the link back."""
        if self.then == drafts.CHECK:
            return self.step_url(drafts.CHECK)
        order = self._order()
        return self.step_url(order[order.index(step) - 1])

    def _order(self) -> list[str]:
        keys = [item.key for item in self.items if item.has_page]
        return ["", *keys, drafts.PHOTOS, drafts.CHECK]


def wizard_for(request: UserRequest) -> Wizard | None:
    """Return the wizard for the person asked for, or for one's own record; None without a record.

    Another person's record is 404.
    """
    people = record_page.people(request.user)
    if not people:
        return None
    wanted = request.GET.get("person", "")
    chosen = next((p for p in people if str(p.citizen.public_id) == wanted), None)
    if wanted and chosen is None:
        raise Http404
    person = chosen or people[0]
    draft = drafts.draft_of(request.user, person.citizen)
    return Wizard(person, draft, request.GET.get("then", ""))


def is_autosave(request: UserRequest) -> bool:
    """Tell whether a script saves what was typed: it needs no page in the answer."""
    return request.headers.get("X-Requested-With") == "autosave"


def with_draft(view: StepView[P]) -> Page[P]:
    """Pass the wizard and the draft to a step; redirect to the first step without a draft.

    The same redirect happens when another window filed or deleted the draft.
    """

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        wizard = wizard_for(request)
        if wizard is None:
            return redirect("record")
        if wizard.draft is None or not wizard.items:
            return gone(request, wizard)
        try:
            return view(request, wizard, wizard.draft, *args, **kwargs)
        except Draft.DoesNotExist:
            return gone(request, wizard)

    return page


def filed_before(request: UserRequest) -> Filing | None:
    """Return the filing of an earlier press of the same button."""
    draft = uuid_or_none(request.POST.get("draft"))
    return drafts.sent(request.user, draft) if draft else None


def gone(request: UserRequest, wizard: Wizard) -> HttpResponse:
    """Redirect to the filing if the draft was filed; if it was deleted, to the first step."""
    filing = filed_before(request)
    if filing is not None:
        return redirect("filed", filing.public_id)
    if is_autosave(request):
        return HttpResponse(status=409)
    if request.method == "POST":
        messages.info(request, _("This proposal was sent or removed in another window."))
    url = wizard.url("file")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
