"""The page that says how the service is, to everybody, whatever is down."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import translation
from django.views.decorators.http import require_safe

from vaxreg import ui
from watching import state
from watching.words import COLUMNS, SENTENCES, headline, lately

LANGUAGES = ("vi", "en")


@login_not_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Show it in the language of the address; without session, database or context processors."""
    wanted = request.GET.get("lang", "")
    language = wanted if wanted in LANGUAGES else settings.LANGUAGE_CODE
    found = state.current()
    with translation.override(language):
        context = {
            "state": found,
            "headline": headline(found.mood),
            "parts": [(part, *SENTENCES[part.name].of(part.mood)) for part in found.parts],
            "columns": COLUMNS,
            "lately": lately(found),
            "hotline": ui.hotline(),
            "language": language,
            "other": next(one for one in LANGUAGES if one != language),
        }
        page = loader.get_template("watching/status.html").render(context)
    response = HttpResponse(page)
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = f"public, max-age={int(state.KEPT)}"
    return response
