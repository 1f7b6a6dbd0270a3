"""Random lives of a correction: the real verbs on PostgreSQL beside the plain-Python model."""

import copy
from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from corrections import actions, sweep
from corrections.actions import (
    CannotReceive,
    HeldByColleague,
    NobodyAbove,
    TooLate,
)
from corrections.lifecycle import Ground, StepNotPossible
from corrections.models import Correction, Policy
from corrections.phone_calls import CallReason
from organizations.models import Membership
from tests import world as worlds
from tests.cases import file_one
from tests.corrections.life.model import EVERYBODY, OPEN, START, STEPS, Life, Refused
from tests.factories.accounts import staff_user
from tests.world import World
from vaxreg import db_time

# Whatever a verb answers when it does nothing.
NO = (
    PermissionDenied,
    StepNotPossible,
    HeldByColleague,
    CannotReceive,
    NobodyAbove,
    TooLate,
    ValidationError,
)
PLACES = ("buoi", "quang_an", "lang_thuong", "tay_ho", "dong_da", "hotline")
TARGETS = {"pass_on": (None, *PLACES), "reassign": PLACES}
QUESTIONS = ("Ảnh chụp cả tờ giấy?", "Bạn tiêm ngày nào?", "Ở đâu?")
HOURS = (0.1, 0.4, 0.6, 3, 13, 25, 37, 49, 75, 125, 170, 400, 800)
# Steps whose verb has another name, or which happen by themselves.
BY_ITSELF = {"file", "route", "inherit", "expire", "put_forward", "add_photo"}
ACCEPTING = {
    "accept": True,
    "overturn": True,
    "accept_in_part": False,
    "overturn_in_part": False,
}
STEP_NAMES = sorted(set(STEPS) - BY_ITSELF)
# Most lives are long and full of questions and handing on; a decision ends many of the others.
OFTEN = {"ask": 6, "pass_on": 6, "answer": 4, "appeal": 4, "reopen": 2, "note": 2}
ENDS = {"refuse", "cannot_confirm", "uphold", "withdraw", "log_disagreement"}
PROPOSED = {"vaccine": "PF", "given_on": "2021-06-30"}


def begin(world: World) -> Correction:
    """Add a colleague, let a date far from the record need two people, and file what lives are about."""
    nurse = staff_user(email="thu@example.vn", full_name="Ngô Thị Thu")
    Membership.objects.create(
        user=nurse, organization=world.buoi, role="reviewer", since=START - worlds.LONG_AGO
    )
    world.users["thu"] = nurse
    Membership.objects.update(since=START - worlds.LONG_AGO)
    Policy.objects.create(version=2, four_eyes=["far_date"], second_look_percent=0, made_at=START)
    with db_time.at(START):
        return file_one(world, dose=worlds.dose(world), proposed=dict(PROPOSED))


