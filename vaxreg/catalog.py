"""Every text of the product that is translated, found in code and templates without GNU gettext."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

# Position of (context, message, plural) among the arguments of each of Django's functions.
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# Context, message and plural of one call.
Call = tuple[str | None, str, str | None]
# Written by templatize(), which turns a template's tags into calls of these.
IN_TEMPLATES = re.compile(r"(?<![\w.])(_|n?p?gettext)\(")
NOT_OURS = {".venv", "var", "tests", "migrations", "node_modules", ".git"}
# The translator's comment of a text that stands in a library's code and not in ours.
LIBRARY = "Text of a library"
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[sdf]|\{(\w*)\}")


@dataclass(frozen=True)
class Key:
    """What makes a message one message: the same text in another context is another one."""

    context: str | None
    text: str


@dataclass
class Message:
    """A message and the files that use it."""

    key: Key
    plural: str | None
    files: set[str]


def messages(root: Path) -> dict[Key, Message]:
    """Return every message that is written out under `root`; one in a variable is no message."""
    found: dict[Key, Message] = {}
    for path in _sources(root):
        source = path.read_text()
        name = str(path.relative_to(root))
        calls = _in_python(source, name) if path.suffix == ".py" else _in_template(source, name)
        for context, text, plural in calls:
            key = Key(context, text)
            message = found.setdefault(key, Message(key, None, set()))
            message.plural = message.plural or plural
            message.files.add(name)
    return found


def problems(catalog: polib.POFile, wanted: dict[Key, Message]) -> list[str]:
    """Return a line for everything that keeps the catalog from being complete and true."""
    lines = []
    entries = {Key(entry.msgctxt, entry.msgid): entry for entry in catalog if not entry.obsolete}
    for key, message in wanted.items():
        where = ", ".join(sorted(message.files))
        if key not in entries:
            lines.append(f"missing: {key.text!r} ({where})")
        elif bool(message.plural) != bool(entries[key].msgid_plural):
            lines.append(f"plural in one place only: {key.text!r} ({where})")
    for key, entry in entries.items():
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if key not in wanted:
            if not is_of_a_library(entry):
                lines.append(f"used nowhere: {key.text!r}")
        elif entry.fuzzy:
            lines.append(f"marked as a guess (fuzzy): {key.text!r}")
        elif not texts or not all(texts):
            lines.append(f"empty: {key.text!r}")
        elif any(placeholders(text) != _expected(entry) for text in texts):
            lines.append(f"placeholders differ: {key.text!r} -> {texts}")
    lines += [f"left over: {entry.msgid!r}" for entry in catalog.obsolete_entries()]
    return sorted(lines)


def is_of_a_library(entry: polib.POEntry) -> bool:
    """Whether the text comes from a library and is only said better here; its comment says so."""
    return bool(entry.tcomment.startswith(LIBRARY))


def update(catalog: polib.POFile, wanted: dict[Key, Message]) -> None:
    """Add what is missing, with nothing for its translation, and drop what is used nowhere."""
    for entry in list(catalog):
        used = Key(entry.msgctxt, entry.msgid) in wanted or is_of_a_library(entry)
        if entry.obsolete or not used:
            catalog.remove(entry)
    known = {Key(entry.msgctxt, entry.msgid) for entry in catalog}
    for key, message in wanted.items():
        if key not in known:
            entry = polib.POEntry(msgctxt=key.context, msgid=key.text)
            if message.plural:
                entry.msgid_plural = message.plural
                entry.msgstr_plural = {0: ""}
            catalog.append(entry)
    catalog.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))


def placeholders(text: str) -> set[str]:
    """Return the places in a text that are filled in at run time."""
    return {match.group() for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


def _expected(entry: polib.POEntry) -> set[str]:
    # "One case" may leave the number out; languages without plural need it.
    return placeholders(entry.msgid_plural or entry.msgid)


def _sources(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"}:
            continue
        parts = path.relative_to(root).parts
        if NOT_OURS & set(parts) or (path.suffix != ".py" and "templates" not in parts):
            continue
        yield path


def _in_python(source: str, name: str) -> Iterator[Call]:
    tree = ast.parse(source, name)
    aliases = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in FUNCTIONS
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            function = aliases.get(node.func.id)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in FUNCTIONS:
            function = node.func.attr
        else:
            function = None
        if function:
            yield from _read(node, FUNCTIONS[function])


def _in_template(source: str, name: str) -> Iterator[Call]:
    code = templatize(source, origin=name)
    for match in IN_TEMPLATES.finditer(code):
        function = "gettext" if match.group(1) == "_" else match.group(1)
        # The call ends at the first bracket that makes it whole.
        end = match.end()
        while True:
            end = code.index(")", end) + 1
            try:
                call = ast.parse(code[match.start() : end], name, "eval").body
            except SyntaxError:
                continue
            break
        if isinstance(call, ast.Call):
            yield from _read(call, FUNCTIONS[function])


def _read(call: ast.Call, places: tuple[int | None, int, int | None]) -> Iterator[Call]:
    """Give the texts of a call; a variable was marked where it got its text (gettext_noop)."""
    try:
        context, text, plural = (
            None if place is None else str(ast.literal_eval(call.args[place])) for place in places
        )
    except (ValueError, IndexError):
        return
    yield context, text or "", plural
