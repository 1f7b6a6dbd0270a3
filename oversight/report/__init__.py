"""The overdue report as text, links, charts and tables, for pages, files and messages."""

from oversight.report.address import Address, organization_of, site_list
from oversight.report.kpis import Kpi, figures
from oversight.report.parts import MAKERS, ReportPart, all_parts, one_part
from oversight.report.words import ages, headline, recently_reminded, weekdays

__all__ = [
    "MAKERS",
    "Address",
    "Kpi",
    "ReportPart",
    "ages",
    "all_parts",
    "figures",
    "headline",
    "one_part",
    "organization_of",
    "recently_reminded",
    "site_list",
    "weekdays",
]
