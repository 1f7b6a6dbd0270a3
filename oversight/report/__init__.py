"""The report in words, links, charts and tables: what pages, files and messages print of it."""

from oversight.report.address import Address, of, site_list
from oversight.report.kpis import Figure, figures
from oversight.report.parts import MAKERS, Part, all_parts, one_part
from oversight.report.words import ages, done, headline, weekdays

__all__ = [
    "MAKERS",
    "Address",
    "Figure",
    "Part",
    "ages",
    "all_parts",
    "done",
    "figures",
    "headline",
    "of",
    "one_part",
    "site_list",
    "weekdays",
]
