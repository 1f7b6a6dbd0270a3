"""Which worker runs which test: each goes to an idle one, but some files to one worker as a whole."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

# Their tests share something that takes long to make: the whole country, a fresh Python.
# The marker xdist_group would say so beside them, but xdist 3.8 ignores it under pytest 9.2.
TOGETHER = {"tests/administration/test_reform_of_2025.py", "tests/test_requirements.py"}


class OneByOne(LoadScopeScheduling):
    """Hands out single tests, and the files in TOGETHER undivided."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return file if file in TOGETHER else nodeid