class CorrectionLife(RuleBasedStateMachine):
    """One correction, about a dose's vaccine and date; everybody tries everything at any time."""

    world: World
    # To which steps people keep, now and then doing anything all the same; none: to no steps.
    only: frozenset[str] = frozenset()
    # Filed once; each life begins there and is undone at its end.
    case: Correction

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.compared = False
        self.inside = transaction.atomic()
        self.inside.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.inside.__exit__(None, None, None)

    @rule(hours=st.sampled_from(HOURS), swept=st.booleans())
    def time_passes(self, hours: float, *, swept: bool) -> None:
        self.life.now += timedelta(hours=hours)
        if swept:
            with db_time.at(self.life.now):
                assert sweep.sweep().failed == []
            self.life.sweep()
            self.compared = False

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        self._act_at_random(data)

    @rule(data=st.data())
    def somebody_else_acts(self, data: st.DataObject) -> None:
        # Two rules of three: more is done than time passes.
        self._act_at_random(data)

    def _act_at_random(self, data: st.DataObject) -> None:
        # Mostly what is possible now; now and then anything by anybody.
        wild = data.draw(st.integers(0, 9), label="wild") == 0
        steps = STEP_NAMES if wild else self._steps_now()
        step = data.draw(st.sampled_from(steps), label="step")
        who = data.draw(st.sampled_from(EVERYBODY if wild else self._people_for(step)), label="who")
        expect, act = self._prepared(step, who, data)
        after: Life | None = None
        try:
            expect(tried := copy.deepcopy(self.life))
            after = tried
        except Refused:
            pass
        self._act(act, expected=after is not None)
        if after is not None:
            self.life = after

    def _act(self, act: Callable[[], Correction], *, expected: bool) -> None:
        refused: Exception | None = None
        try:
            with transaction.atomic(), db_time.at(self.life.now):
                act()
        except NO as no:
            refused = no
        assert expected == (refused is None), f"{expected=}, {refused=!r}"

    def _steps_now(self) -> list[str]:
        possible = [step for step in STEP_NAMES if self.life.status in STEPS[step][1]]
        if self.only:
            return [step for step in possible if step in self.only] or possible
        often = [step for step in possible for _time in range(OFTEN.get(step, 3))]
        return [step for step in often if step not in ENDS] + sorted(ENDS & set(possible))

    def _people_for(self, step: str) -> list[str]:
        letters = STEPS[step][0]
        able = [who for who in EVERYBODY if self.life.parties(who) & letters]
        return able or EVERYBODY

    def _prepared(
        self, step: str, who: str, data: st.DataObject
    ) -> tuple[Callable[[Life], None], Callable[[], Correction]]:
        """Return what the model and what the product do for one step."""
        self.compared = False
        by, case = self.world.user(who), self.case
        if step in ACCEPTING:
            whole = ACCEPTING[step]
            values = None if whole else {"vaccine": "PF"}
            return (
                lambda life: life.accept(who, whole=whole),
                lambda: actions.accept(self._fresh(), by=by, values=values),
            )
        if step in ("refuse", "uphold"):
            return (
                lambda life: life.refuse(who),
                lambda: actions.refuse(
                    self._fresh(), by=by, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ"
                ),
            )
        if step == "cannot_confirm":
            return (
                lambda life: life.cannot_confirm(who),
                lambda: actions.cannot_confirm(self._fresh(), by=by, searched=["lot_list"]),
            )
        if step in ("countersign", "countersign_in_part"):
            return (
                lambda life: life.countersign(who),
                lambda: actions.countersign(self._fresh(), by=by),
            )
        if step == "ask":
            question = data.draw(st.sampled_from(QUESTIONS), label="question")
            return (
                lambda life: life.ask(who, question),
                lambda: actions.ask(case, by=by, question=question),
            )
        if step in TARGETS:
            to = data.draw(st.sampled_from(TARGETS[step]), label="to")
            place = getattr(self.world, to) if to else None
            verb = getattr(actions, step)
            return (
                lambda life: getattr(life, step)(who, to),
                lambda: verb(case, by=by, to=place, reason="Lý do"),
            )
        words = {
            "answer": {"words": "Đây"},
            "appeal": {"words": "Không đúng"},
            "log_disagreement": {"words": "Tôi không đồng ý"},
            "reopen": {"words": "Vẫn sai"},
            "keep": {"remark": "Cần thời gian"},
            "hand_back": {"reason": "Chưa rõ"},
            "escalate": {"reason": "Gấp"},
            "take_over": {"reason": "Quá hạn"},
            "note": {"text": "Đã gọi"},
            "call": {"reason": CallReason.RESULT},
        }.get(step, {})
        verb = getattr(actions, step)
        return (
            lambda life: getattr(life, step)(who),
            lambda: verb(case, by=by, **words),
        )

    def _fresh(self) -> Correction:
        return Correction.objects.get(pk=self.case.pk)

    @invariant()
    def it_stands_as_the_model_says(self) -> None:
        life = self.life
        with db_time.at(life.now):
            overdue = Correction.objects.overdue().filter(pk=self.case.pk).exists()
        assert overdue == life.is_overdue
        if self.compared:
            # Only time has passed.
            return
        self.compared = True
        case = Correction.objects.select_related("holder", "reviewer", "first_by").get(
            pk=self.case.pk
        )
        names = {user.pk: name for name, user in self.world.users.items()}
        places = {getattr(self.world, place).pk: place for place in (*PLACES, "so_y_te")}
        assert case.status == life.status
        assert places[case.holder_id] == life.holder
        assert case.due_at == life.due
        assert case.paused_at == life.paused_since
        assert case.answer_by == life.answer_by
        assert case.bounces == life.bounces
        assert case.on_appeal == life.on_appeal
        assert case.decided_at == life.decided_at
        assert names.get(case.first_by_id) == life.first
        if life.status == "in_review":
            assert names.get(case.reviewer_id) == life.reviewer
        assert case.is_overdue(life.now) == life.is_overdue
        own = self._clocks_agree(case)
        # The statutory clock counts as 0, the others as they started.
        assert {
            (
                own.index(one.clock_id) + 1 if one.clock_id in own else 0,
                one.rung,
                places[one.holder_id],
            )
            for one in case.breaches.all()
        } == life.breaches
        assert [
            places[one.organization_id] for one in case.holdings.order_by("since", "id")
        ] == life.held

    def _clocks_agree(self, case: Correction) -> list[int]:
        """Compare the clocks; return the ids of all but the statutory one, in their order."""
        clocks = list(case.clocks.order_by("started_at", "id"))
        own = [one for one in clocks if one.kind != "statutory"]
        running = [one for one in own if one.stopped_at is None]
        assert len(own) == self.life.clocks
        assert len(running) == (1 if self.life.status in OPEN else 0)
        assert own[-1].due_at == self.life.due
        assert own[-1].started_at == self.life.started
        (statutory,) = (one for one in clocks if one.kind == "statutory")
        assert (statutory.stopped_at is None) == self.life.statutory_runs
        return [one.pk for one in own]
