"""Pages as tests read them: in English, as plain text."""

import re
from typing import Any

from django.test import Client


def in_english(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


def text_of(response: Any) -> str:
    """Return what people read on a page, in one line."""
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
