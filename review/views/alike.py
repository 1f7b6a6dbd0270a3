"""The page on which alike cases are looked at ten by ten, and decided together."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_page
from accounts.http import UserRequest
from corrections.lifecycle import Ground
from corrections.models import Correction
from review.alike import deciding, groups, pages
from review.forms.alike import AlikeForm


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def alike_page(request: UserRequest, reference: str) -> HttpResponse:
    """Show the cases that are alike; POST turns the page with its ticks, or decides the ticked."""
    cases = Correction.objects.visible_to(request.user).on_desks_of(request.user)
    asked = get_object_or_404(cases, reference=reference)
    seen = deciding.seen_in(request.POST.getlist("case"))
    refuses = "refuse" in request.POST
    decides = refuses or "accept" in request.POST
    form = AlikeForm(request.POST if decides else None, refuses=refuses, ticked=len(seen))
    if not decides and request.method == "POST":
        form = AlikeForm(initial={name: request.POST.get(name, "") for name in form.fields})
    if form.is_valid():
        typed = form.cleaned_data
        if refuses:
            ground = Ground(typed["ground"])
            results = deciding.refuse(
                asked, seen, ground=ground, sentence=typed["sentence"], by=request.user
            )
        else:
            results = deciding.accept(asked, seen, note=typed["note"], by=request.user)
        context = {"asked": asked, "results": results, "left": len(groups.alike(asked))}
        return render(request, "review/alike/done.html", context)
    start = request.POST.get("from", "") or request.POST.get("at", "")
    page = pages.page_of(asked, start, seen, by=request.user)
    context = {"asked": asked, "page": page, "form": form}
    status = 422 if form.has_errors else 200
    return render(request, "review/alike/group.html", context, status=status)
