"""Find, check and write the translated texts of code and templates, with Babel's extractors."""

import ast
import io
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

# Positions of the texts among the arguments of Django's gettext functions and of our short names
# for them; "c" marks the context.
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "_noop", "gettext", "gettext_lazy", "gettext_noop"), (1,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
EXCLUDED_FOLDERS = {".venv", "var", "tests", "migrations", "node_modules", ".git"}
# The translator's comment at a text that is in a library's code and not in ours.
LIBRARY = "Text of a library"
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[sdf]|\{(\w*)\}")
# What Babel's extraction methods yield: line, function, text or (text, …), translators' comments.
Extracted = tuple[int, Any, Any, Any]


def messages(root: Path) -> Catalog:
    """Return every literal message in the files under `root`; a text in a variable is not found."""
    methods: list[tuple[str, Any]] = [
        ("**.py", in_python),
        ("**/templates/**.html", in_template),
        ("**/templates/**.txt", in_template),
    ]
    found = Catalog()
    for name, line, text, _comments, context in extract_from_dir(
        root,
        methods,
        keywords=KEYWORDS,
        directory_filter=lambda path: Path(path).name not in EXCLUDED_FOLDERS,
    ):
        found.add(text, locations=[(name, line)], context=context)
    return found


def in_python(
    file: IO[bytes], keywords: Any, comment_tags: Collection[str], options: Any
) -> Iterator[Extracted]:
    """Extract the texts of Python code; an extraction method for Babel's extract().

    Before Python 3.12 an f-string is one token, and Babel does not see the calls inside it.
    """
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.FormattedValue):
            inside = io.BytesIO(ast.unparse(node.value).encode())
            for line, name, found, comments in extract_python(
                inside, keywords, comment_tags, options
            ):
                yield node.lineno + line - 1, name, found, comments


def in_template(
    file: IO[bytes], keywords: Any, comment_tags: Collection[str], options: Any
) -> Iterator[Extracted]:
    """Extract the texts of a Django template; an extraction method for Babel's extract().

    Django's templatize() turns the template's tags into Python and all other text into X. The
    brackets around its result switch off Python's indentation rules.
    """
    code = f"({templatize(file.read().decode())}\n)"
    return extract_python(io.BytesIO(code.encode()), keywords, comment_tags, options)


def read(path: Path) -> Catalog:
    """Read a django.po file. Raises PoFileError if it is invalid."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], abort_invalid=True)


def write(catalog: Catalog, path: Path) -> None:
    """Write a django.po file sorted by text, without code locations; its header is kept."""
    head, _, _ = path.read_text().partition("\n\n")
    body = io.BytesIO()
    write_po(body, catalog, width=100, omit_header=True, no_location=True, sort_output=True)
    path.write_text(f"{head}\n\n{body.getvalue().decode().strip()}\n")


def write_compiled(catalog: Catalog, path: Path) -> None:
    """Write a django.mo file; the same texts always give the same bytes."""
    catalog.creation_date = datetime(2000, 1, 1, tzinfo=UTC)
    with path.open("wb") as file:
        write_mo(file, catalog)


def problems(catalog: Catalog, wanted: Catalog) -> list[str]:
    """Return one line for each text that is missing, unused, untranslated or wrongly formatted."""
    for message in messages_of(catalog):
        # Babel takes "90% of them" for a format string, because of "% o".
        if not expected(message):
            message.flags.discard("python-format")
    lines = [f"{error}: {display_text(of)}" for of, errors in catalog.check() for error in errors]
    for message in messages_of(wanted):
        where = ", ".join(f"{file}:{line}" for file, line in message.locations)
        known = catalog.get(message.id, message.context)
        if known is None:
            lines.append(f"missing: {display_text(message)} ({where})")
        elif message.pluralizable != known.pluralizable:
            lines.append(f"plural in one place only: {display_text(message)} ({where})")
    for message in messages_of(catalog):
        translations = [message.string] if isinstance(message.string, str) else message.string
        if wanted.get(message.id, message.context) is None:
            if not is_of_a_library(message):
                lines.append(f"used nowhere: {display_text(message)}")
        elif message.fuzzy:
            lines.append(f"marked as a guess (fuzzy): {display_text(message)}")
        elif not translations or not all(translations):
            lines.append(f"empty: {display_text(message)}")
        elif any(placeholders(text) != expected(message) for text in translations):
            lines.append(f"placeholders differ: {display_text(message)} -> {translations}")
    lines += [f"left over: {display_text(message)}" for message in catalog.obsolete.values()]
    return sorted(lines)


def update(catalog: Catalog, wanted: Catalog) -> None:
    """Add missing texts without a translation, and remove texts that are used nowhere."""
    of_libraries = [message for message in messages_of(catalog) if is_of_a_library(message)]
    catalog.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    for message in of_libraries:
        catalog[message.id] = message


def messages_of(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def is_of_a_library(message: Message) -> bool:
    """Whether the text is in a library and only its translation is ours; its comment says so."""
    return any(comment.startswith(LIBRARY) for comment in message.user_comments)


def placeholders(text: str) -> set[str]:
    """Return the placeholders of a text: %(name)s, %s, {name}."""
    return {match.group() for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


def expected(message: Message) -> set[str]:
    """Return the placeholders that a translation must have: those of the plural, if there is one.

    Babel lets a singular such as "One case" omit the number; languages without plural need it.
    """
    return placeholders(message.id if isinstance(message.id, str) else message.id[-1])


def display_text(message: Message) -> str:
    return repr(message.id if isinstance(message.id, str) else message.id[0])
