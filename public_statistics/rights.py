"""Two pages to read and to print on one sheet: the citizen's right, and what the rule asks of a site.

The rule: dispatch 9458/BYT-CNTT of 08/11/2021. The law: Decree 356/2025/NĐ-CP on personal data.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from public_statistics.views import public_page
from vaxreg.addresses import absolute
from vaxreg.papers.qr import qr


@public_page()
def citizens(request: HttpRequest) -> HttpResponse:
    """Say that a wrong record must be corrected, how to propose it, and what follows."""
    return poster(request, "public_statistics/rights.html", reverse("landing"))


@public_page()
def sites(request: HttpRequest) -> HttpResponse:
    """Say what the 48-hour rule asks of a vaccination site."""
    return poster(request, "public_statistics/rights_sites.html", reverse("accounts:staff_sign_in"))


def poster(request: HttpRequest, template: str, path: str) -> HttpResponse:
    """Show a sheet with the QR code of where its reader begins."""
    link = absolute(path)
    shown = link.partition("://")[2].rstrip("/")
    return render(request, template, {"code": qr(link), "address": shown})
