"""Parse ids from untrusted input: URLs, forms, sessions and files."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def uuid_or_none(text: object) -> UUID | None:
    """Return the UUID in any notation that `uuid.UUID` accepts; None for anything else."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def with_public_id(rows: QuerySet[M], text: object) -> QuerySet[M]:
    """Return the row with this public id as a queryset; empty if the text is not a UUID."""
    public_id = uuid_or_none(text)
    return rows.none() if public_id is None else rows.filter(public_id=public_id)


def with_id(rows: QuerySet[M], text: str) -> QuerySet[M]:
    """Return the row with this id as a queryset; empty if the text is not a number."""
    is_id = text.isascii() and text.isdigit() and len(text) < 19
    return rows.filter(pk=int(text)) if is_id else rows.none()
