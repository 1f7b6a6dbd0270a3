"""Makes, registers, rotates, withdraws and lists the keys that sign certificates."""

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from certificates import countersigning
from certificates.keys import private
from certificates.models import Certificate, ResigningRun, Role, SigningKey
from vaxreg import db_time

# A signing certificate counts for two years, so that what it signs in its first year does not end
# before its twelve months (hcert-spec, section 5.1).
LIFETIME = timedelta(days=730)


class Command(BaseCommand):
    """`certificate_keys make|register|rotate|withdraw|list`"""

    help = (
        "make: one key for each role that has none, signed by itself, in CERTIFICATE_KEYS. register:"
        " make known what lies in the folder or the environment. rotate ROLE: the newest key signs"
        " from now on, the others only check; a new key of the centre signs all certificates again,"
        " in the background. withdraw KID: nothing that this key has signed counts any more. list:"
        " all keys, and how far signing again has come."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("make")
        what.add_parser("register")
        rotate = what.add_parser("rotate")
        rotate.add_argument("role", choices=Role.values)
        rotate.add_argument("--make", action="store_true", help="make the new key, too")
        withdraw = what.add_parser("withdraw")
        withdraw.add_argument("kid", help="16 hexadecimal digits, as `list` shows them")
        what.add_parser("list")

    def handle(self, *args: Any, **options: Any) -> None:
        # All that a terminal shows is English.
        with translation.override("en"):
            getattr(self, f"_{options['what']}")(options)

    def _make(self, options: dict[str, Any]) -> None:
        folder = self._folder()
        have = {key.role for key in private.all_keys()}
        for role in Role:
            if role not in have:
                self._write(role, folder)
        self._register(options)

    def _register(self, options: dict[str, Any]) -> None:
        for key in private.all_keys():
            private.register(key)
        self._list(options)

    def _rotate(self, options: dict[str, Any]) -> None:
        role = Role(options["role"])
        if options["make"]:
            private.register(self._write(role, self._folder()))
        now = db_time.now()
        for key in private.all_keys():
            if key.role == role:
                private.register(key)
        with transaction.atomic():
            newest = SigningKey.objects.signing(role, now).first()
            if newest is None:
                raise CommandError(f"No {role} key may sign now.")
            others = SigningKey.objects.signing(role, now).exclude(pk=newest.pk)
            retired = SigningKey.objects.filter(pk__in=others.values("pk")).update(retired_at=now)
            if not retired:
                raise CommandError(f"There is one {role} key only: make or add another one first.")
            if role == Role.CENTRE:
                countersigning.begin_resigning(newest)
        self._list(options)

    def _withdraw(self, options: dict[str, Any]) -> None:
        try:
            kid = bytes.fromhex(options["kid"])
        except ValueError as error:
            raise CommandError("A key id is 16 hexadecimal digits.") from error
        now = db_time.now()
        rows = SigningKey.objects.filter(kid=kid, withdrawn_at=None)
        if not rows.update(withdrawn_at=now, retired_at=now):
            raise CommandError("There is no such key that still counts.")
        newest = SigningKey.objects.signing(Role.CENTRE, now).first()
        lists_only = not SigningKey.objects.filter(kid=kid).exclude(role=Role.LISTS).exists()
        if newest is not None and not lists_only:
            # By a key of the centre all is signed again; what a key of the sites stated ends.
            countersigning.begin_resigning(newest)
        self._list(options)

    def _list(self, options: dict[str, Any]) -> None:
        for row in SigningKey.objects.order_by("role", "pk"):
            state = "signs"
            if row.withdrawn_at:
                state = f"withdrawn {row.withdrawn_at:%Y-%m-%d %H:%M}"
            elif row.retired_at:
                state = f"checks only, since {row.retired_at:%Y-%m-%d %H:%M}"
            self.stdout.write(
                f"{row.role:6} {bytes(row.kid).hex()} {row.not_before:%Y-%m-%d}"
                f" to {row.not_after:%Y-%m-%d}  {state}"
            )
        for run in ResigningRun.objects.order_by("pk"):
            end = "done" if run.ended_at else "running"
            self.stdout.write(
                f"signing again by {bytes(run.key.kid).hex()}: {run.passed} of {run.total}, {end}"
            )
        waiting = Certificate.objects.filter(status=Certificate.Status.SIGNED).count()
        if waiting:
            self.stdout.write(f"{waiting} certificates wait for the centre.")

    def _write(self, role: Role, folder: Path) -> private.PrivateKey:
        key = private.make(role, LIFETIME)
        self.stdout.write(f"{private.write(key, folder)}")
        return key

    def _folder(self) -> Path:
        if not settings.CERTIFICATE_KEYS:
            raise CommandError("CERTIFICATE_KEYS is not set: it names the folder of the keys.")
        return Path(settings.CERTIFICATE_KEYS)
