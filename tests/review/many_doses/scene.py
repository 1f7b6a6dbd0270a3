"""A session of Phường Bưởi whose doses were recorded under the wrong lot."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from citizens.models import Citizen
from doses import sessions
from doses.facts import Facts
from doses.models import Dose, VaccinationSession
from review.many_doses import choosing, running
from review.many_doses.choosing import Choice
from review.models import ManyChange
from tests import world as worlds
from tests.world import World

DAY = date(2021, 8, 29)
WHY = "Danh sách buổi tiêm ghi lô FG3527"
RIGHT: Facts = {"lot": "FG3527"}


@dataclass
class Scene:
    """The session, its doses in order, and how an act over it is begun and done."""

    world: World
    session: VaccinationSession
    doses: list[Dose]

    def begin(self, changes: Facts = RIGHT, who: str = "minh", **more: Any) -> ManyChange:
        """Choose the whole session, or by `choice`, and check it to the end."""
        choice = more.pop("choice", Choice(self.world.buoi, session=self.session))
        found = choosing.find(choice)
        by = self.world.user(who)
        return self.worked(running.begin(choice, found, changes, why=WHY, by=by, **more))

    def done(self, changes: Facts = RIGHT, **more: Any) -> ManyChange:
        """Begin it and do it to the end."""
        made = self.begin(changes, **more)
        return self.worked(running.start(made, by=self.world.user("minh")))

    def worked(self, change: ManyChange) -> ManyChange:
        running.work(change.pk)
        change.refresh_from_db()
        return change


def person(number: int) -> Citizen:
    return Citizen.objects.create(
        full_name=f"Nguyễn Văn {'ABCDEGHKLMNP'[number]}",
        date_of_birth=date(1980, 3, 1 + number),
        sex="male",
        id_number=f"0011800100{number:02}",
        phone=f"+849050000{number:02}",
    )


def scene_of(world: World, number: int) -> Scene:
    """So many people vaccinated in one session under the lot ABX4112."""
    session = sessions.plan(world.buoi, DAY, by=world.user("minh"))
    doses = []
    for place in range(number):
        world.citizens[f"n{place}"] = person(place)
        doses.append(worlds.dose(world, f"n{place}", session=session))
    return Scene(world, session, doses)
