"""Tells the apps above that a dose was written, inside the transaction that wrote it."""

from django.dispatch import Signal

# Sent with dose=Dose, after each new revision.
dose_written = Signal()
