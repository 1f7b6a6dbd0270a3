"""Keys that were stored by the rule of before are those of today after the migration."""

import unicodedata
from importlib import import_module

import pytest
from django.db import connection

from organizations.models import Organization
from tests.factories.organizations import OrganizationFactory
from vaxreg.search import search_key

MIGRATIONS = (
    "organizations.migrations.0004_search_keys",
    "citizens.migrations.0008_what_people_type",
    "accounts.migrations.0006_what_people_type",
)


def key_of_before(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


@pytest.mark.parametrize(
    "name",
    [
        "Trạm Y tế Xã Ea H'leo",
        "Trạm Y tế Xã Ea H’leo",
        "Bệnh viện Phan Rang - Tháp Chàm",
        "Phòng khám “Hoa Sen” (cơ sở 2), TP. HCM",
        "Trung tâm Y tế Ðức Hòa",
        "Trạm Y tế K' Nam",
        "Bệnh viện Bạch Mai",
        "김안과병원",
    ],
)
def test_a_stored_key_follows(db: None, name: str):
    place = OrganizationFactory.create(name=name)
    Organization.objects.filter(pk=place.pk).update(search_name=key_of_before(name))
    sql = import_module(MIGRATIONS[0]).NEW_KEYS.format(
        table="organizations_organization", length=160
    )

    with connection.cursor() as cursor:
        cursor.execute(sql)

    place.refresh_from_db()
    assert place.search_name == search_key(name)


def test_the_same_statement_stands_in_all_three_migrations():
    assert len({import_module(one).NEW_KEYS for one in MIGRATIONS}) == 1
