"""The personal QR code of a record: parts of it are hidden until its person asks for all of it."""

from datetime import timedelta

import pytest
from django.db.models import F

from citizens.models import RecordLink, RecordVisit
from tests.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.django_db
PAGE = "/record/personal-qr/"
MASKED = "******012345|NGUYEN THI LAN|1988-**-**|0||&lt;2&lt;&lt;091****678&lt;"
WHOLE = "001188012345|NGUYEN THI LAN|1988-03-27|0||&lt;2&lt;&lt;0912345678&lt;"


def test_the_code_hides_parts_until_its_person_asks_for_all_of_it(world: World, as_citizen: SignIn):
    lan = as_citizen(world.user("lan"))
    visits = RecordVisit.objects.filter(why=RecordVisit.Why.OWN)

    hidden = lan.get(PAGE).content.decode()
    before = visits.count()
    shown = lan.post(PAGE).content.decode()

    assert MASKED in hidden
    assert "001188012345" not in hidden
    assert WHOLE in shown
    assert visits.count() == before + 1
    # Only that answer showed it.
    assert MASKED in lan.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "known",
    [
        {"proven_by": RecordLink.Proof.PHONE_AND_BIRTH},
        {"relation": RecordLink.Relation.RELATIVE},
    ],
)
def test_who_has_not_proven_the_number_never_sees_all_of_it(
    world: World, as_citizen: SignIn, known: dict[str, str]
):
    lan, links = world.user("lan"), RecordLink.objects.filter(user=world.user("lan"))
    if "relation" in known:
        links.update(**known, ends_at=F("since") + timedelta(days=300))
    else:
        links.update(**known)

    own = as_citizen(lan)
    page = own.get(PAGE)
    refused = own.post(PAGE)

    assert page.status_code == 200
    assert '<form method="post" action="?person=' not in page.content.decode()
    assert refused.status_code == 403
    for answer in (page, refused):
        assert "001188012345" not in answer.content.decode()


def test_a_record_of_others_has_no_code_for_me(world: World, as_citizen: SignIn):
    binhs = world.citizens["binh"].public_id

    assert as_citizen(world.user("lan")).get(f"{PAGE}?person={binhs}").status_code == 404
