"""Keys: two steps by two keys, old paper stays good, a lost key ends what it signed."""

import base64
from datetime import date, timedelta
from io import StringIO

import jwt
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.utils import IntegrityError, InternalError

from certificates import countersigning, health, issuing, revocations
from certificates.checking import Answer, check_text
from certificates.issuing import issue_for
from certificates.keys import private
from certificates.keys.private import NoKey
from certificates.models import Certificate, Countersignature, ResigningRun, Role, SigningKey
from doses import actions
from doses.models import Dose
from tests.certificates.scene import add_key, current, issued, qr_of
from tests.world import dose
from vaxreg import db_time

pytestmark = pytest.mark.django_db


def keys_command(*args: str) -> str:
    out = StringIO()
    call_command("certificate_keys", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def certificate(world, certificate_keys) -> Certificate:
    dose(world)
    (made,) = issued(world.citizens["lan"])
    return made


def test_a_demo_makes_one_key_of_each_role_once(db, settings, tmp_path):
    settings.CERTIFICATE_KEYS = str(tmp_path / "new")

    keys_command("make")
    keys_command("make")

    assert sorted(SigningKey.objects.values_list("role", flat=True)) == ["centre", "lists", "site"]
    files = list((tmp_path / "new").iterdir())
    assert len(files) == 3
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}


def test_a_key_may_come_from_the_environment(db, settings):
    made = private.make(Role.SITE, timedelta(days=90))
    # As a variable holds it: one line.
    settings.CERTIFICATE_KEY_TEXTS = {"site": made.pem.decode().replace("\n", "\\n")}
    settings.CERTIFICATE_KEYS = ""

    with pytest.raises(NoKey):
        private.signer(Role.SITE)
    keys_command("register")

    assert private.signer(Role.SITE).key.kid == made.kid


def test_the_centre_waits_for_its_key_and_signs_nothing_that_no_site_has_signed(
    world, certificate_keys, settings, tmp_path
):
    dose(world)
    (stated,) = issue_for(world.citizens["lan"])
    assert stated.status == Certificate.Status.SIGNED

    SigningKey.objects.filter(role=Role.SITE).update(withdrawn_at=db_time.now())
    assert countersigning.countersign_waiting() == 0

    stated.refresh_from_db()
    assert (stated.status, stated.ended_why) == (
        Certificate.Status.REVOKED,
        Certificate.Why.NOT_SIGNED,
    )
    assert not Countersignature.objects.exists()


def test_what_a_lost_key_of_the_sites_has_stated_ends_and_is_stated_anew(
    certificate, world, certificate_keys, settings
):
    lan, lost = world.citizens["lan"], certificate_keys[Role.SITE]
    keys_command("rotate", "site", "--make")
    dose(world, given_on=date(2021, 11, 1), ordinal=2)
    issued(lan)
    after_it = current(lan)[1]

    keys_command("withdraw", bytes(lost.kid).hex())
    while countersigning.go_on_resigning():
        pass
    issuing.make_wanted()
    countersigning.countersign_waiting()

    assert check_text(qr_of(certificate), db_time.now()).answer == Answer.REVOKED
    first, second = current(lan)
    assert first.site_key != lost
    assert second == after_it


def test_a_certificate_ends_with_the_key_that_signs_it(world, settings, tmp_path):
    settings.CERTIFICATE_KEYS = str(tmp_path)
    add_key(Role.SITE, tmp_path)
    centre = add_key(Role.CENTRE, tmp_path, timedelta(days=100))
    dose(world)

    issued(world.citizens["lan"])

    assert Countersignature.objects.get().expires_at == centre.not_after


def test_a_rotation_signs_everything_again_and_breaks_no_paper(
    certificate, world, certificate_keys, settings, tmp_path
):
    paper = qr_of(certificate)

    said = keys_command("rotate", "centre", "--make")
    run = countersigning.go_on_resigning()

    assert "checks only" in said
    assert (run.passed, run.total, run.ended_at is not None) == (1, 1, True)
    new = qr_of(certificate)
    assert new != paper
    now = db_time.now()
    assert {check_text(text, now).answer for text in (paper, new)} == {Answer.VALID}
    signed_by = Countersignature.objects.order_by("pk").values_list("key", flat=True)
    assert list(signed_by) == [
        certificate_keys[Role.CENTRE].pk,
        SigningKey.objects.signing(Role.CENTRE, now).get().pk,
    ]
    assert "1 of 1, done" in keys_command("list")


