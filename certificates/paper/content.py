"""What stands on the paper of a certificate, in both languages, whatever the form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from certificates.card import Held
from certificates.issuing import statement_of
from vaxreg import ui
from vaxreg.addresses import absolute
from vaxreg.papers.qr import Qr, qr
from vaxreg.typed import countries
from vaxreg.typed.dates import PartialDate


@dataclass(frozen=True)
class Both:
    """The same in Vietnamese and in English; english is "" where one is enough for all."""

    vietnamese: str
    english: str = ""

    @classmethod
    def of(cls, words: str | Promise, values: Mapping[str, str] | None = None) -> "Both":
        return cls.by(lambda: str(words) % values if values else str(words))

    @classmethod
    def by(cls, says: Callable[[], str]) -> "Both":
        """Ask twice, once in each language."""
        with override("vi"):
            vietnamese = says()
        with override("en"):
            english = says()
        return cls(vietnamese, english if english != vietnamese else "")


@dataclass(frozen=True)
class Line:
    """One fact with its label."""

    label: Both
    value: Both


@dataclass(frozen=True)
class Paper:
    """All that is drawn. printed: where and when, at a counter; else when alone."""

    title: Both
    name: Line
    born: Line
    facts: list[Line]
    until: Line
    code: Line
    identifier: Line
    issuer: Both
    qr: Qr
    qr_shows: Both
    check: Both
    address: str
    show_with: Both
    ends: Both
    printed: Both

    @property
    def lines(self) -> list[Line]:
        """The facts for a page that has a column for them."""
        return [*self.facts, self.until]


TITLE = _("COVID-19 vaccination certificate")
QR_SHOWS = _("QR code of the certificate")
CHECK = _("Check it: scan the QR code, or type the short code, at")
SHOW_WITH = _("Show it together with an identity paper.")
ENDS = _("When the record is corrected, this paper counts no more: print the new certificate.")
PRINTED_AT = _("Printed at %(place)s on %(day)s")
PRINTED = _("Printed on %(day)s")
ISSUER = _("Ministry of Health of Viet Nam")


def paper_of(held: Held, *, at: datetime, place: str = "") -> Paper:
    """Return what the paper of a certificate says.

    place: the site that prints it for somebody, "" for one's own print.
    """
    entry = statement_of(held.certificate)["v"][0]
    lot = held.certificate.dose.lot
    issuer = Both(entry["is"], Both.of(ISSUER).english)
    facts = [
        Line(Both.of(_("Dose")), Both(held.number)),
        Line(Both.of(_("Vaccine")), Both(held.vaccine)),
        *([Line(Both.of(_("Lot")), Both(lot))] if lot else []),
        Line(Both.of(_("Date given")), _day(held.given_on)),
        Line(Both.of(_("Country")), Both.by(lambda: countries.name_of(entry["co"]))),
        Line(Both.of(_("Issued by")), issuer),
    ]
    day = Both.by(lambda: ui.day(at))
    printed = PRINTED_AT if place else PRINTED
    return Paper(
        title=Both.of(TITLE),
        name=Line(Both.of(_("Full name")), Both(held.name)),
        born=Line(Both.of(_("Date of birth")), _born(held.born)),
        facts=facts,
        until=Line(Both.of(_("Valid until")), _day(timezone.localdate(held.expires_at))),
        code=Line(Both.of(_("Short code")), Both(held.code)),
        identifier=Line(Both.of(_("Certificate ID")), Both(held.certificate.uvci)),
        issuer=issuer,
        qr=qr(held.text),
        qr_shows=Both.of(QR_SHOWS),
        check=Both.of(CHECK),
        address=absolute(reverse("check")),
        show_with=Both.of(SHOW_WITH),
        ends=Both.of(ENDS),
        printed=Both.of(printed, {"place": place, "day": day.vietnamese}),
    )


def _day(day: date) -> Both:
    """A day as each language writes it; a month in letters leaves no doubt which number it is."""
    with override("en"):
        english = formats.date_format(day, "j M Y")
    return Both(ui.day(day), english)


def _born(text: str) -> Both:
    born = PartialDate.fromisoformat(text)
    return _day(born.first) if born.is_whole else Both.by(lambda: ui.date_in_words(born))
