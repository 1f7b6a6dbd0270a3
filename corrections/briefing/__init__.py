"""The report in words, links, charts and tables: what pages, files and messages print of it."""

from corrections.briefing.addresses import Address, of, site_list
from corrections.briefing.kpis import Figure, figures
from corrections.briefing.parts import MAKERS, Part, all_parts, one_part
from corrections.briefing.words import ages, done, headline, weekdays

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
