"""Citizens, links and visits for tests."""

from datetime import date, timedelta

from django.db import connection
from factory.declarations import LazyAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from citizens.models import Citizen, RecordLink, RecordVisit
from tests.factories.accounts import UserFactory
from vaxreg import db_time


class CitizenFactory(DjangoModelFactory[Citizen]):
    """A grown-up with ID number and phone; traits for those who lack something."""

    class Meta:
        model = Citizen

    class Params:
        child = Trait(date_of_birth=date(2012, 9, 1), id_number=None)
        foreigner = Trait(full_name="Anna Schmidt", id_number=Sequence(lambda n: f"C{n:08}"))
        without_phone = Trait(phone="")
        self_declared = Trait(provenance=Citizen.Provenance.SELF_DECLARED)

    full_name = Sequence(lambda n: f"Trần Văn Thử {n}")
    date_of_birth = date(1985, 6, 15)
    sex = "male"
    id_number = Sequence(lambda n: f"0010850{n:05}")
    phone = Sequence(lambda n: f"+8498{n:07}")


def crowd(people: int = 3000, *, names: int = 3000) -> None:
    """Write so many people, of so many names, that the database plans as it would for a country."""
    born = date(1940, 1, 1)
    Citizen.objects.bulk_create(
        Citizen(
            full_name=f"Trần Thị {number % names}",
            date_of_birth=born + timedelta(days=7 * number % 25_000),
            sex="female",
            id_number=f"0{number % 64:02}1{number:08}",
            phone=f"+849{number:08}",
        )
        for number in range(people)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE citizens_citizen, citizens_identitydocument")


class RecordLinkFactory(DjangoModelFactory[RecordLink]):
    """A citizen's own record; traits for a child in their care, and an adult who agreed."""

    class Meta:
        model = RecordLink

    class Params:
        guardian = Trait(
            relation="guardian", proven_by="staff", citizen=SubFactory(CitizenFactory, child=True)
        )
        relative = Trait(
            relation="relative",
            proven_by="consent",
            ends_at=LazyAttribute(
                lambda link: (getattr(link, "since", None) or db_time.now()) + timedelta(days=300)
            ),
        )

    user = SubFactory(UserFactory)
    citizen = SubFactory(CitizenFactory)
    relation = "self"
    proven_by = "phone_and_id"


class RecordVisitFactory(DjangoModelFactory[RecordVisit]):
    class Meta:
        model = RecordVisit

    user = SubFactory(UserFactory)
    citizen = SubFactory(CitizenFactory)
    why = "own"
