"""Walking through the steps of filing as a citizen does."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from corrections.models import Draft
from doses.models import Dose
from portal.draft_check import CheckedDraft
from tests.pictures import picture


def photo(colour: str = "teal") -> SimpleUploadedFile:
    return SimpleUploadedFile("x.jpg", picture(colour=colour), content_type="image/jpeg")


def look(client: Client, url: str) -> int:
    """Ask for a photo, read it to its end, and return the status."""
    answer = client.get(url)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


def choose(client: Client, *keys: object) -> str:
    answer = client.post("/corrections/new/", {"doses": [str(key) for key in keys]})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def up_to_check(client: Client, dose: Dose, **details: str) -> Draft:
    """Walk the first three steps about one dose, without paper."""
    page = choose(client, dose.public_id)
    client.post(page, details or {"vaccine": "PF"})
    words = {"has_no_paper": "on", "where_when": "Sân trường, buổi sáng"}
    answer = client.post("/corrections/new/photos/", words)
    assert answer.url == "/corrections/new/check/"
    return Draft.objects.get()


def declaration(draft: Draft, **changed: str) -> dict[str, str]:
    seen = CheckedDraft(draft).fingerprint
    return {"truth": "on", "words": "", "draft": str(draft.key), "seen": seen, **changed}


def send(client: Client, draft: Draft, **changed: str):
    return client.post("/corrections/new/check/", declaration(draft, **changed))
