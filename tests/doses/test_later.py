"""The apps above hear of few people's doses at once, of many people's within a minute."""

from typing import Any

import pytest

from doses import later
from doses.announcements import doses_settled, doses_written
from doses.models import Dose, Vaccine, WrittenPerson
from matching import writing
from matching.models import MatchFeature
from review.models import DosePair
from tests import world as worlds
from tests.recording.imports.sheets import check, row, send, write
from tests.world import World

pytestmark = pytest.mark.django_db


class Heard(list[set[int]]):
    """What a signal has announced."""

    def __call__(self, *, citizens: set[int], **_more: Any) -> None:
        self.append(citizens)


@pytest.fixture
def settled():
    heard = Heard()
    doses_settled.connect(heard)
    yield heard
    doses_settled.disconnect(heard)


def test_of_few_people_all_is_told_at_once_and_of_many_a_part_in_the_background(
    monkeypatch: pytest.MonkeyPatch, settled: Heard
):
    monkeypatch.setattr(later, "FEW", 2)
    monkeypatch.setattr(later, "BATCH", 2)
    at_once = Heard()
    doses_written.connect(at_once)
    try:
        for people in (set(), {1, 2}, {1, 2, 3}):
            later.announce(people)
    finally:
        doses_written.disconnect(at_once)

    assert at_once == [{1, 2}, {1, 2, 3}]
    assert settled == [{1, 2}]
    assert later.tell(0.0) == 0
    assert later.tell() == 3
    assert set().union(*settled[1:]) == {1, 2, 3}
    assert not WrittenPerson.objects.exists()


def test_whoever_was_not_told_of_to_the_end_is_told_of_again(
    monkeypatch: pytest.MonkeyPatch, settled: Heard
):
    monkeypatch.setattr(later, "FEW", 0)

    def died(**_more: Any) -> None:
        raise RuntimeError

    later.announce({1})
    doses_settled.connect(died)
    try:
        with pytest.raises(RuntimeError):
            later.tell()
    finally:
        doses_settled.disconnect(died)

    assert later.tell() == 1
    assert settled == [{1}, {1}]


def test_pairs_and_sites_of_a_file_are_found_in_the_background(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    lan = world.citizens["lan"]
    writing.write([lan])
    worlds.dose(world, organization=world.lang_thuong)
    checked = check(
        send(
            world,
            [
                row(
                    name=lan.full_name,
                    born=f"{lan.date_of_birth:%d/%m/%Y}",
                    id_number=lan.id_number,
                    given_on="30/08/2021",
                )
            ],
        )
    )
    monkeypatch.setattr(later, "FEW", 0)
    write(checked, world)

    assert Dose.objects.of(lan).filter(vaccine=Vaccine.objects.get(code="AZ")).count() == 2
    assert not DosePair.objects.exists()
    later.tell()

    assert DosePair.objects.get().near == "close"
    assert MatchFeature.objects.get(citizen=lan).sites == sorted(
        [world.buoi.pk, world.lang_thuong.pk]
    )
