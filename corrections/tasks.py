"""What Celery runs: thin. Fetch by id, return if the world moved on, call a verb."""

from celery import shared_task

from corrections import drafts, evidence, figures, morning, outbox, silence, statistics, stranded
from corrections import recompute as recomputing
from corrections import sweep as sweeping


@shared_task(name="corrections.do_errand")
def do_errand(row_id: int) -> None:
    """Do one errand soon after its commit; the sweep would do it anyway."""
    outbox.do(row_id)


@shared_task(name="corrections.sweep")
def sweep() -> None:
    """Run one pass of the sweep."""
    sweeping.sweep()


@shared_task(name="corrections.keep_figures")
def keep_figures() -> None:
    """Close the days that are over, and bring today's figures up to date."""
    figures.close_days()
    figures.refresh()


@shared_task(name="corrections.watch_desks")
def watch_desks() -> None:
    """Hand over what lies where nobody decides, and list the organizations that do not answer."""
    stranded.hand_over_all()
    silence.refresh()


@shared_task(name="corrections.recompute")
def recompute(run_id: int) -> None:
    """Let open clocks follow a change of the rules; the sweep would do it anyway."""
    recomputing.run(run_id)


@shared_task(name="corrections.purge_files")
def purge_files() -> None:
    """Delete drafts that nobody touches any more, and files of photos that no row names."""
    drafts.purge()
    evidence.purge_files()


@shared_task(name="corrections.publish_statistics")
def publish_statistics() -> None:
    """Publish the months that are over."""
    statistics.publish()


@shared_task(name="corrections.send_morning_reports")
def send_morning_reports() -> None:
    """Write to the health officers who have not got today's report."""
    morning.send_reports()
