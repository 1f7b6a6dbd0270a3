"""What tests copy and empty is what was written: no test may see a difference."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from accounts.models import User
from corrections.models import Correction
from tests import rows
from tests import world as worlds
from tests.cases import file_one


def counted() -> dict[str, int]:
    return rows.counts(rows.tables())


def built_and_taken_back(build) -> dict[str, int]:
    with transaction.atomic():
        build()
        found = counted()
        transaction.set_rollback(True)
    return found


@pytest.mark.usefixtures("db")
def test_the_copied_world_is_the_one_that_was_written():
    written = built_and_taken_back(worlds.build.__wrapped__)

    copies = [built_and_taken_back(worlds.build) for _time in range(2)]

    assert copies == [written, written]


@pytest.mark.usefixtures("db")
def test_each_test_has_a_world_of_its_own_in_which_people_act():
    with transaction.atomic():
        worlds.build().user("lan").full_name = "Somebody else"
        transaction.set_rollback(True)

    world = worlds.build()

    assert world.user("lan").full_name == "Nguyễn Thị Lan"
    assert file_one(world).holder == world.buoi
    assert worlds.organization("NEW", "New", "site", world.buoi).path.startswith(world.buoi.path)


@pytest.mark.usefixtures("transactional_db")
def test_a_database_is_emptied_of_all_but_what_migrate_wrote():
    file_one(worlds.build())

    rows.empty()

    assert not Correction.objects.exists()
    assert not User.objects.exists()
    assert ContentType.objects.exists()
