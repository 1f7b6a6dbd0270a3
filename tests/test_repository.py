"""The house rules as tests: what a reviewer would otherwise have to remember."""

import ast
import os
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from vaxreg.celery import DEFAULT_QUEUE, MAIL_QUEUE, MATCHING_QUEUE, app

ROOT = Path(settings.BASE_DIR)
NOT_OURS = {".git", ".venv", "var", "__pycache__", ".hypothesis"}
# Every app of ours, as the settings list them.
ROOMS = tuple(
    config.name
    for config in apps.get_app_configs()
    if Path(config.path).parent == ROOT and config.name != "demo"
)
# How many files may lie flat at the top of a folder: beyond that it is more than one product.
MOST_FLAT = 25
# How many characters a line of a template may have: djhtml indents them and breaks none.
MOST_WIDE = 120
# Found or made by Django and its packages, not by a name in our code.
FOUND_BY_NAME = {"403.html", "404.html", "500.html"}
FOUND_BY_FOLDER = (
    "drf_spectacular/",
    "django/forms/",
)
SCOPES = {
    *(
        "visible_to",
        "of_own_records",
        "readable_by",
        "on_desks_of",
        "linked_to",
        "within_reach",
        "inbox_of",
        "none",
    )
}
# Tables without anybody's data.
FOR_EVERYBODY = {"Area", "Organization", "Vaccine"}
# What else views and API may ask for directly, and why that stays within reach.
KNOWN = {
    "accounts/views/demo.py User.objects.filter": "demo mode only: nobody there is real",
    "accounts/views/inbox.py Message.objects.filter": "marks as read what `inbox_of` returned",
    "messaging/views/demo.py Message.objects.all": "demo mode only: nobody there is real",
    "messaging/views/demo.py Message.objects.order_by": "demo mode only: nobody there is real",
    "messaging/views/demo.py Message.objects.to": "demo mode only: nobody there is real",
    "api/reading.py Dose.objects.of": "the citizen was fetched within reach",
    "api/reading.py RecordLink.objects.live": "filtered by the user who asks",
    "portal/views/filing.py Correction.objects.filter": "of the record the wizard opened",
    "portal/views/filing.py Dose.objects.of": "of the record the wizard opened",
    "portal/views/filing.py Filing.objects.filter": "of records_of(user)",
    "portal/views/follow.py Correction.objects.select_related": "found by this session before",
    "portal/views/receipt.py Filing.objects.filter": "of records_of(user)",
    "administration/views/organizations.py Correction.objects.open": "a number, of an organization in reach",
    "administration/views/organizations.py DoneAct.objects.filter": "of an organization in reach",
}
UNSAFE = re.compile(r"\|\s*safe\b|mark_safe|safestring|\{%\s*autoescape\s+off|SafeString")
# Files that may say that a text is HTML, and why.
MAY_BE_HTML = {
    "vaxreg/charts.py": "draws SVG from numbers and escaped labels",
}


def tracked(*endings):
    """Files of the repository; what tools and `./run` leave behind is not."""
    found = []
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [
            name for name in inside if name not in NOT_OURS and not name.endswith("_cache")
        ]
        found += [Path(folder, name).relative_to(ROOT).as_posix() for name in names]
    return sorted(path for path in found if path.endswith(endings or "") and path != ".env")


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


def written_python():
    return [path for path in tracked(".py") if "/migrations/" not in path]


def test_no_file_is_longer_than_500_lines():
    written = [
        path
        for path in tracked(".py", ".html", ".css", ".js", ".md", ".yml", ".toml", ".sh")
        if "/migrations/" not in path and path != "docs/openapi.yaml"
    ]

    long = {path: n for path in written if (n := len(text_of(path).splitlines())) > 500}

    assert not long


def test_no_folder_holds_more_than_25_python_files_flat_at_its_top():
    flat = Counter(str(Path(path).parent) for path in written_python())

    assert not {folder: n for folder, n in flat.items() if n > MOST_FLAT}


def test_every_module_says_its_purpose_on_line_one():
    silent = [
        path
        for path in written_python()
        if (text := text_of(path)).strip() and not re.match(r'(#!.*\n)?r?"""\S', text)
    ]

    assert not silent


