"""Tells the apps above that a citizen was written, inside the transaction that wrote it.

A receiver that raises undoes the change: what is written beside a citizen is never out of step.
"""

from django.dispatch import Signal

# Sent with citizen=Citizen, after each new revision, and each change of the documents.
citizen_written = Signal()
# Sent with citizens=list[Citizen], when many records were started at once.
citizens_written = Signal()
# Sent with citizens=set of ids, after records were made one, or one became its own again.
records_joined = Signal()
