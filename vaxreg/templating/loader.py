"""Loads templates with components (`<c-…>`), without the indentation that only we read."""

import re
from typing import Any

from django.conf import settings
from django.template import Origin
from django_cotton.cotton_loader import Loader as CottonLoader

INDENTATION = re.compile(r"[ \t]*\n\s*")
PAGES = str(settings.BASE_DIR / "templates")


class Loader(CottonLoader):  # type: ignore[misc]
    """Indentation was a fifth of a page's bytes; it is taken out once, when a template is loaded.

    A line break stays where one was: it is a space between words. What people wrote comes in later,
    with its own line breaks.
    """

    def get_contents(self, origin: Origin) -> Any:
        source: str = super().get_contents(origin)
        if origin.name.startswith(PAGES) and origin.name.endswith(".html"):
            return INDENTATION.sub("\n", source)
        return source
