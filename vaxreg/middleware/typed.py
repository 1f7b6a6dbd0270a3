"""The query string of an address: what is typed in a search field, without invisible characters."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict

from vaxreg.typed.invisible import clean_text


class TypedMiddleware:
    """Cleans `request.GET` once, for pages, the admin site and the API.

    Bodies are cleaned by the forms (vaxreg/forms.py) and by the API's parser: only a form knows
    which field is a password, and a password stays as it was typed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.META.get("QUERY_STRING"):
            request.GET = cleaned(request.GET)  # type: ignore[assignment]
        return self.get_response(request)


def cleaned(sent: QueryDict) -> QueryDict:
    """Return the same parameters, cleaned and immutable."""
    fresh = QueryDict(mutable=True, encoding=sent.encoding)
    for name, values in sent.lists():
        fresh.setlist(name, [clean_text(value) for value in values])
    fresh._mutable = False
    return fresh
