"""Drafts and their photos do not outlive the wish to send them."""

import threading
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction

from corrections.actions import filing
from corrections.models import Draft, Evidence
from corrections.photos import evidence
from portal import drafts
from tests import world as worlds
from tests.pictures import keep_files_in
from tests.world import World
from vaxreg import db_time
from vaxreg.photos.cleaning import Picture


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    keep_files_in(tmp_path, settings)


def draft_with_photo(world: World) -> tuple[Draft, Evidence]:
    lan = world.user("lan")
    draft = Draft.objects.create(user=lan, citizen=world.citizens["lan"])
    return draft, evidence.store(draft, Picture(b"picture", b"preview", 10, 10), by=lan)


@pytest.mark.parametrize(("days", "kept"), [(29, True), (31, False)])
def test_a_draft_nobody_touched_for_30_days_is_thrown_away_with_its_photo(
    world: World, django_capture_on_commit_callbacks, days: int, kept: bool
):
    _draft, photo = draft_with_photo(world)

    with (
        db_time.at(db_time.now() + timedelta(days=days)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        drafts.purge()

    assert Draft.objects.exists() == kept
    assert default_storage.exists(photo.file_key) == kept


@pytest.mark.django_db(transaction=True)
def test_throwing_a_draft_away_never_takes_the_photos_of_one_that_was_just_sent(
    transactional_db: None,
):
    world = worlds.build()
    draft, photo = draft_with_photo(world)

    def discard() -> None:
        try:
            drafts.discard(draft)
        finally:
            connection.close()

    with transaction.atomic():
        Draft.objects.select_for_update().get(pk=draft.pk)
        second = threading.Thread(target=discard)
        second.start()

        filing.file(
            by=world.user("lan"),
            citizen=world.citizens["lan"],
            key=str(draft.key),
            claims=[filing.Claim({"position": "primary-1"})],
            evidence=[photo],
            draft=Draft.objects.get(pk=draft.pk),
        )
    second.join()

    assert default_storage.exists(photo.file_key)
    assert Evidence.objects.get().filing is not None
