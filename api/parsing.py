"""Reads the bodies of requests: JSON, with invisible characters taken out of its texts."""

from typing import Any

from rest_framework.parsers import JSONParser

from vaxreg.typed.invisible import clean_values


class TypedJSONParser(JSONParser):
    """JSON whose texts a person has typed or pasted somewhere; the API asks for no password."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Return the body, cleaned. Raises ParseError."""
        return clean_values(super().parse(*args, **kwargs))
