"""The administration site: nothing is deleted there, history is not written there."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from citizens.models import Citizen, CitizenRevision, RecordLink, RecordVisit
from doses.models import Dose, DoseRevision, Vaccine
from organizations.models import Area, Membership, Organization
from tests.factories.accounts import UserFactory

READ_ONLY = [Area, Citizen, CitizenRevision, RecordLink, RecordVisit, Dose, DoseRevision]


@pytest.fixture
def request_of_an_administrator(db):
    request = RequestFactory().get("/")
    request.user = UserFactory.create(staff=True, is_staff=True, is_superuser=True)
    return request


@pytest.mark.parametrize("model", [*READ_ONLY, Organization, Membership, Vaccine])
def test_nothing_is_deleted_in_the_administration(request_of_an_administrator, model):
    assert not admin.site._registry[model].has_delete_permission(request_of_an_administrator)


@pytest.mark.parametrize("model", READ_ONLY)
def test_what_verbs_write_is_only_looked_at(request_of_an_administrator, model):
    page = admin.site._registry[model]

    assert page.has_view_permission(request_of_an_administrator)
    assert not page.has_add_permission(request_of_an_administrator)
    assert not page.has_change_permission(request_of_an_administrator)
