"""The routes that the product answers: names and patterns, as Django resolves them."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def routes(resolver: URLResolver | None = None, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name, with its namespaces, and the whole pattern of every route."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            space = f"{entry.namespace}:" if entry.namespace else name
            for route, pattern in routes(entry, space):
                yield route, str(entry.pattern) + pattern
        else:
            assert isinstance(entry, URLPattern)
            yield f"{name}{entry.name}", str(entry.pattern)