def test_no_folder_is_nobodys_room():
    names = {part for path in tracked() for part in Path(path).parts[:-1]}

    assert not names & {"utils", "core", "common", "helpers", "services", "lib", "misc"}


def test_readme_and_contributing_are_short():
    assert len(text_of("README.md").splitlines()) <= 120
    assert len(text_of("CONTRIBUTING.md").splitlines()) <= 100


def test_every_template_is_used():
    sources = {path: text_of(path) for path in tracked(".py", ".html", ".md")}
    unused = []
    for path in tracked(".html"):
        name = path.split("templates/", 1)[1]
        if name in FOUND_BY_NAME or name.startswith(FOUND_BY_FOLDER):
            continue
        used_as = [name]
        if name.startswith("cotton/"):
            tag = name.removeprefix("cotton/").removesuffix(".html").replace("/", ".")
            used_as = [f"<c-{tag} ", f"<c-{tag}>", f"<c-{tag.replace('_', '-')} ", f"<c-{tag}/"]
            used_as.append(f"<c-{tag.replace('_', '-')}>")
        elsewhere = (text for source, text in sources.items() if source != path)
        if not any(word in text for text in elsewhere for word in used_as):
            unused.append(name)

    assert not unused


def test_no_line_of_a_template_is_longer_than_120_characters():
    long = [
        f"{path}:{number}"
        for path in tracked(".html")
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if len(line) > MOST_WIDE
    ]

    assert not long


def test_templates_carry_no_styles_and_no_scripts_of_their_own():
    forbidden = re.compile(
        r"\sstyle=|\son(?!e=)[a-z]+=|javascript:|<style\b|<script(?![^>]*\b(?:src|nonce)=)"
    )
    found = {
        path: hit.group() for path in tracked(".html") if (hit := forbidden.search(text_of(path)))
    }

    assert not found


def test_only_known_places_say_that_a_text_is_html():
    places = {
        path
        for path in [*tracked(".html"), *written_python()]
        if not path.startswith("tests/") and UNSAFE.search(text_of(path))
    }

    assert places <= set(MAY_BE_HTML)
    assert set(MAY_BE_HTML) <= places, "no longer needed in this list"


def speaks_to_readers(path):
    """Views and the API: what answers a request, in whatever app it stands."""
    parts = Path(path).parts
    return parts[0] == "api" or "views" in parts or path.endswith("/views.py")


def test_pages_and_api_fetch_rows_within_the_readers_reach_only():
    wide = set()
    for path in written_python():
        if path.startswith("tests/") or not speaks_to_readers(path):
            continue
        tree = ast.parse(text_of(path))
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "objects":
                table, asked = ast.unparse(node.value), parents[node]
                verb = asked.attr if isinstance(asked, ast.Attribute) else ""
                if verb not in SCOPES and table not in FOR_EVERYBODY:
                    wide.add(f"{path} {table}.objects.{verb}")

    assert not wide - set(KNOWN)
    assert not set(KNOWN) - wide, "no longer needed in this list"


def test_decisions_are_numbered_once_and_fit_on_a_page():
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]

    assert numbers == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text()
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        heads = re.findall(r"^## (.*)$", text, re.M)
        assert heads == ["Context", "Decision", "Consequences", "What would change our mind"]
        assert len(text.split()) <= 450, page.name


def test_links_between_documents_lead_somewhere():
    broken = [
        f"{path}: {target}"
        for path in tracked(".md")
        for target in re.findall(r"\]\(([^)#\s]+)", text_of(path))
        if "://" not in target and not (ROOT / path).parent.joinpath(target).exists()
    ]

    assert not broken


def test_files_that_documents_name_exist():
    gone = []
    named = re.compile(r"`((?:[a-z_]+/)+[a-z_0-9-]+\.(?:py|md|html|yml|toml|css|js|po))`")
    for path in tracked(".md"):
        gone += [
            f"{path}: {name}" for name in named.findall(text_of(path)) if not (ROOT / name).exists()
        ]

    assert not gone


