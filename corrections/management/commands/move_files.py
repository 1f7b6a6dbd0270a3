"""Moves private files (photos of papers) from the folder to the object store, or back."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.files.storage import InvalidStorageError, StorageHandler
from django.core.management.base import BaseCommand, CommandError

from corrections.photos import moving
from corrections.photos.evidence import SHELVES
from vaxreg.private_files.outage import StoreDown


class Command(BaseCommand):
    help = (
        f"{__doc__} Each copy is read back and compared by SHA-256. It may be stopped and run again"
        " at any time; a second run writes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--back", action="store_true", help="from the store to the folder")
        parser.add_argument(
            "--delete",
            action="store_true",
            help="delete each file where it was, once its copy was read back and is the same",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRIVATE_STORE is None:
            raise CommandError(
                "No object store is set. Set PRIVATE_FILES_S3_URL and what belongs to it"
                " (.env.example), at least for this command."
            )
        places = {"folder": settings.PRIVATE_FOLDER, "store": settings.PRIVATE_STORE}
        try:
            # Its types say what it returns; it takes what the setting STORAGES holds.
            storages = StorageHandler(places)  # type: ignore[arg-type]
            folder, store = storages["folder"], storages["store"]
        except InvalidStorageError as wrong:
            raise CommandError(str(wrong)) from wrong
        source, target = (store, folder) if options["back"] else (folder, store)
        began = told = time.monotonic()
        total = moving.Moved("all")
        try:
            for number, done in enumerate(
                moving.move(source, target, delete=options["delete"]), start=1
            ):
                total.copied += done.copied
                total.there += done.there
                total.deleted += done.deleted
                total.left += done.left
                total.size += done.size
                total.wrong += done.wrong
                for key in done.wrong:
                    self.stderr.write(f"not moved, its content is not what it must be: {key}")
                if time.monotonic() - told > 5:
                    told = time.monotonic()
                    self.stdout.write(
                        f"{number} of {len(SHELVES)} directories, {self._said(total)}"
                    )
        except StoreDown as down:
            raise CommandError(
                f"Stopped, {down}. So far {self._said(total)}. Run it again: it goes on there."
            ) from down
        seconds = time.monotonic() - began
        self.stdout.write(f"Done in {seconds:.1f} s: {self._said(total)}.")
        if total.wrong:
            raise CommandError(f"{len(total.wrong)} files were not moved: see above.")

    @staticmethod
    def _said(total: moving.Moved) -> str:
        return (
            f"{total.copied} files copied and read back ({total.size / 1_000_000:.1f} MB),"
            f" {total.there} were there and are the same, {total.deleted} deleted where they were,"
            f" {total.left} without a row left alone"
        )
