"""Translations without GNU gettext: check that they are complete, compile, or add what is new."""

import os
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.reloader import translation_file_changed

from vaxreg import catalog


class Command(BaseCommand):
    """Without an option: add new texts, untranslated, to every django.po and remove unused ones."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--check", action="store_true", help="fail unless complete and true")
        group.add_argument("--compile", action="store_true", help="write django.mo beside each")

    def handle(self, *args: Any, **options: Any) -> None:
        paths = sorted(
            path for root in settings.LOCALE_PATHS for path in Path(root).glob("*/LC_MESSAGES/*.po")
        )
        if options["compile"]:
            for path in paths:
                compile_catalog(path)
            return
        wanted = catalog.messages(settings.BASE_DIR)
        if options["check"]:
            self._check(paths, wanted)
            return
        for path in paths:
            po = catalog.read(path)
            catalog.update(po, wanted)
            catalog.write(po, path)

    def _check(self, paths: list[Path], wanted: Catalog) -> None:
        lines = []
        source = "en"
        for language, _name in settings.LANGUAGES:
            if language != source and not any(path.parts[-3] == language for path in paths):
                lines.append(f"no catalog for {language}")
        for path in paths:
            po = catalog.read(path)
            lines += [f"{path.parts[-3]}: {line}" for line in catalog.problems(po, wanted)]
        if lines:
            raise CommandError("\n".join([*lines, f"{len(lines)} problems of translation"]))
        self.stdout.write(f"{len(wanted)} texts, all translated.")


def compile_catalog(path: Path) -> None:
    """Write django.mo beside a django.po and rename it into place: a process may be reading it.

    This process reads it anew: what it has read before is kept for good, also that there was none,
    and the next step of a first start would store English as Vietnamese.
    """
    compiled = path.with_suffix(".mo")
    new = path.with_suffix(f".mo.{os.getpid()}")
    catalog.write_compiled(catalog.read(path), new)
    new.replace(compiled)
    translation_file_changed(None, compiled)
