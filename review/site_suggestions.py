"""Suggests sites that may have given a dose, ranked, each with reasons in words.

A site that passed the case on as "not ours" is never suggested for it again. Four kinds of evidence count: what the citizen wrote (without diacritics, with a typing error), the
area they named, who gave that vaccine at about that day, and where their other doses were given.
"""

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corrections.models import Correction, CorrectionEvent
from doses.facts import Field
from doses.models import Dose, Vaccine
from doses.sites import KINDS_GIVING_DOSES, distinctive_words, place_of
from organizations.models import Area, Organization
from organizations.queries import current_holder
from vaxreg import ui
from vaxreg.typed.dates import PartialDate

MOST_SHOWN = 5
# People are wrong by a day or two; a campaign at one place lasted about as long.
ABOUT = timedelta(days=3)
# Similarity of two words of five letters with one wrong letter.
LIKE = 0.79
WEIGHTS = {"written": 6, "alike": 4, "lot": 5, "gave": 3, "own": 3, "area": 2, "home": 1}


@dataclass
class Suggestion:
    """A site that can receive the case, and why it may be the right one; is_holder: it holds it."""

    site: Organization
    is_holder: bool = False
    score: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """The areas of the site, the smallest first."""
        return place_of(self.site)


@dataclass(frozen=True)
class Names:
    """The distinctive words of the names of all sites of a province, cached for many texts."""

    words: dict[int, frozenset[str]]
    known: frozenset[str]


class Finder:
    """Suggests sites for the cases of one page; common data are read once.

    cases: those of the page, as far as they are known before.
    """

    def __init__(self, cases: Sequence[Correction] = ()) -> None:
        self._names: dict[str, Names] = {}
        self._passed_on = passed_on(cases)

    def passed_on(self, case: Correction) -> list[CorrectionEvent]:
        """Return by which sites this case was passed on as "not ours", the latest first."""
        if case.pk not in self._passed_on:
            self._passed_on.update(passed_on([case]))
        return self._passed_on[case.pk]

    def suggest(self, case: Correction, most: int = MOST_SHOWN) -> list[Suggestion]:
        """Return the most probable sites first; only organizations that can receive a case."""
        found: dict[int, dict[str, str]] = defaultdict(dict)
        self._by_words(case, found)
        _by_area(case, found)
        _by_doses_given(case, found)
        _by_own_doses(case, found)
        _to_successors(found)
        for event in self.passed_on(case):
            found.pop(event.organization_id or 0, None)
        able = (
            Organization.objects.able_to_receive()
            .filter(pk__in=found)
            .select_related("area__parent__parent")
        )
        suggestions = [
            Suggestion(
                site=site,
                is_holder=site.pk == case.holder_id,
                score=sum(WEIGHTS[kind] for kind in found[site.pk]),
                reasons=list(found[site.pk].values()),
            )
            for site in able
        ]
        suggestions.sort(key=lambda one: (-one.score, one.site.search_name, one.site.pk))
        return suggestions[:most]

    def _by_words(self, case: Correction, found: dict[int, dict[str, str]]) -> None:
        typed = distinctive_words(case.site_text)
        if not typed:
            return
        names = self._names_in(_province(case))
        alike = {
            close
            for word in typed - names.known
            for close in difflib.get_close_matches(word, names.known, n=3, cutoff=LIKE)
        }
        for pk, words in names.words.items():
            if words <= typed:
                found[pk]["written"] = _("The citizen wrote “%(text)s”.") % {"text": case.site_text}
            elif words <= typed | alike or len(words & typed) >= 2:
                found[pk]["alike"] = _("Its name is like “%(text)s”, which the citizen wrote.") % {
                    "text": case.site_text
                }

    def _names_in(self, province: Area | None) -> Names:
        path = province.path if province else ""
        if path not in self._names:
            giving = Organization.objects.filter(kind__in=KINDS_GIVING_DOSES)
            if province:
                giving = giving.filter(area__in=Area.objects.around(province))
            words = {
                pk: distinctive_words(name)
                for pk, name in giving.values_list("pk", "search_name")
                if name
            }
            words = {pk: some for pk, some in words.items() if some}
            self._names[path] = Names(words, frozenset().union(*words.values()))
        return self._names[path]


