"""Trains a new version of the model on this registry, and compares it with the last."""

import json
import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from matching import model


class Command(BaseCommand):
    """`train_matching`: writes matching/trained/v2.json and v2.txt beside v1.json"""

    help = "Writes a new version of the model, trained on the records of this database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=model.FILES, help="where files are")
        parser.add_argument("--pairs", type=float, default=2e7, help="random pairs compared")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--duplicates", type=float, help="second records per person")
        parser.add_argument("--pair", type=float, help="least weight of a pair that is stored")
        parser.add_argument("--online", type=float, help="least weight shown while one types")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from matching.splink import tables, training
        except ImportError:
            raise CommandError("Install requirements-matching.txt first.") from None
        folder: Path = options["folder"]
        last = json.loads((folder / f"v{_newest(folder)}.json").read_text(encoding="utf-8"))
        thresholds = {
            use: last["thresholds"][use] if options[use] is None else options[use]
            for use in ("pair", "online")
        }
        version = f"v{_newest(folder) + 1}"
        with tempfile.TemporaryDirectory(
            prefix="vaxreg-matching-", dir=settings.MATCHING_FOLDER or None
        ) as name:
            limits = tables.Limits(settings.MATCHING_MEMORY, os.cpu_count() or 2)
            with tables.open_in(Path(name), limits) as here:
                tables.copy_out(Path(name) / "features.csv")
                tables.load(here, Path(name) / "features.csv")
                content = training.train(
                    here,
                    version=version,
                    thresholds=thresholds,
                    duplicates=options["duplicates"] or last["duplicates"],
                    pairs=options["pairs"],
                    seed=options["seed"],
                )
        comparison = training.compared(last, content)
        (folder / f"{version}.json").write_text(model.written(content), encoding="utf-8")
        (folder / f"{version}.txt").write_text(comparison, encoding="utf-8")
        self.stdout.write(comparison)
        self.stdout.write(f"Written: {folder / version}.json and .txt; the next run uses it.")


def _newest(folder: Path) -> int:
    return max(int(path.stem[1:]) for path in folder.glob("v*.json"))
