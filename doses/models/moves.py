"""From whose record to whose a dose was moved, when it stood under another name."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from doses.models.doses import Dose


class DoseMove(models.Model):
    """A move of a dose between two records; the revision with this number says by whom and why.

    Append-only. Only staff read both names: each person reads of "another record".
    """

    dose = models.ForeignKey(
        Dose, on_delete=models.PROTECT, related_name="moves", verbose_name=_("dose"), db_index=False
    )
    number = models.PositiveSmallIntegerField(_("revision"))
    from_record = models.ForeignKey(
        Citizen, on_delete=models.PROTECT, related_name="+", verbose_name=_("from the record")
    )
    to_record = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("to the record"),
        db_index=False,
    )

    class Meta:
        verbose_name = _("move of a dose")
        verbose_name_plural = _("moves of doses")
        ordering = ["dose_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dose", "number"], name="dose_move_number"),
            models.CheckConstraint(
                condition=~Q(from_record=F("to_record")), name="dose_move_to_another_record"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dose_id} · {self.number}"
