"""The model in use: the newest file, with what the last run counted in this registry."""

from functools import lru_cache

from django.db import connection

from matching import model
from matching.model import Calibration, Model
from matching.models import MatchModel
from vaxreg import db_time


def current() -> Model:
    """Return the model with which the last run scored; before the first run, that of the file.

    All look-ups use it, so a pair has one weight wherever it is shown.
    """
    row = MatchModel.objects.values_list("pk", "calibrated_at").first()
    if row is not None:
        return _stored(*row)
    newest = model.newest()
    return newest.calibrated(Calibration(people=_people(), place=newest.calibration.place))


def _people() -> int:
    """Return about how many records there are, without counting them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = 'matching_matchfeature'::regclass"
        )
        return max(int(cursor.fetchone()[0]), 0)


@lru_cache(maxsize=2)
def _stored(pk: int, _calibrated_at: object) -> Model:
    row = MatchModel.objects.get(pk=pk)
    return model.from_content(row.content).calibrated(Calibration(**row.calibration))


def keep(used: Model) -> MatchModel:
    """Store the model with its calibration as the one in use."""
    row, _made = MatchModel.objects.update_or_create(
        version=used.version,
        digest=used.digest,
        defaults={
            "content": used.content,
            "calibration": model.calibration_as_json(used.calibration),
            "people": used.calibration.people,
            "calibrated_at": db_time.now(),
        },
    )
    return row
