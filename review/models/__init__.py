"""What the desk stores beside the cases: notes to a site, changes of doses, doses on record twice."""

from review.models.dose_changes import DoseChange
from review.models.dose_pairs import DosePair, DosePairAct, DosePairSweep
from review.models.many_doses import ManyChange, ManyChangeDose
from review.models.notes import OfficerNote

__all__ = [
    "DoseChange",
    "DosePair",
    "DosePairAct",
    "DosePairSweep",
    "ManyChange",
    "ManyChangeDose",
    "OfficerNote",
]
