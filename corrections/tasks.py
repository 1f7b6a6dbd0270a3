"""Celery tasks, thin: each calls one function that checks again what is to be done."""

from celery import shared_task

from corrections import outbox
from corrections import sweep as sweeping
from corrections.clocks import recompute as recomputing
from corrections.photos import readings, retention
from watching import ping


@shared_task(name="corrections.do_errand")
def do_errand(row_id: int) -> None:
    """Do one errand soon after its commit; the sweep would do it anyway."""
    outbox.do(row_id)


@shared_task(name="corrections.carry_out")
def carry_out(correction_id: int) -> None:
    """Put a decision in force that nobody took back; the sweep would do it anyway."""
    sweeping.carry_out(correction_id)


@shared_task(name="corrections.close_answered")
def close_answered() -> None:
    """Close the cases that a desk asked to close; the sweep would do it anyway."""
    sweeping.close_answered()


@shared_task(name="corrections.sweep")
def sweep() -> None:
    sweeping.sweep()
    ping.after_sweep()


@shared_task(name="corrections.recompute")
def recompute(run_id: int) -> None:
    """Move running clocks after a change of the rules; the sweep would do it anyway."""
    recomputing.run(run_id)


@shared_task(name="corrections.read_photos")
def read_photos() -> None:
    """Read what stands on new photos of drafts, where a program for it is installed."""
    readings.read_new()


@shared_task(name="corrections.delete_old_photos")
def delete_old_photos() -> None:
    """Delete the files of photos whose cases were closed long ago."""
    retention.delete_due()
