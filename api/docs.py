"""The page about the interface: introduction, examples, and every address to try."""

from typing import Any

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response


class Docs(SpectacularSwaggerSplitView):
    """Swagger's page within ours; the examples name this server."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        if response.template_name == self.template_name:
            response.data["site"] = f"{request.scheme}://{request.get_host()}"
        return response
