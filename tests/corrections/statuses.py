"""Lan's correction in any status, brought there by the verbs as life would bring it."""

from datetime import timedelta

from corrections import actions
from corrections.decisions import four_eyes
from corrections.lifecycle import Ground, Status
from corrections.models import Correction, Policy
from tests.cases import file_one
from tests.world import World
from vaxreg import db_time

QUESTION = "Trên giấy ghi lô nào? Xin gửi ảnh mặt sau."
SENTENCE = "Ảnh mờ, không đọc được số lô."


def bring(world: World, status: Status) -> Correction:
    """Return Lan's correction in this status, reached a moment ago."""
    minh, lan = world.user("minh"), world.user("lan")
    if status == Status.RECEIVED:
        return file_one(world, routed=False)
    if status == Status.EXPIRED:
        with db_time.at(db_time.now() - timedelta(days=7, hours=1)):
            asked = actions.ask(file_one(world), by=minh, question=QUESTION)
        return actions.expire(asked)
    if status == Status.TO_COUNTERSIGN:
        return _countersigning(world)
    case = file_one(world)
    if status == Status.IN_REVIEW:
        return actions.pick_up(case, by=minh)
    if status == Status.WAITING:
        return actions.ask(case, by=minh, question=QUESTION)
    if status == Status.KEPT:
        return actions.keep(case, by=minh, remark="Chờ sổ giấy tháng 8.")
    if status == Status.ACCEPTED:
        return actions.accept(case, by=minh)
    if status == Status.PARTLY_ACCEPTED:
        return actions.accept(case, by=minh, values={"vaccine": "PF", "lot": "FG3527"})
    if status == Status.CANNOT_CONFIRM:
        return actions.cannot_confirm(case, by=minh, searched=["paper_register", "lot_list"])
    if status == Status.WITHDRAWN:
        return actions.withdraw(case, by=lan)
    if status == Status.QUEUED:
        return case
    return _turned_down(world, case, status)


def refuse(world: World, case: Correction, by: str = "minh") -> Correction:
    """Refuse it because the photo is blurred."""
    user = world.user(by)
    return actions.refuse(case, by=user, ground=Ground.PHOTO_BLURRED, remark=SENTENCE)


def _turned_down(world: World, case: Correction, status: Status) -> Correction:
    lan = world.user("lan")
    case = refuse(world, case)
    if status == Status.UPHELD:
        case = actions.appeal(case, by=lan, words="Trên giấy ghi rõ Pfizer.")
        return refuse(world, case, by="huong")
    if status == Status.DISAGREED:
        return actions.log_disagreement(case, by=lan, words="Tôi không đồng ý.")
    return case


def _countersigning(world: World) -> Correction:
    reasons = [reason.value for reason in four_eyes.Reason]
    Policy.objects.create(
        version=2, four_eyes=reasons, second_look_percent=0, made_at=db_time.now()
    )
    facts = {
        "vaccine": "PF",
        "given_on": "2021-11-21",
        "position": "primary-2",
        "organization": str(world.buoi.public_id),
    }
    return actions.accept(file_one(world, proposed=facts), by=world.user("minh"))
