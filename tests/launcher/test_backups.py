"""Which backups lead to a moment, which are too old, how moments are read, what trouble says."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from launcher.backups import commands, restoring
from launcher.backups.files import bring_back, keep_files
from launcher.backups.keeping import Keeper
from launcher.backups.moments import parse, shown, stamp
from launcher.backups.shelf import Shelf, following, segments
from launcher.places import Places, Trouble, held

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def shelf_with(folder: Path, **eras: list[str]) -> Shelf:
    """Return a shelf with an era for each name (eDD: begun that day), its backups as DD-kind."""
    shelf = Shelf(folder)
    for name, bases in eras.items():
        era = shelf.new_era(("7", 1), at(name[1:]))
        for base in bases:
            day, kind = base.split("-")
            path = era.path / "base" / f"{stamp(at(day))}-{kind}"
            path.mkdir()
            (path / "backup_label").write_text(
                "START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\n"
            )
    return shelf


def at(day: str) -> datetime:
    return datetime(2026, 11, int(day), 2, tzinfo=UTC)


def names(paths: list[Path]) -> list[str]:
    return [path.name.removeprefix("202611").replace("T020000Z", "") for path in paths]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-11-29T14:30", "2026-11-29 07:30:00"),
        ("2026-11-29 14:30:15", "2026-11-29 07:30:15"),
        ("2026-11-29T07:30Z", "2026-11-29 07:30:00"),
        ("2026-11-29T09:30:00.5+02:00", "2026-11-29 07:30:00.500000"),
    ],
)
def test_a_moment_is_vietnams_unless_it_names_a_zone(typed, read):
    assert parse(typed, NOW).astimezone(UTC).replace(tzinfo=None) == datetime.fromisoformat(read)
    assert shown(parse(typed, NOW)).startswith("2026-11-29 14:30:")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("yesterday", "is no moment. Write it as"),
        ("2026-11-29", "without a time of day"),
        ("2026-11-29T19:00:01", "is in the future; now it is 2026-11-29 19:00:00"),
    ],
)
def test_what_is_no_moment_of_the_past_is_refused_with_words(typed, words):
    with pytest.raises(Trouble, match=words):
        parse(typed, NOW)


def test_the_newest_backup_before_the_moment_is_taken_with_those_it_hangs_on(tmp_path):
    bases = ["02-full", "03-incremental", "04-incremental", "05-full", "06-incremental"]
    shelf = shelf_with(tmp_path, e01=bases)

    found = {
        day: names([base.path for base in shelf.find(at(day) + timedelta(hours=5))[1]])
        for day in ("02", "04", "05", "09")
    }

    assert found == {
        "02": ["02-full"],
        "04": ["02-full", "03-incremental", "04-incremental"],
        "05": ["05-full"],
        "09": ["05-full", "06-incremental"],
    }


def test_a_moment_before_a_restore_is_sought_in_the_line_that_was_lived_then(tmp_path):
    shelf = shelf_with(tmp_path, e01=["02-full"], e10=["11-full"])

    assert shelf.find(at("09"))[0].began == at("01")
    assert shelf.find(at("12"))[0].began == at("10")
    with pytest.raises(Trouble, match=r"No backup in .* leads to 2026-11-10") as trouble:
        shelf.find(at("10") + timedelta(hours=1))
    assert "from 2026-11-02 09:00:00 (+07:00) until 2026-11-10 09:00:00" in str(trouble.value)
    assert "from 2026-11-11 09:00:00 (+07:00) until the last change kept" in str(trouble.value)


def test_without_any_backup_the_words_say_how_to_get_one(tmp_path):
    with pytest.raises(Trouble, match=r"`\./run --backup` makes the first one"):
        Shelf(tmp_path / "never").find(NOW)


@pytest.mark.parametrize(
    ("days", "old"),
    [
        (30, []),
        # On the 15th everything was reached from the backup of the 14th, which hangs on the 12th.
        (14, ["01", "10-full", "11-incremental"]),
        (5, ["01", "10-full", "11-incremental", "12-full", "14-incremental"]),
    ],
)
def test_what_no_moment_of_the_last_days_needs_is_too_old(tmp_path, days, old):
    line = ["10-full", "11-incremental", "12-full", "14-incremental", "20-full"]
    shelf = shelf_with(tmp_path, e01=["02-full"], e09=line)

    assert names(shelf.too_old(NOW, days)) == old


def test_a_backup_is_due_once_a_night_and_at_once_when_there_is_none(tmp_path):
    keeper = Keeper(tmp_path, tmp_path)
    shelf = shelf_with(tmp_path, e01=[])
    (keeper.era,) = shelf.eras()
    two_at_night = datetime(2026, 11, 28, 19, tzinfo=UTC)

    assert keeper.is_due(NOW)
    (keeper.era.path / "base" / f"{stamp(two_at_night - DAY)}-full").mkdir()

    assert not keeper.is_due(two_at_night - timedelta(seconds=1))
    assert keeper.is_due(two_at_night)


def test_segments_are_counted_as_postgresql_does_and_end_where_one_is_missing(tmp_path):
    assert following("0000000100000000000000FF") == "000000010000000100000000"
    for name in (
        "000000010000000000000002",
        "000000010000000000000003",
        "000000010000000000000005",
    ):
        (tmp_path / name).touch()

    assert [*segments(tmp_path, "000000010000000000000002")] == [
        "000000010000000000000002",
        "000000010000000000000003",
    ]


def test_files_are_copied_once_brought_back_as_they_were_and_forgotten_in_time(tmp_path):
    private, copies = tmp_path / "private", tmp_path / "copies"
    for name in ("a/deleted-before", "a/deleted-after", "b/stays"):
        (private / name).parent.mkdir(parents=True, exist_ok=True)
        (private / name).write_text(name)

    assert keep_files(private, copies, NOW, 14) == 3
    assert keep_files(private, copies, NOW, 14) == 0
    (private / "a/deleted-before").unlink()
    keep_files(private, copies, NOW + DAY, 14)
    (private / "a/deleted-after").unlink()
    keep_files(private, copies, NOW + 2 * DAY, 14)

    assert bring_back(copies, private, NOW + 1.5 * DAY) == 1
    assert (private / "a/deleted-after").read_text() == "a/deleted-after"
    assert not (private / "a/deleted-before").exists()
    keep_files(private, copies, NOW + 16 * DAY, 14)
    assert sorted(path.name for path in copies.rglob("*-*")) == ["deleted-after"]


@pytest.fixture
def places(tmp_path):
    places = Places(tmp_path / "var")
    places.make()
    return places


def test_a_restore_says_what_is_in_the_way(places):
    env: dict[str, str] = {}
    long_ago = ["2026-11-29", "14:30"]

    with pytest.raises(Trouble, match="DATABASE_URL names a server of your own"):
        commands.restore_to(places, {"DATABASE_URL": "postgres://else/where"}, long_ago)
    with pytest.raises(Trouble, match="in the future"):
        commands.restore_to(places, env, ["2999-01-01T00:00"])
    with pytest.raises(Trouble, match="BACKUP_DAYS must be a number of days"):
        commands.days_of({"BACKUP_DAYS": "a week"})
    with held(places.lock) as lock:
        lock.tell(url="http://localhost:8000/")
        with pytest.raises(Trouble, match="already runs here: http://localhost:8000/"):
            commands.restore_to(places, env, ["2026-01-01", "14:30"])


def test_a_restore_without_room_changes_nothing_and_says_how_much_is_needed(
    places, tmp_path, monkeypatch
):
    shelf = shelf_with(tmp_path / "backup", e01=["02-full"])
    data = places.var / "postgres"
    data.mkdir()
    postgres = SimpleNamespace(
        places=places, data=data, settle=lambda: None, end_orphan=lambda: None
    )
    monkeypatch.setattr(restoring.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**8))

    with pytest.raises(Trouble, match=r"needs 0\.2 GB .* 0\.1 GB are free\. Nothing was changed"):
        restoring.restore(postgres, None, shelf, at("05"))

    assert [path.name for path in data.parent.glob("postgres*")] == ["postgres"]


def test_which_moments_can_be_restored_is_said_without_one(places, capsys):
    shelf = shelf_with(places.var / "backup", e01=["02-full"])

    commands.restore_to(places, {}, [])

    assert "from 2026-11-02 09:00:00 (+07:00) until the last change" in capsys.readouterr().out
    assert json.loads((shelf.eras()[0].path / "era.json").read_text())["timeline"] == 1
