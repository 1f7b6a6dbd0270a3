"""Tells the apps above that certificates count no more, inside the transaction that ended them."""

from django.dispatch import Signal

# Sent with certificates=list[Certificate], never empty.
certificates_ended = Signal()