def personal_data_rows():
    # Of a model, fields of which the same is true may share a row: `User.email` `phone`.
    rows = re.findall(
        r"^\| `(\w+)\.(\w+(?:` `\w+)*)` \| (\w+) \| (.+?) \| (.+?) \|$",
        text_of("docs/personal-data.md") + text_of("docs/personal-data-cases.md"),
        re.M,
    )
    return [
        (f"{model}.{field}", kind, why, kept)
        for model, fields, kind, why, kept in rows
        for field in fields.split("` `")
    ]


def test_every_field_is_classified_for_personal_data():
    fields = {
        f"{model.__name__}.{field.name}"
        for room in ROOMS
        for model in apps.get_app_config(room).get_models()
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
    }
    rows = personal_data_rows()

    assert not [name for name, n in Counter(row[0] for row in rows).items() if n > 1]
    assert {row[0] for row in rows} == fields
    assert {row[1] for row in rows} <= {"none", "personal", "sensitive", "secret"}


def test_personal_data_have_a_purpose_and_an_end():
    vague = [
        name
        for name, kind, why, kept in personal_data_rows()
        if kind != "none" and ("–" in (why, kept))
    ]

    assert not vague


def test_every_entry_of_the_clock_names_a_task_that_exists():
    app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert scheduled <= set(app.tasks)


def test_every_task_is_hinted_or_stands_in_the_clock():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if name.split(".")[0] in ROOMS}
    sources = "\n".join(text_of(path) for path in written_python() if not path.startswith("tests/"))
    hinted = {name for name in ours if f'hint("{name}"' in sources}
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert ours == hinted | scheduled


def test_every_task_goes_to_a_queue_that_workers_listen_to():
    app.loader.import_default_modules()
    router = app.amqp.router

    queues = {
        router.route({}, name)["queue"].name for name in app.tasks if name.split(".")[0] in ROOMS
    }

    assert queues <= {DEFAULT_QUEUE, MAIL_QUEUE, MATCHING_QUEUE}


@pytest.mark.parametrize(
    "trace",
    [
        r"(?<![\w.~-])/(?:home|Users|root|work)/",
        r"(?<!/var)[/]tmp/(?!schedule|vaxreg-)",
        r"\b(?:pypi|files\.pythonhosted|registry\.npmjs)\.(?:org|com)\b|--index-url|extra-index",
        r"\bTODO\b|\bFIXME\b|\bXXX\b",
    ],
)
def test_the_repository_carries_no_trace_of_a_machine_or_of_unfinished_work(trace):
    checked = [
        path
        for path in tracked()
        if not path.endswith((".png", ".mo", ".svg")) and path != "tests/test_repository.py"
    ]

    found = {path: hit.group() for path in checked if (hit := re.search(trace, text_of(path)))}

    assert not found


def test_pictures_of_the_tour_are_small_and_all_there():
    pictures = [path for path in tracked(".png") if path.startswith("docs/pictures/")]
    shown = re.findall(r"docs/pictures/[\w-]+\.png", text_of("README.md"))

    assert set(shown) <= set(pictures)
    assert sum((ROOT / path).stat().st_size for path in pictures) < 1_500_000


def test_the_judge_of_migrations_reads_every_app_that_has_some():
    settings_of_tools = tomllib.loads(text_of("pyproject.toml"))["tool"]

    judged = settings_of_tools["django_migration_linter"]["include_apps"]

    assert set(judged) == {room for room in ROOMS if (ROOT / room / "migrations").is_dir()}


def test_the_contract_of_imports_names_every_app():
    settings_of_tools = tomllib.loads(text_of("pyproject.toml"))["tool"]

    layers = settings_of_tools["importlinter"]["contracts"][0]["layers"]

    named = {room for layer in layers for room in layer.split(" | ")}
    assert named == {*ROOMS, "demo"}
    assert set(settings_of_tools["importlinter"]["root_packages"]) == {*named, "launcher"}


def test_every_app_says_what_it_is_for_and_what_it_may_import():
    silent = [
        room
        for room in (*ROOMS, "demo", "launcher")
        if not re.search(
            r'\A"""\S.+\n\n.*(May import|Imports no|imports no)', text_of(f"{room}/__init__.py")
        )
    ]

    assert not silent


def test_no_test_module_is_imported_by_another():
    imported = re.compile(r"^\s*(?:from|import) tests\.(?:\w+\.)*test_\w+", re.M)

    assert not [path for path in written_python() if imported.search(text_of(path))]
