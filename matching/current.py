"""The model in use: the newest file, with what the last run counted in this registry."""

from functools import lru_cache

from matching import model
from matching.model import Calibration, Model
from matching.models import MatchFeature, MatchModel
from vaxreg import db_time


def current() -> Model:
    """Return the model with which the last run scored; before the first run, that of the file.

    All look-ups use it, so a pair has one weight wherever it is shown.
    """
    row = MatchModel.objects.values_list("pk", "calibrated_at").first()
    if row is not None:
        return _stored(*row)
    newest = model.newest()
    people = MatchFeature.objects.count()
    return newest.calibrated(Calibration(people=people, place=newest.calibration.place))


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
