"""Public ids as they come from outside: in addresses, forms, sessions and files."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def uuid_or_none(text: object) -> UUID | None:
    """Return the UUID that is written in any form that Python reads; None for anything else."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def with_public_id(rows: QuerySet[M], text: object) -> QuerySet[M]:
    """Return the one of these rows that has this public id; no row for what is no UUID."""
    public_id = uuid_or_none(text)
    return rows.none() if public_id is None else rows.filter(public_id=public_id)
