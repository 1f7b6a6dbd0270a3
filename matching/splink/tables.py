"""The tables of a run in DuckDB: features of all records, and the pairs that share a key."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from django.db import connection

from matching.levels import READ
from matching.model import KNOWN_BITS

# Records with one key, at most: a key of more says nothing, and would make millions of pairs.
MOST_PER_KEY = 2_000
LISTS = ("numbers", "number_near", "number_tens", "phones", "sites", "keys")
COPIED = ("citizen_id", "whole", *READ, "keys", "written_at")
TYPES = {
    "citizen_id": "BIGINT",
    "whole": "BIGINT",
    "is_bare": "BOOLEAN",
    "number_kinds": "SMALLINT",
    "commune": "BIGINT",
    "written_at": "TIMESTAMPTZ",
}


@dataclass(frozen=True)
class Limits:
    """What DuckDB may use. memory as DuckDB writes it: "2GB"."""

    memory: str
    threads: int


def open_in(folder: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """Open an empty database in this folder, which must be on a disk with room to spill."""
    here = duckdb.connect(str(folder / "matching.duckdb"))
    here.execute(f"SET memory_limit = '{limits.memory}'")
    here.execute(f"SET threads = {limits.threads}")
    here.execute(f"SET temp_directory = '{folder / 'spill'}'")
    here.execute("SET preserve_insertion_order = false")
    # It would download extensions at run time.
    here.execute("SET autoinstall_known_extensions = false")
    here.execute("SET TimeZone = 'UTC'")
    return here


def copy_out(path: Path) -> None:
    """Copy the features of all records out of PostgreSQL into a CSV file."""
    columns = ", ".join(
        f"array_to_string({name}, ' ') AS {name}" if name in LISTS else name for name in COPIED
    )
    with connection.cursor() as cursor, path.open("wb") as out:
        statement = f"COPY (SELECT {columns} FROM matching_matchfeature) TO STDOUT (FORMAT csv)"
        with cursor.copy(statement) as copied:
            for part in copied:
                out.write(part)


def load(here: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Load the file; return the number of records."""
    types = ", ".join(f"'{name}': '{TYPES.get(name, 'VARCHAR')}'" for name in COPIED)
    columns = ", ".join(
        f"CASE WHEN {name} IS NULL THEN []::BIGINT[] ELSE string_split({name}, ' ')::BIGINT[] END"
        f" AS {name}"
        if name in LISTS
        else (f"coalesce({name}, '') AS {name}" if name not in TYPES else name)
        for name in COPIED
    )
    here.execute(
        f"CREATE TABLE record AS SELECT {columns} FROM read_csv('{path}', header = false,"
        f" auto_detect = false, delim = ',', quote = '\"', columns = {{{types}}})"
    )
    found = here.execute("SELECT count(*) FROM record").fetchone()
    return int(found[0]) if found else 0


def add_names(here: duckdb.DuckDBPyConnection, words: dict[str, dict[str, float]]) -> None:
    """Add to each record how rare its name is, and whether its given name is one (`Model`)."""
    here.execute("CREATE OR REPLACE TEMP TABLE word (role VARCHAR, word VARCHAR, bits DOUBLE)")
    rows = [
        (role, w, bits) for role in words if role != "unseen" for w, bits in words[role].items()
    ]
    here.execute(
        "INSERT INTO word SELECT unnest(?), unnest(?), unnest(?)",
        [*map(list, zip(*rows, strict=True))],
    )
    parts = {
        "family": "family",
        "given": "given",
        "middle": "array_to_string(list_slice(string_split(name_plain, ' '), 2, -2), ' ')",
    }
    bits = " + ".join(f"coalesce({role}_word.bits, {words['unseen'][role]})" for role in parts)
    joins = " ".join(
        f"LEFT JOIN word {role}_word ON {role}_word.role = '{role}'"
        f" AND {role}_word.word = {expression}"
        for role, expression in parts.items()
    )
    here.execute(
        "CREATE OR REPLACE TABLE scored AS SELECT record.*,"
        f" CASE WHEN name_plain = '' THEN 0 ELSE {bits} END AS name_bits,"
        f" coalesce(given_word.bits <= {KNOWN_BITS}, false) AS given_is_known FROM record {joins}"
    )


def count_since(here: duckdb.DuckDBPyConnection, since: datetime) -> int:
    """Return how many records were written at this time or later."""
    found = here.execute("SELECT count(*) FROM record WHERE written_at >= ?", [since]).fetchone()
    return int(found[0]) if found else 0


def make_pairs(here: duckdb.DuckDBPyConnection, since: datetime | None) -> int:
    """Make the table `pair` of records with a common key; return its length.

    since: only pairs of which one record was written at this time or later. Records of one merged
    record are no pair.
    """
    asked = "true" if since is None else "written_at >= $since"
    values = {} if since is None else {"since": since}
    here.execute(
        "CREATE TEMP TABLE entry AS"
        f" SELECT unnest(keys) AS key, citizen_id, whole, {asked} AS is_asked FROM record",
        values,
    )
    # Most keys are one record's alone.
    here.execute(
        "CREATE TEMP TABLE common AS SELECT key FROM entry GROUP BY key"
        f" HAVING count(*) BETWEEN 2 AND {MOST_PER_KEY} AND bool_or(is_asked)"
    )
    here.execute(
        "CREATE TEMP TABLE shared AS SELECT entry.* FROM entry SEMI JOIN common USING (key)"
    )
    here.execute("DROP TABLE entry")
    here.execute(
        "CREATE TABLE pair AS SELECT DISTINCT l.citizen_id AS one, r.citizen_id AS other"
        " FROM shared l JOIN shared r ON l.key = r.key AND l.citizen_id < r.citizen_id"
        " WHERE l.whole <> r.whole AND (l.is_asked OR r.is_asked)"
    )
    here.execute("DROP TABLE shared")
    found = here.execute("SELECT count(*) FROM pair").fetchone()
    return int(found[0]) if found else 0
