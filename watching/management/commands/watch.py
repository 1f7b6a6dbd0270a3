"""Shows metrics to Prometheus and rings alarms, until it is stopped."""

import logging
import os
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from vaxreg.celery import app
from vaxreg.database import patience
from watching import alarms, exporter

log = logging.getLogger(__name__)

# Seconds between two looks, and for workers to answer a ping.
EVERY = 30.0
PING = 2.0


class Command(BaseCommand):
    """`watch`: metrics at METRICS_ADDRESS:METRICS_PORT; one for each machine, alarms from one of them."""

    help = "Shows metrics to Prometheus on a port of its own, and tells people what is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--requests-only",
            action="store_true",
            help="show what web processes here counted, and neither figures nor alarms",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        shown = None if options["requests_only"] else exporter.Figures()
        address, port = settings.METRICS_ADDRESS, settings.METRICS_PORT
        server = exporter.server(address, port, shown, Path(folder) if folder else None)
        self.stdout.write(f"metrics at http://{address}:{server.server_port}/metrics")
        if shown is not None:
            threading.Thread(target=look_again_and_again, args=[shown], daemon=True).start()
        server.serve_forever()


def look_again_and_again(shown: exporter.Figures) -> None:
    """Look for troubles and for workers, for as long as the process lives."""
    bell = alarms.Bell()
    while True:
        began = time.monotonic()
        try:
            shown.nodes = nodes()
            with patience.limited(exporter.PATIENCE):
                bell.look(alarms.troubles())
        except Exception:
            # Nobody watches the watcher but whoever misses its metrics: it must go on.
            log.exception("a look at the service failed")
        finally:
            connections.close_all()
        time.sleep(max(EVERY - (time.monotonic() - began), 1.0))


def nodes() -> dict[str, int]:
    """Return how many workers answer, by the first part of their names."""
    known = {"celery": 0, "matching": 0}
    try:
        answers = app.control.ping(timeout=PING) or []
    except Exception as error:  # what the broker's client raises depends on the broker
        log.warning("workers were not asked: %s", type(error).__name__)
        return known
    found = Counter(name.split("@")[0] for answer in answers for name in answer)
    return {**known, **found}
