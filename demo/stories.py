"""Recent cases of the demo district in every state, created by the real actions.

Each action runs with the database's time set to the moment at which it happened (`db_time.at`), so
that times, breaches, escalations and figures are right, relative to now.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from citizens.models import Citizen
from corrections import actions, sweep
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.lifecycle import GROUND_SENTENCES, Ground, Status
from corrections.models import Correction, Draft, Kind
from corrections.photos import evidence
from corrections.searched import Searched
from demo import entries, paper
from doses import actions as dose_actions
from doses.models import Dose, Vaccine
from organizations.models import Organization
from vaxreg import db_time
from vaxreg.search import search_key

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Story:
    """A case: filed how many hours ago, about what, and which end after how many hours (if any)."""

    age: float
    what: str
    ending: str = ""
    after: float = 0.0


# Open cases per site. Bưởi is very late, Quảng An a little, the others are in time.
OPEN_NOW: dict[str, list[Story]] = {
    "Trạm Y tế Phường Bưởi": [
        Story(53.2, "vaccine"),
        Story(49.1, "missing"),
        Story(121.5, "date"),
        Story(75.0, "lot"),
        Story(46.9, "date"),
        Story(42.0, "lot"),
        Story(38.5, "vaccine_and_date", "in_review", 38.3),
        Story(33.0, "vaccine"),
        Story(22.0, "missing"),
        Story(10.0, "vaccine", "keep", 3.0),
        Story(30.0, "lot", "ask", 6.0),
        Story(17.0, "missing", "put_forward", 5.0),
        Story(26.0, "vaccine", "answered", 4.0),
        Story(70.0, "vaccine", "appeal", 20.0),
        Story(4.5, "date"),
        Story(1.5, "vaccine"),
        Story(0.4, "site"),
        Story(36.0, "never_given"),
        Story(19.0, "split"),
        Story(12.5, "not_mine"),
        Story(6.0, "identity"),
    ],
    "Trạm Y tế Phường Quảng An": [
        Story(60.5, "vaccine"),
        Story(51.0, "missing"),
        Story(45.0, "date"),
        Story(20.0, "vaccine"),
        Story(3.0, "lot"),
        Story(16.0, "missing", "pass_on", 2.0),
    ],
    "Trạm Y tế Phường Yên Phụ": [
        Story(49.5, "date"),
        Story(30.0, "vaccine"),
        Story(6.0, "missing"),
    ],
    "Trạm Y tế Phường Thụy Khuê": [Story(25.0, "vaccine"), Story(8.0, "lot")],
    "Trạm Y tế Phường Nhật Tân": [Story(14.0, "missing")],
    # Nobody works here: corrections go up to the district.
    "Trạm Y tế Phường Tứ Liên": [
        Story(28.0, "vaccine"),
        # The citizen does not know the site: the district looks for it.
        Story(7.0, "somewhere"),
        Story(2.5, "somewhere"),
    ],
    "Trạm Y tế Phường Láng Thượng": [Story(50.0, "vaccine"), Story(12.0, "date")],
}
# The second person of a decision, per site; the district's officer for other sites.
SECOND = {"Trạm Y tế Phường Bưởi": "thu", "Trạm Y tế Phường Láng Thượng": "duc"}
REVIEWERS = {
    "Trạm Y tế Phường Bưởi": "minh",
    "Trạm Y tế Phường Quảng An": "nga",
    "Trạm Y tế Phường Yên Phụ": "son",
    "Trạm Y tế Phường Thụy Khuê": "hoa",
    "Trạm Y tế Phường Nhật Tân": "cuong",
    "Trạm Y tế Phường Láng Thượng": "tuan",
}
# Decided cases that the site's own papers do not show.
UNCONFIRMED: dict[str, list[Story]] = {
    "Trạm Y tế Phường Bưởi": [Story(80.0, "missing", "cannot_confirm", 20.0)],
    "Trạm Y tế Phường Quảng An": [Story(101.0, "lot", "cannot_confirm", 31.0)],
}
WORDS = {
    "vaccine": "Mũi này của tôi là loại khác với trong sổ. Xin xem ảnh giấy xác nhận.",
    "date": "Ngày tiêm trong sổ không đúng với giấy xác nhận tôi được phát.",
    "lot": "Số lô ghi trên phiếu của tôi khác với trong sổ.",
    "missing": "Tôi đã tiêm mũi này nhưng tra cứu không thấy. Tôi còn giữ giấy xác nhận.",
    "vaccine_and_date": "Cả loại vắc xin và ngày tiêm đều bị ghi nhầm sang mũi trước.",
    "site": "Tôi tiêm ở trạm này chứ không phải nơi đang ghi.",
    "not_mine": "Hôm đó tôi không đi tiêm. Có lẽ trùng tên với người khác trong phường.",
    "never_given": "Tôi chưa từng tiêm mũi này, lúc đó tôi đang cách ly.",
    "identity": "Ngày sinh của tôi bị ghi sai, đúng theo căn cước là như tôi đề xuất.",
    "split": "Một mũi của tôi nằm ở số chứng minh nhân dân cũ, xin gộp lại giúp.",
    "somewhere": "Hồi đó tôi tiêm lưu động gần chỗ làm, không nhớ là đơn vị nào tiêm.",
}


def decided_lately(site: str, chance: random.Random) -> Iterator[Story]:
    """Yield decided cases of a site over three weeks; Bưởi and Quảng An are often late."""
    slow = {"Trạm Y tế Phường Bưởi": 0.35, "Trạm Y tế Phường Quảng An": 0.2}.get(site, 0.04)
    for _number in range(8 if slow > 0.3 else 4):
        age = chance.uniform(60, 21 * 24)
        late = chance.random() < slow
        after = chance.uniform(48.5, min(age, 90)) if late else chance.uniform(2, 44)
        ending = chance.choices(["accept", "accept_in_part", "refuse"], [7, 1, 3])[0]
        what = chance.choice(["vaccine", "date", "lot", "missing", "vaccine_and_date"])
        yield Story(age, what, ending, after)
    yield from UNCONFIRMED.get(site, [])


def with_doses(person: Citizen, site: Organization, chance: random.Random) -> list[Dose]:
    """Write one or two plausible primary doses given at the site."""
    first = date(2021, 7, 5) + timedelta(days=chance.randrange(70))
    vaccine = Vaccine.objects.get(code=chance.choice(["AZ", "AZ", "PF", "MD", "VC"]))
    now = db_time.now()
    written = entries.write(
        entries.Entry(
            citizen=person.pk,
            vaccine=vaccine.pk,
            given_on=first + timedelta(days=63 * number),
            organization=site.pk,
            ordinal=number + 1,
            provenance=chance.choice([Dose.Provenance.SITE_ENTRY, Dose.Provenance.BACK_ENTRY]),
            at=now,
            lot=f"{chance.choice(['ABV', 'FG', 'NCE'])}{chance.randrange(1000, 9999)}",
        )
        for number in range(chance.choice([1, 2, 2]))
    )
    stored = Dose.objects.select_related("citizen", "vaccine", "organization")
    return list(stored.filter(pk__in=written).order_by("ordinal"))


def run_story(
    story: Story,
    *,
    user: User,
    person: Citizen,
    doses: list[Dose],
    site: Organization,
    staff: dict[str, User],
    now: datetime,
    seed: int,
) -> Correction:
    """Run a story: file with a photo, route to the desk, and end it as the story says."""
    filed_at = now - story.age * HOUR
    claim = _claim(story.what, doses, site, seed)
    with db_time.at(filed_at):
        draft = Draft.objects.create(user=user, citizen=person)
        photo = paper.photograph(
            person.full_name,
            person.date_of_birth,
            person.id_number or "",
            _lines(doses, claim, site),
            seed,
        )
        evidence.store(draft, photo, by=user)
        filed = filing.file(
            by=user,
            citizen=person,
            key=str(draft.key),
            claims=[claim],
            words=WORDS[story.what],
            evidence=list(draft.evidence.all()),
            draft=draft,
        )
    with db_time.at(filed_at + timedelta(seconds=20)):
        case = actions.route(filed.corrections.get())
    nurse = staff.get(REVIEWERS.get(site.name, ""))
    second = staff[SECOND.get(site.name, "huong")]
    return _end(story, case, filed_at, nurse, second)


def _claim(what: str, doses: list[Dose], site: Organization, seed: int) -> Claim:
    last = doses[-1]
    other = "PF" if last.vaccine.code != "PF" else "AZ"
    nearby = (last.given_on + timedelta(days=1 + seed % 5)).isoformat()
    match what:
        case "vaccine":
            return Claim({"vaccine": other}, dose=last)
        case "date":
            return Claim({"given_on": nearby}, dose=last)
        case "lot":
            return Claim({"lot": f"FG{3000 + seed % 900}"}, dose=last)
        case "vaccine_and_date":
            return Claim({"vaccine": other, "given_on": nearby}, dose=last)
        case "site":
            return Claim({"organization": str(_next_door(site).public_id)}, dose=last)
        case "not_mine" | "never_given":
            return Claim({}, dose=last, kind=Kind(what))
        case "identity":
            year = last.citizen.date_of_birth.year
            return Claim({"date_of_birth": f"{year}-04-05"}, kind=Kind.IDENTITY)
        case "split":
            twin = _other_record(last)
            return Claim({"other_id_number": twin.id_number or ""}, kind=Kind.SPLIT_RECORD)
    missing_on = last.given_on + timedelta(days=56)
    position = f"primary-{last.ordinal + 1}"
    facts = {"vaccine": last.vaccine.code, "given_on": missing_on.isoformat(), "position": position}
    if what == "somewhere":
        return Claim(facts, named_area=site.area, site_text="Điểm tiêm lưu động")
    return Claim(facts, named_site=site)


def _other_record(dose: Dose) -> Citizen:
    """Create a second record of the same person, with an old number, no diacritics, and a dose."""
    person = dose.citizen
    other = Citizen.objects.create(
        full_name=search_key(person.full_name).title(),
        date_of_birth=person.date_of_birth,
        sex=person.sex,
        id_number=f"{12345000 + person.pk:09}",
        area=person.area,
        provenance=Citizen.Provenance.BACK_ENTRY,
    )
    dose_actions.record(
        citizen=other,
        vaccine=dose.vaccine,
        given_on=dose.given_on + timedelta(days=120),
        organization=dose.organization,
        provenance=Dose.Provenance.BACK_ENTRY,
        by=None,
        ordinal=3,
    )
    return other


def _next_door(site: Organization) -> Organization:
    return site.part_of.parts.open().exclude(pk=site.pk).order_by("id")[0] if site.part_of else site


def _colleagues_of(site: Organization) -> Organization | None:
    """Return another site of the same district at which somebody works."""
    able = Organization.objects.able_to_receive().filter(part_of=site.part_of)
    return able.exclude(pk=site.pk).order_by("id").first()


def _lines(doses: list[Dose], claim: Claim, site: Organization) -> list[tuple[str, date, str]]:
    """Return the lines of the certificate: the correct values, which the citizen proposes."""
    names = dict(Vaccine.objects.values_list("code", "name"))
    lines = []
    for dose in doses:
        right = claim.proposed if claim.dose == dose else {}
        day = date.fromisoformat(right["given_on"]) if "given_on" in right else dose.given_on
        lines.append((names[right.get("vaccine", dose.vaccine.code)], day, dose.place))
    if "given_on" in claim.proposed and claim.dose is None:
        day = date.fromisoformat(claim.proposed["given_on"])
        lines.append((names[claim.proposed["vaccine"]], day, site.name))
    return lines


def _end(
    story: Story, case: Correction, filed_at: datetime, nurse: User | None, second: User
) -> Correction:
    if nurse is None or not story.ending:
        return case
    moment = filed_at + story.after * HOUR
    if case.due_at < moment:
        # The deadline was before this moment: the sweep of that minute writes the breach.
        with db_time.at(case.due_at + timedelta(minutes=1)):
            sweep.sweep()
    with db_time.at(moment):
        case.refresh_from_db()
        match story.ending:
            case "in_review":
                return actions.pick_up(case, by=nurse)
            case "ask" | "answered":
                actions.ask(case, by=nurse, question="Xin chụp lại cả tờ giấy, thấy rõ số lô.")
            case "pass_on":
                return actions.pass_on(
                    case,
                    by=nurse,
                    to=_colleagues_of(case.holder) if case.holder else None,
                    reason="Ngày đó trạm không tổ chức tiêm.",
                )
            case "keep":
                return actions.keep(case, by=nurse, remark="Chờ đối chiếu với sổ giấy của trạm.")
            case "refuse" | "appeal":
                ground = Ground.PHOTO_BLURRED if case.pk % 2 else Ground.DATE_DIFFERS
                sentence = str(GROUND_SENTENCES[ground])
                case = actions.refuse(case, by=nurse, ground=ground, remark=sentence)
            case "cannot_confirm":
                case = actions.cannot_confirm(
                    case,
                    by=nurse,
                    searched=[Searched.PAPER_REGISTER, Searched.SCREENING_FORMS],
                    searched_words="danh sách đăng ký của tổ dân phố",
                )
            case _:
                in_full = story.ending != "accept_in_part"
                case = actions.accept(
                    case,
                    by=nurse,
                    values=_own_values(case, in_full=in_full),
                    own_papers=story.ending != "put_forward",
                    remark="Khớp với sổ của trạm." if in_full else "Sửa theo sổ gốc của trạm.",
                )
    return _later_action(story, case, moment, second)


def _later_action(story: Story, case: Correction, moment: datetime, second: User) -> Correction:
    """Do what another person did about the case a little later."""
    citizen = case.filing.filed_by
    if story.ending == "answered":
        with db_time.at(moment + 9 * HOUR):
            return actions.answer(case, by=citizen, words="Số lô trên giấy là FG3527.")
    if story.ending == "appeal":
        with db_time.at(moment + 30 * HOUR):
            return actions.appeal(case, by=citizen, words="Ảnh của tôi đọc được, xin xem lại.")
    if case.status == Status.TO_COUNTERSIGN and story.ending != "put_forward":
        with db_time.at(moment + HOUR / 4):
            return actions.countersign(case, by=second)
    return case


def _own_values(case: Correction, *, in_full: bool = False) -> dict[str, str]:
    values = dict(case.proposed)
    if case.dose is None and case.holder is not None:
        values.setdefault("organization", str(case.holder.public_id))
    if not in_full:
        values["lot"] = f"FH{4000 + case.pk % 900}"
    return values
