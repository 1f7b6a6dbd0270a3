"""What the desk stores beside the cases: notes to a site, changes of its own doses."""

from review.models.dose_changes import DoseChange
from review.models.many_doses import ManyChange, ManyChangeDose
from review.models.notes import OfficerNote

__all__ = ["DoseChange", "ManyChange", "ManyChangeDose", "OfficerNote"]
