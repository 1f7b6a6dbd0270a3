"""Every address keeps its name and its path: messages, bookmarks and programs hold on to them."""

from pathlib import Path

from tests.routes import routes

# A new address is added here; one that is taken out of it breaks what others have kept.
KNOWN = Path(__file__).with_name("addresses.txt")


def test_names_and_paths_of_all_addresses_are_those_on_the_list():
    today = sorted(f"{name} /{pattern}" for name, pattern in routes())

    assert today == KNOWN.read_text().splitlines()
