"""Tells a page that sent photos by script where to go on, instead of redirecting the script."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class UploadMiddleware:
    """Answers 204 with `X-Next` for a redirect: a script that follows one would use up the messages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        by_script = request.headers.get("X-Requested-With") == "upload"
        if not by_script or response.status_code not in (301, 302, 303):
            return response
        answer = HttpResponse(status=204, headers={"X-Next": response.headers["Location"]})
        answer.cookies = response.cookies
        return answer
