"""Find the vaccination site that a citizen remembers: by name, by area, or from other doses."""

import re

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from citizens.models import Citizen
from doses.models import Dose
from organizations.models import Area, Organization
from organizations.search import closeness, has_words, parts_of
from vaxreg.search import search_key
from vaxreg.uuids import with_public_id

Kinds = Organization.Kind
# Kinds of organization that give doses; closed ones are found too.
KINDS_GIVING_DOSES = (Kinds.SITE, Kinds.COMMUNE_STATION, Kinds.HOSPITAL, Kinds.DISTRICT_CENTRE)
MOST_SHOWN = 12
# Abbreviations that people type, and their search keys in full names.
SHORT_FORMS = {"tyt": "tram y te", "ttyt": "trung tam y te", "bv": "benh vien"}
NAMES = (
    "search_name",
    "area__search_name",
    "area__parent__search_name",
    "area__parent__parent__search_name",
)


def matching(query: str, area: Area | None, citizen: Citizen) -> list[Organization]:
    """Return sites in the area whose name or area has all the words.

    Whole names before parts of names, then the nearest to home. Without words and area: sites of
    this person's doses, and the station of their commune.
    """
    parts = [_in_full(part) for part in parts_of(query)]
    if not parts and area is None:
        return _suggested(citizen)
    sites = _giving().filter(has_words(parts, NAMES))
    if area is not None:
        sites = sites.filter(area__in=Area.objects.around(area))
    best = sites.order_by(closeness(parts, NAMES), _distance(citizen), "search_name", "pk")
    return list(best[:MOST_SHOWN])


def named(text: str) -> list[Organization]:
    """Return the sites that a text names, two at most: by code, by whole name, else by all words."""
    code = _giving().filter(code=text.strip().upper())
    if found := list(code[:1]):
        return found
    parts = [_in_full(part) for part in parts_of(text)]
    if not parts:
        return []
    whole = list(_giving().filter(search_name=" ".join(parts)).order_by("pk")[:2])
    return whole or list(_giving().filter(has_words(parts, NAMES)).order_by("pk")[:2])


def by_public_id(public_id: str) -> Organization | None:
    """Return a site by the public id in a form; None for anything else."""
    return with_public_id(_giving(), public_id).first()


def place_of(site: Organization) -> str:
    """Return the area names of a site, smallest area first."""
    parts = []
    area = site.area
    while area is not None:
        parts.append(area.full_name)
        area = area.parent
    return ", ".join(parts)


def _giving() -> QuerySet[Organization]:
    return Organization.objects.filter(kind__in=KINDS_GIVING_DOSES).select_related(
        "area__parent__parent"
    )


def _suggested(citizen: Citizen) -> list[Organization]:
    gave = Dose.objects.of(citizen).completed().values("organization")
    known = Q(pk__in=gave)
    if citizen.area:
        known |= Q(area=citizen.area.today, kind=Kinds.COMMUNE_STATION)
    return list(_giving().filter(known).order_by("search_name", "pk")[:MOST_SHOWN])


def _distance(citizen: Citizen) -> Case:
    """Order by the common part of the area path with home: commune, district, province."""
    home = citizen.area.today if citizen.area else None
    steps = []
    while home is not None:
        steps.append(home.path)
        home = home.parent
    whens = [When(area__path__startswith=path, then=Value(far)) for far, path in enumerate(steps)]
    return Case(*whens, default=Value(len(steps)), output_field=IntegerField())


# Words that too many names have in common to identify a site.
COMMON = frozenset(
    {
        *("tram", "y", "te", "phuong", "xa", "thi", "tran", "quan", "huyen", "thanh", "pho"),
        *("trung", "tam", "benh", "vien", "diem", "tiem", "chung", "so", "truong"),
        *("tai", "o", "cua", "va"),
    }
)


# Common only as a phrase: "da" and "dong" also occur in the name of a district.
PHRASES = ("da khoa", "luu dong")


def _in_full(words: str) -> str:
    """Return a search key with its abbreviations written out."""
    return " ".join(SHORT_FORMS.get(word, word) for word in words.split())


def distinctive_words(text: str) -> frozenset[str]:
    """Return the words that distinguish a site from others, without diacritics."""
    words = _in_full(search_key(text))
    for phrase in PHRASES:
        words = re.sub(rf"\b{phrase}\b", " ", words)
    return frozenset(word for word in words.split() if word not in COMMON)
