"""Bundles: what a search found, page by page, and the versions of one resource."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from fhir_api.outcomes import Refused
from vaxreg import db_time
from vaxreg.paging import Key, Order, following

Resource = dict[str, Any]
M = TypeVar("M", bound=Model)
SIZE = 50
MOST = 100
# Parameters of every search; `_after` is ours: the mark of the row after which a page begins.
COMMON = ("_count", "_format", "_after")


def base_of(request: Request) -> str:
    """Return the address of this interface, with the slash at its end."""
    return str(request.build_absolute_uri("/fhir/"))


def params(request: Request, *known: str) -> dict[str, str]:
    """Return the parameters of a search that are known here.

    Others are left out, as FHIR wants it, and so from the link to the page itself. Raises Refused
    when the caller asked to be told (`Prefer: handling=strict`).
    """
    sent = request.query_params
    found = {name: str(sent[name]) for name in sent if name in (*known, *COMMON)}
    unknown = sorted(set(request.query_params) - set(found))
    if unknown and "handling=strict" in request.headers.get("Prefer", ""):
        words = _("This search does not know: %(names)s.") % {"names": ", ".join(unknown)}
        raise Refused(400, words, code="not-supported")
    return found


def page(
    asked: dict[str, str],
    rows: QuerySet[M],
    order: Order,
    *,
    key_of: Callable[[str], Key | None],
    mark_of: Callable[[M], str],
) -> tuple[list[M], str]:
    """Return the rows of one page, and the mark for the next; "" after the last."""
    size = _size(asked.get("_count", ""))
    mark = asked.get("_after", "")
    key = key_of(mark) if mark else None
    if mark and key is None:
        raise Refused(400, _("This page is not there any more. Search again."), code="invalid")
    found = list(following(rows, order, key)[: size + 1])
    shown = found[:size]
    return shown, mark_of(shown[-1]) if shown and len(found) > size else ""


def searchset(
    request: Request,
    asked: dict[str, str],
    found: Iterable[Resource],
    *,
    total: int,
    included: Iterable[Resource] = (),
    after: str = "",
) -> Resource:
    """Return what a search found. included: what belongs to it and was asked for beside it."""
    where = request.build_absolute_uri(request.path)
    links = [{"relation": "self", "url": _address(where, asked)}]
    if after:
        links.append({"relation": "next", "url": _address(where, asked | {"_after": after})})
    base = base_of(request)
    entries = [
        {"fullUrl": address_of(base, one), "resource": one, "search": {"mode": mode}}
        for mode, resources in (("match", found), ("include", included))
        for one in resources
    ]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "timestamp": instant(db_time.now()),
        "total": total,
        "link": links,
        **({"entry": entries} if entries else {}),
    }


def history(request: Request, versions: Iterable[Resource]) -> Resource:
    """Return the versions of one resource, the newest first."""
    base = base_of(request)
    entries = [
        {
            "fullUrl": address_of(base, one),
            "resource": one,
            "request": {
                "method": "POST" if one["meta"]["versionId"] == "1" else "PUT",
                "url": f"{one['resourceType']}/{one['id']}",
            },
            "response": {
                "status": "201" if one["meta"]["versionId"] == "1" else "200",
                "etag": etag(one),
                "lastModified": one["meta"]["lastUpdated"],
            },
        }
        for one in versions
    ]
    return {
        "resourceType": "Bundle",
        "type": "history",
        "timestamp": instant(db_time.now()),
        "total": len(entries),
        "link": [{"relation": "self", "url": request.build_absolute_uri(request.path)}],
        "entry": entries,
    }


def address_of(base: str, resource: Resource) -> str:
    """Return the whole address of a resource."""
    return f"{base}{resource['resourceType']}/{resource['id']}"


def etag(resource: Resource) -> str:
    """Return the weak ETag of a version."""
    return f'W/"{resource["meta"]["versionId"]}"'


def instant(moment: Any) -> str:
    """Return a moment with its time zone, to the millisecond."""
    return str(moment.isoformat(timespec="milliseconds"))


def _address(where: str, asked: dict[str, str]) -> str:
    return f"{where}?{urlencode(asked)}" if asked else where


def _size(text: str) -> int:
    if not text:
        return SIZE
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise Refused(400, _("_count is a number."), code="invalid")
    return max(1, min(int(text), MOST))
