"""Who is an adult: from the 18th birthday on, by the clock of Viet Nam.

Of a date of birth that is known in part the latest possible day counts: nobody loses a guardian too
early. The rule is a function of the database (migration 0016), which refuses by it too.
"""

from datetime import datetime

from django.db import connection

from vaxreg import db_time
from vaxreg.typed.birth_dates import BirthDate


def adult_from(born: BirthDate) -> datetime:
    """Return the moment from which a person born then is an adult."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT citizens_adult_from(%s, %s)", [born.first, born.precision])
        moment: datetime = cursor.fetchone()[0]
    return moment


def is_adult(born: BirthDate) -> bool:
    return adult_from(born) <= db_time.now()
