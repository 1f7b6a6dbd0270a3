"""Pages of two records that may be one person's: the list, one pair, and what is decided of it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from citizens.visits import log_listed
from matching import deciding
from matching.models import MatchPair
from review.duplicates import pairs
from review.forms.duplicates import MergeForm, SeparateForm
from review.twice.pairs import on_both_records
from vaxreg import db_time
from vaxreg.uuids import with_id


@staff_page
@require_safe
def duplicates_page(request: UserRequest) -> HttpResponse:
    """List the pairs to decide, and what was decided lately."""
    waiting = pairs.open_pairs(request.user)
    decided = pairs.decided_pairs(request.user, db_time.now() - pairs.DECIDED_SHOWN)
    log_listed(request.user, (key for one in waiting for key in (one.one_id, one.other_id)))
    context = {
        "waiting": [(one, pairs.reasons(one)) for one in waiting],
        "decided": decided,
        "days": pairs.DECIDED_SHOWN.days,
    }
    return render(request, "review/duplicates/list.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def pair_page(request: UserRequest, pair: int) -> HttpResponse:
    """Show both records side by side; POST decides, by the name of the button."""
    found = with_id(pairs.pairs_of(request.user), str(pair)).first()
    if found is None:
        raise Http404
    both = pairs.sides(found, request.user)
    form = MergeForm(both=both)
    separate = SeparateForm()
    if request.method == "POST":
        try:
            if "merge" in request.POST:
                form = MergeForm(request.POST, both=both)
                if form.is_valid():
                    return _merge(request, found, form)
            elif "separate" in request.POST:
                separate = SeparateForm(request.POST)
                if separate.is_valid():
                    return _separate(request, found, separate)
            elif "both" in request.POST:
                deciding.keep_both(found, by=request.user)
                messages.success(request, _("Noted: two people. The pair is not shown again."))
                return redirect("duplicates")
            else:
                deciding.not_sure(found, by=request.user)
                messages.success(request, _("Left for somebody else, at the end of the list."))
                return redirect("duplicates")
        except deciding.AlreadyDecided:
            messages.info(request, _("A colleague has decided this pair in the meantime."))
            return redirect("duplicates")
        except PermissionDenied:
            raise PermissionDenied(
                _(
                    "A colleague with a verified identity must do this; nobody decides about their own"
                    " family."
                )
            ) from None
    is_open = found.decision == MatchPair.Decision.OPEN
    context = {
        "pair": found,
        "both": list(zip("AB", both, strict=True)),
        "reasons": pairs.reasons(found),
        "doses_on_both": on_both_records(found) if is_open else [],
        "form": form,
        "separate": separate,
        "is_open": is_open,
        "is_merged": found.decision == MatchPair.Decision.MERGED,
    }
    status = 422 if form.has_errors or separate.has_errors else 200
    return render(request, "review/duplicates/pair.html", context, status=status)


def _merge(request: UserRequest, pair: MatchPair, form: MergeForm) -> HttpResponse:
    kept = form.cleaned_data["keep"]
    keep = pair.one if str(pair.one.public_id) == kept else pair.other
    deciding.merge(
        pair,
        keep=keep,
        by=request.user,
        why=form.cleaned_data["why"],
        by_organization=pairs.desks_of(request.user).order_by("path").first(),
    )
    messages.success(request, _("One record now. Whoever opens it reads all its doses."))
    return redirect("duplicate", pair.pk)


def _separate(request: UserRequest, pair: MatchPair, form: SeparateForm) -> HttpResponse:
    deciding.unmerge(
        pair,
        by=request.user,
        why=form.cleaned_data["why"],
        by_organization=pairs.desks_of(request.user).order_by("path").first(),
    )
    messages.success(request, _("Two records again, each with its own doses."))
    return redirect("duplicate", pair.pk)
