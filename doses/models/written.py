"""People whose doses were written with those of many others, until the apps above are told."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WrittenPerson(models.Model):
    """A person whose doses were written among many: `doses.later` tells of them, and deletes it.

    No foreign key: a file of doses should not wait for the look-up of another table.
    """

    citizen_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("person whose doses were written")
        verbose_name_plural = _("people whose doses were written")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.pk)
