"""Whether a statement has the form of DCC schema 1.x, for certificates of any issuer.

Codes are not looked up: the schema does not ask which values exist. What we issue is held to the
value sets besides (statement.py).
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_BORN = re.compile(r"((19|20)\d\d(-\d\d){0,2})?")
_MACHINE = re.compile(r"[A-Z<]*")
_COUNTRY = re.compile(r"[A-Z]{1,10}")

Check = Callable[[Any], bool]


def trouble(statement: Mapping[str, Any]) -> str:
    """Return the name of the first field that breaks the schema; "" when it keeps it."""
    if not (_is_text(statement.get("ver")) and _VERSION.fullmatch(statement["ver"])):
        return "ver"
    if not _are_names(statement.get("nam")):
        return "nam"
    if not (_is_text(statement.get("dob")) and _BORN.fullmatch(statement["dob"])):
        return "dob"
    kinds = [kind for kind in ("v", "t", "r") if statement.get(kind) is not None]
    if len(kinds) != 1:
        return "v"
    entries = statement[kinds[0]]
    if not (isinstance(entries, list) and len(entries) == 1 and isinstance(entries[0], dict)):
        return kinds[0]
    return _entry_trouble(kinds[0], entries[0])


def _entry_trouble(kind: str, entry: Mapping[str, Any]) -> str:
    checks = {**_COMMON, **_OF_KIND[kind]}
    for name, check in checks.items():
        if name not in entry or not check(entry[name]):
            return f"{kind}.{name}"
    for name, check in _OPTIONAL.items():
        if kind == "t" and entry.get(name) is not None and not check(entry[name]):
            return f"{kind}.{name}"
    return ""


def _are_names(names: Any) -> bool:
    if not isinstance(names, dict) or not (names.get("fnt") or names.get("gnt")):
        return False
    machine = [names[key] for key in ("fnt", "gnt") if key in names]
    return all(_is_short(names[key]) for key in names if key in ("fn", "gn")) and all(
        _is_short(one) and _MACHINE.fullmatch(one) is not None for one in machine
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 80


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_day(value: Any) -> bool:
    try:
        # Some issuers of 2021 wrote a time behind the day.
        return isinstance(value, str) and bool(date.fromisoformat(value[:10]))
    except ValueError:
        return False


def _is_moment(value: Any) -> bool:
    # A text that CBOR has tagged as a time comes out as one.
    if isinstance(value, datetime):
        return value.tzinfo is not None
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_country(value: Any) -> bool:
    return isinstance(value, str) and _COUNTRY.fullmatch(value) is not None


_COMMON: dict[str, Check] = {"tg": _is_text, "co": _is_country, "is": _is_short, "ci": _is_short}
_OF_KIND: dict[str, dict[str, Check]] = {
    "v": {
        "vp": _is_text,
        "mp": _is_text,
        "ma": _is_text,
        "dn": _is_count,
        "sd": _is_count,
        "dt": _is_day,
    },
    "t": {"tt": _is_text, "sc": _is_moment, "tr": _is_text},
    "r": {"fr": _is_day, "df": _is_day, "du": _is_day},
}
_OPTIONAL: dict[str, Check] = {"nm": _is_short, "ma": _is_text, "tc": _is_short}
