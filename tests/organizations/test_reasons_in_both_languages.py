"""Why somebody's work ended: the system's own words in the reader's language, typed ones as typed."""

import pytest
from django.utils.translation import override

from organizations import tree
from organizations.journal import StaffEvent
from tests.conftest import SignIn
from tests.world import World


def test_the_systems_own_reason_is_read_in_the_readers_language(world: World, as_staff: SignIn):
    tree.close(world.quang_an, by=world.user("huong"), successor=world.buoi)
    tree.close(world.lang_thuong, by=world.user("duc"), successor=world.dong_da)
    ended = StaffEvent.objects.get(user=world.user("tuan"), act=StaffEvent.Act.ENDED)

    read = {}
    for language in ("vi", "en"):
        with override(language):
            read[language] = ended.reason_shown

    assert read == {
        "vi": "Trạm Y tế Phường Láng Thượng đã ngừng hoạt động.",
        "en": "Trạm Y tế Phường Láng Thượng has closed.",
    }


@pytest.mark.parametrize("typed", ["Nghỉ hưu", "Retired.", "The ward has closed its doors", ""])
def test_a_reason_that_somebody_typed_stays_as_it_is(typed: str):
    for language in ("vi", "en"):
        with override(language):
            assert StaffEvent(reason=typed).reason_shown == typed
