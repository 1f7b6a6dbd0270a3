"""Measures the product: `manage.py bench sweep`, `reports`, `pages`, `matching`, `import`, `slow-clients`.

The figures stand in docs/benchmarks.md.
"""

import json
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand
from django.db.backends.base.base import BaseDatabaseWrapper

from bench import (
    caseload,
    certifying,
    databases,
    dataset,
    importing,
    pages,
    reporting,
    slow_clients,
    sweeping,
    webtier,
)
from bench.generating import building
from bench.generating.progress import Progress
from bench.generating.size import RegistrySize
from bench.matching import measuring
from bench.reporting import Country
from bench.results import BenchResult, as_json, table
from corrections.models import Correction
from reporting import daily_job
from vaxreg import db_time

# Doses for one correction in `bench pages`: enough for a hundredth page in the small registry.
FOR_ONE_CORRECTION = 15


class Command(BaseCommand):
    help = (
        "Measures the sweep and the web tier, the reports, matching, imports, or visits beside slow"
        " clients."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        sweep = what.add_parser("sweep", help="the sweep, a change of the rules, the web tier")
        sweep.add_argument("--open", type=int, default=50_000, help="open cases of the idle pass")
        sweep.add_argument("--overdue", type=int, default=5_000)
        sweep.add_argument("--breaches", type=int, default=100_000, help="after an outage")
        sweep.add_argument("--provinces", type=int, default=8)
        sweep.add_argument("--rounds", type=int, default=5, help="of the web tier; 0 leaves it out")
        sweep.add_argument("--acts", type=int, default=200, help="filings and decisions a round")
        sweep.add_argument(
            "--here", action="store_true", help="in this database, which must hold no cases"
        )
        reports = what.add_parser("reports", help="pages of officers, at full size and at 1/100")
        reports.add_argument("--organizations", type=int, default=20_000)
        reports.add_argument("--corrections", type=int, default=3_000_000)
        reports.add_argument("--open", type=int, default=300_000, help="of these corrections")
        reports.add_argument("--share", type=float, default=0.6, help="of the first province")
        reports.add_argument("--days", type=int, default=60, help="that they go back")
        reports.add_argument("--sites", type=int, default=28, help="of each district")
        reports.add_argument("--smaller", type=int, default=100, help="times is the other country")
        reports.add_argument(
            "--same-tree", action="store_true", help="the other country has as many organizations"
        )
        reports.add_argument("--visits", type=int, default=20, help="of each page in each country")
        reports.add_argument(
            "--keep", action="store_true", help="the two databases; those left are used again"
        )
        registry = what.add_parser(
            "pages", help="pages of the registry, small and of national size"
        )
        registry.add_argument("--doses", type=int, default=9_000_000, help="90000000: all of them")
        registry.add_argument("--smaller", type=int, default=100, help="times is the other one")
        registry.add_argument("--visits", type=int, default=20, help="of each page in each")
        registry.add_argument("--processes", type=int, default=os.cpu_count() or 1)
        registry.add_argument(
            "--keep", action="store_true", help="the two databases; those left are used again"
        )
        slow = what.add_parser("slow-clients", help="ordinary visits beside slow clients")
        slow.add_argument("--slow", type=int, nargs="+", default=[0, 2, 50, 200])
        slow.add_argument("--seconds", type=float, default=10, help="of visits for each number")
        matching = what.add_parser("matching", help="finding two records of one person")
        matching.add_argument("--people", type=int, default=200_000)
        matching.add_argument("--data", nargs="+", choices=measuring.DATA, default=measuring.DATA)
        matching.add_argument("--errors", type=float, default=1.0, help="times as many errors")
        matching.add_argument("--asked", type=int, default=1_000, help="look-ups measured")
        imports = what.add_parser("import", help="an import of doses beside COPY and the ORM")
        imports.add_argument("--rows", type=int, default=1_000_000)
        imports.add_argument("--people", type=int, default=200_000, help="on record before")
        imports.add_argument("--sample", type=int, default=300, help="rows that the ORM writes")
        certificates = what.add_parser("certificates", help="sign, check, draw, beside bare calls")
        certificates.add_argument("--calls", type=int, default=1_000, help="of a round")
        certificates.add_argument("--rounds", type=int, default=5)
        for one in (sweep, reports, registry, matching, imports):
            one.add_argument("--seed", type=int, default=9458)
        for one in (sweep, reports, registry, matching, imports, slow, certificates):
            one.add_argument("--json", action="store_true", help="one JSON object, the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        measure = {
            "sweep": self._sweep,
            "reports": self._reports,
            "pages": self._pages,
            "slow-clients": self._slow_clients,
            "matching": self._matching,
            "import": self._import,
            "certificates": self._certificates,
        }
        found = measure[options["what"]](options)
        if options["json"]:
            self.stdout.write(json.dumps({"bench": options["what"], "figures": found}))

    def _sweep(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        with (
            databases.current_database()
            if options["here"]
            else databases.temporary_database() as name
        ):
            self.stdout.write(f"database {name}, seed {options['seed']}")
            dataset.build_country([dataset.DISTRICTS] * options["provinces"])
            return self._measure(options)

    def _measure(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        seed = options["seed"]
        measured: list[BenchResult] = []
        measurements: list[Callable[[], list[BenchResult]]] = [
            partial(sweeping.idle, options["open"], seed),
            partial(sweeping.overdue, options["overdue"], seed),
            partial(sweeping.outage, options["breaches"], seed),
            sweeping.change_of_rules,
            partial(webtier.compared, options["rounds"], options["acts"], seed),
        ]
        for measure in measurements:
            found = measure()
            measured += found
            if found:
                self.stdout.write(table(found))
        return as_json(measured)

    def _reports(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        names = ("organizations", "corrections", "open", "share", "days")
        full = caseload.CountrySize(**{name: options[name] for name in names})
        part = full.part(options["smaller"], same_tree=options["same_tree"])
        ending = "fewer" if options["same_tree"] else "small"
        with databases.copies(ending, "full", keep=options["keep"]) as (one, other):
            small = self._country(one, part, options)
            found = reporting.compared(
                small, self._country(other, full, options), options["visits"]
            )
        self.stdout.write(reporting.table(found))
        return reporting.as_json(found)

    def _pages(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        """Both have as many corrections at their busiest site: a page is one of so many there."""
        sizes = (options["doses"] // options["smaller"], options["doses"])
        busiest = sizes[0] // FOR_ONE_CORRECTION // 2
        with databases.copies("pages_small", "pages_large", keep=options["keep"]) as found:
            for there, doses in zip(found, sizes, strict=True):
                with databases.using(there):
                    self._registry(doses, busiest, options)
            measured = pages.compared(found[0], found[1], options["visits"])
        self.stdout.write(pages.table(measured, (f"{sizes[0]:,}", f"{sizes[1]:,}")))
        return pages.as_json(measured)

    def _registry(self, doses: int, busiest: int, options: dict[str, Any]) -> None:
        if Correction.objects.exists():
            return
        size = RegistrySize(
            doses=doses,
            people=doses // 2,
            corrections=doses // FOR_ONE_CORRECTION,
            seed=options["seed"],
            until=db_time.now(),
            matching=False,
            busiest=busiest,
        )
        progress = Progress(doses, sys.stderr)
        building.build(size, options["processes"], progress)
        self.stdout.write(f"{doses:,} doses: {progress.finish()}")

    def _slow_clients(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        found = slow_clients.compared(options["slow"], options["seconds"])
        self.stdout.write(table(found))
        return as_json(found)

    def _import(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        size = importing.ImportSize(
            **{name: options[name] for name in ("rows", "people", "sample", "seed")}
        )
        with databases.temporary_database():
            found = importing.measure(size)
        self.stdout.write(table(found))
        return as_json(found)

    def _certificates(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        found = certifying.measure(options["calls"], options["rounds"])
        self.stdout.write(table(found))
        return as_json(found)

    def _matching(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        measured: list[BenchResult] = []
        for data in options["data"]:
            size = measuring.Size(
                options["people"], options["seed"], data, options["errors"], options["asked"]
            )
            with databases.temporary_database():
                found = measuring.measure(size)
            self.stdout.write(table(found))
            measured += found
        return as_json(measured)

    def _country(
        self, there: BaseDatabaseWrapper, size: caseload.CountrySize, options: dict[str, Any]
    ) -> Country:
        with databases.using(there):
            if not Correction.objects.exists():
                self.stdout.write(f"writing {size.corrections:,} corrections …")
                caseload.build(size, sites=options["sites"], seed=options["seed"])
                dataset.vacuum_analyze()
            self.stdout.write("closing days …")
            caseload.keep_figures()
            dataset.vacuum_analyze()
            begun = time.perf_counter()
            daily_job.refresh()
            self.stdout.write(f"a pass of the figures takes {time.perf_counter() - begun:.1f} s")
            return Country(there, reporting.pages())
