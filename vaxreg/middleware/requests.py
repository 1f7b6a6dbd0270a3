"""One log line for the beginning and the end of each request: without what was searched for."""

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

from vaxreg.addresses import client_address


class RequestLogMiddleware(RequestMiddleware):
    """Logs the path alone: people search by names and numbers, which stand behind the "?"."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path."""
        return f"{request.method} {request.path}"

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """The address by which limits count, not one that a client writes into a header."""
        structlog.contextvars.bind_contextvars(ip=client_address(request))
