"""Vaccines and doses for tests; doses come with their revision, as in the product."""

from datetime import date
from typing import Any

from factory.declarations import LazyFunction, SubFactory, Trait
from factory.django import DjangoModelFactory

from doses.actions import mark_entered_in_error, record
from doses.models import Dose, Vaccine
from doses.vaccines import load_vaccines
from tests.factories.citizens import CitizenFactory
from tests.factories.organizations import OrganizationFactory


def vaccine(code: str = "AZ") -> Vaccine:
    """A vaccine of the real tables, which are loaded when first asked for."""
    if not Vaccine.objects.filter(code=code).exists():
        load_vaccines()
    return Vaccine.objects.get(code=code)


class DoseFactory(DjangoModelFactory[Dose]):
    """A first primary dose entered by its site; traits for the other lines of the paper."""

    class Meta:
        model = Dose

    class Params:
        second = Trait(ordinal=2, given_on=date(2021, 10, 30))
        booster = Trait(
            kind="booster",
            given_on=date(2022, 2, 20),
            vaccine=LazyFunction(lambda: vaccine("PF")),
        )
        back_entered = Trait(provenance="back_entry")
        without_lot = Trait(lot="")
        entered_in_error = Trait(in_error=True)

    citizen = SubFactory(CitizenFactory)
    vaccine = LazyFunction(vaccine)
    given_on = date(2021, 8, 28)
    organization = SubFactory(OrganizationFactory)
    lot = "ABX4112"
    provenance = "site_entry"
    by = None

    @classmethod
    def _create(cls, model_class: type[Dose], *args: Any, **kwargs: Any) -> Dose:
        in_error = kwargs.pop("in_error", False)
        dose = record(**kwargs)
        if in_error:
            dose = mark_entered_in_error(dose, by=None, why="Nhập nhầm người")
        return dose
