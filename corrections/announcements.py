"""Tells the apps above that cases changed: their status, or who holds them. In the same transaction."""

from django.dispatch import Signal

# Sent with correction=Correction, after the event that says what happened.
correction_changed = Signal()
# Sent with corrections=list of ids, when many cases were changed by one statement.
corrections_changed = Signal()