def passed_on(cases: Iterable[Correction]) -> dict[int, list[CorrectionEvent]]:
    """Return, for each case, the events with which sites passed it on as "not ours".

    The latest first. A desk that only looked for the site, and sent it there, did not say so.
    """
    found: dict[int, list[CorrectionEvent]] = {case.pk: [] for case in cases}
    events = CorrectionEvent.objects.filter(
        correction__in=found, step="pass_on", data__bounce__gt=0
    ).select_related("organization", "by")
    for event in events.order_by("-at", "-pk"):
        found[event.correction_id].append(event)
    return found


def _by_area(case: Correction, found: dict[int, dict[str, str]]) -> None:
    """Add the stations of the area named, or of where the person lives, if that is a small one."""
    area, kind = case.named_area, "area"
    if area is None:
        area, kind = case.citizen.area, "home"
    if area is None or area.level != Area.Level.COMMUNE:
        return
    words = (
        _("It lies in %(area)s, which the citizen named.")
        if kind == "area"
        else _("It lies in %(area)s, where the citizen lives.")
    )
    for pk in _in_area(area):
        found[pk][kind] = words % {"area": area.full_name}


def _by_doses_given(case: Correction, found: dict[int, dict[str, str]]) -> None:
    """Add sites of the area that gave this vaccine, or this lot, at about that day."""
    day, code = case.proposed.get(Field.GIVEN_ON), case.proposed.get(Field.VACCINE)
    lot = str(case.proposed.get(Field.LOT, "")).upper()
    around = case.named_area or _district(case.citizen.area)
    if not day or around is None or not (code or lot):
        return
    given_on = PartialDate.fromisoformat(day)
    there = Dose.objects.completed().filter(
        organization__in=_in_area(around),
        given_on__range=(given_on.first - ABOUT, given_on.last + ABOUT),
    )
    vaccine = Vaccine.objects.filter(code=code).first()
    of_lot: Counter[int] = Counter()
    of_vaccine: Counter[int] = Counter()
    for pk, vaccine_id, used in there.values_list("organization", "vaccine", "lot")[:5000]:
        of_lot[pk] += bool(lot) and used == lot
        of_vaccine[pk] += vaccine is not None and vaccine_id == vaccine.pk
    shown = {"day": str(given_on), "lot": lot, "vaccine": vaccine.name if vaccine else ""}
    for pk, count in (+of_lot).items():
        found[pk]["lot"] = ngettext(
            "It gave %(count)d dose of lot %(lot)s about %(day)s.",
            "It gave %(count)d doses of lot %(lot)s about %(day)s.",
            count,
        ) % {**shown, "count": count}
    for pk, count in (+of_vaccine).items():
        found[pk]["gave"] = ngettext(
            "It gave %(count)d dose of %(vaccine)s about %(day)s.",
            "It gave %(count)d doses of %(vaccine)s about %(day)s.",
            count,
        ) % {**shown, "count": count}


def _by_own_doses(case: Correction, found: dict[int, dict[str, str]]) -> None:
    own = Dose.objects.of(case.citizen).completed()
    if case.dose_id is not None:
        own = own.exclude(pk=case.dose_id)
    for pk, given_on in own.values_list("organization", "given_on"):
        found[pk]["own"] = _("It gave this person another dose, on %(day)s.") % {
            "day": ui.day(given_on)
        }


def _in_area(area: Area) -> list[int]:
    """Return the ids of organizations that give doses there, or gave them and were merged."""
    giving = Organization.objects.filter(kind__in=KINDS_GIVING_DOSES)
    return list(giving.filter(area__in=Area.objects.around(area)).values_list("pk", flat=True))


def _to_successors(found: dict[int, dict[str, str]]) -> None:
    """Move the reasons of a closed site to its successor."""
    closed = Organization.objects.filter(pk__in=found).exclude(closed_on=None)
    for one in closed.select_related("successor"):
        heir = current_holder(one)
        if heir is not None:
            found[heir.pk] = found[one.pk] | found[heir.pk]


def _province(case: Correction) -> Area | None:
    around = _upwards(case.named_area or case.citizen.area)
    return around[-1] if around else None


def _district(area: Area | None) -> Area | None:
    for one in _upwards(area):
        if one.level == Area.Level.DISTRICT:
            return one
    return area


def _upwards(area: Area | None) -> list[Area]:
    """Return the present area and those around it, the smallest first."""
    around = []
    area = area.today if area else None
    while area is not None:
        around.append(area)
        area = area.parent
    return around


def reason_of(suggestions: Iterable[Suggestion], site: Organization | None) -> str:
    """Return why this site was suggested, as one text; empty when it was not."""
    return next((" ".join(one.reasons) for one in suggestions if one.site == site), "")
