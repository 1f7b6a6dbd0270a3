"""Seals: each holds the hash of some rows of history, and the hash of the seal before it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Seal(models.Model):
    """The hash of the rows that some transactions wrote into one table. Never changed.

    It covers the rows with `tx_from` <= tx < `tx_to`. Rows from before there were seals have no tx:
    there `tx_from` and `tx_to` are NULL, and it covers `id_after` < id <= `id_to`.
    """

    table = models.CharField(_("table"), max_length=63)
    tx_from = models.BigIntegerField(_("first transaction"), null=True, blank=True)
    tx_to = models.BigIntegerField(_("transaction after the last"), null=True, blank=True)
    id_after = models.BigIntegerField(_("id before the first"), null=True, blank=True)
    id_to = models.BigIntegerField(_("last id"), null=True, blank=True)
    # Names of the columns that were hashed, in their order: later ones change no hash.
    columns = models.TextField(_("columns"))
    rows = models.BigIntegerField(_("rows"))
    rows_hash = models.CharField(_("hash of the rows"), max_length=64)
    previous = models.CharField(_("hash of the seal before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64, unique=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        indexes = [models.Index(fields=["table", "id"], name="seal_of_table")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    tx_from__isnull=False, tx_to__isnull=False, id_after=None, id_to=None
                )
                | models.Q(tx_from=None, tx_to=None, id_after__isnull=False, id_to__isnull=False),
                name="seal_covers_one_range",
            )
        ]

    def __str__(self) -> str:
        return f"{self.table} · {self.hash[:12]}"