def test_a_rotation_goes_on_where_it_stopped(world, certificate_keys, monkeypatch):
    for day in range(3):
        dose(world, given_on=db_time.now().date() - timedelta(days=300 - day), ordinal=day + 1)
    issued(world.citizens["lan"])
    monkeypatch.setattr(countersigning, "BATCH", 2)
    keys_command("rotate", "centre", "--make")
    # The first part is signed, then the minute is over.
    begins = db_time.now()
    clock = iter([begins, begins, begins + timedelta(minutes=2)])

    run = countersigning.go_on_resigning(lambda: next(clock))
    assert (run.passed, run.ended_at) == (2, None)
    run = countersigning.go_on_resigning()

    assert (run.passed, run.ended_at is not None) == (3, True)
    assert Countersignature.objects.count() == 6


def test_one_key_alone_is_not_rotated(db, certificate_keys):
    with pytest.raises(CommandError, match="one centre key only"):
        keys_command("rotate", "centre")
    assert not ResigningRun.objects.exists()


def test_nothing_counts_that_a_lost_key_has_signed(certificate, certificate_keys, client):
    paper = qr_of(certificate)
    add = certificate_keys[Role.CENTRE]
    keys_command("rotate", "centre", "--make")

    keys_command("withdraw", bytes(add.kid).hex())
    while countersigning.go_on_resigning():
        pass

    assert check_text(paper, db_time.now()).answer == Answer.REVOKED
    assert check_text(qr_of(certificate), db_time.now()).answer == Answer.VALID
    published = client.get("/check/keys.json").json()["keys"]
    assert len([one for one in published if one["role"] == "centre"]) == 1


def test_a_certificate_that_expires_soon_is_signed_again(certificate, world):
    paper = qr_of(certificate)
    assert countersigning.renew() == 0
    later = db_time.now() + timedelta(days=340)

    with db_time.at(later):
        assert countersigning.renew() == 1
        assert countersigning.renew() == 0

    assert check_text(paper, later + timedelta(days=30)).answer == Answer.EXPIRED
    assert check_text(qr_of(certificate), later + timedelta(days=30)).answer == Answer.VALID
    assert current(world.citizens["lan"]) == [certificate]


def test_a_key_is_never_deleted_or_brought_back(certificate_keys):
    key = SigningKey.objects.filter(role=Role.CENTRE)
    key.update(withdrawn_at=db_time.now())

    for change in (
        lambda: key.update(withdrawn_at=None),
        lambda: key.update(not_after=db_time.now() + timedelta(days=9_999)),
        lambda: key.delete(),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change()


def test_the_list_names_what_ended_and_nobody(certificate, world, client):
    given = Dose.objects.get()
    assert entries(client) == {"replaced": b"", "revoked": b""}

    actions.revise(given, changes={"ordinal": 2}, by=None, why="the paper says so")
    countersigning.countersign_waiting()
    revocations.keep_list(db_time.now())
    assert entries(client) == {
        "replaced": revocations.prefix_of(certificate.uvci),
        "revoked": b"",
    }
    (new,) = current(world.citizens["lan"])

    actions.mark_entered_in_error(given, by=None, why="never given")
    revocations.keep_list(db_time.now())
    assert entries(client)["revoked"] == revocations.prefix_of(new.uvci)


def test_what_has_expired_leaves_the_list(certificate):
    actions.mark_entered_in_error(Dose.objects.get(), by=None, why="never given")
    now = db_time.now()

    listed = Certificate.objects.ended_with_time_left(now)
    assert listed.count() == 1
    assert listed.model.objects.ended_with_time_left(now + timedelta(days=366)).count() == 0


def test_without_a_key_there_is_no_list_and_a_word_about_it(db, client, settings, tmp_path):
    settings.CERTIFICATE_KEYS = str(tmp_path)

    response = client.get("/check/revocations")

    assert (response.status_code, response.content) == (503, b"no key signs this list now\n")


def test_whoever_runs_the_service_is_told_before_a_key_ends(certificate_keys):
    assert health.notice() == ""

    with db_time.at(db_time.now() + timedelta(days=680)):
        assert "key of certificates ends" in health.notice()


def entries(client) -> dict[str, bytes]:
    """The entries of the published list, its signature checked by the published key."""
    text = client.get("/check/revocations").content.decode()
    kid = jwt.get_unverified_header(text)["kid"]
    keys = client.get("/check/keys.json").json()["keys"]
    (entry,) = (one for one in keys if one["kid"] == kid and one["use"] == "lists")
    claims = jwt.decode(text, jwt.PyJWK(entry["jwk"] | {"alg": "ES256"}).key, algorithms=["ES256"])
    return {kind: base64.b64decode(found) for kind, found in claims["entries"].items()}
