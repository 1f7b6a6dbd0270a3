"""Makes the database that every test worker copies: its migrations run once, not for each worker.

`python -m tests.launcher.template_database`, with the settings of tests. The name is that of TEST_TEMPLATE.
"""

import os

import django
from django.db import connection


def make() -> None:
    """Create the database anew and migrate it."""
    connection.settings_dict["TEST"] |= {"NAME": os.environ["TEST_TEMPLATE"], "TEMPLATE": None}
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    make()
