"""Pages as tests read them: in English, as plain text."""

import re
from typing import Any

from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponseBase
from django.test import Client

# Bytes that a page may have, and that the network may carry of it (docs/adr/0030).
HTML = 60_000
WIRE = 15_000


def in_english(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


def text_of(response: Any) -> str:
    """Return what people read on a page, in one line."""
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def close(response: HttpResponseBase) -> None:
    """End an answer as Django's own client does: without ending the test's transaction."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)
