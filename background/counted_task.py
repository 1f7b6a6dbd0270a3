"""The class of all Celery tasks: a message whose worker dies is delivered again, but not for ever."""

import json
import logging
from datetime import timedelta
from typing import Any

from celery import Task
from django.db.models import Q

from background.counting import LEASE, current_message, most_tries, tell
from background.models import WorkTry
from vaxreg import db_time

log = logging.getLogger(__name__)

# A task that was set aside is tried again by itself after this time, once: what the schedule does
# must not stop for good because of a bad hour.
REST = timedelta(hours=1)


class CountedTask(Task):  # type: ignore[type-arg]  # not generic at run time
    """Counts the tries of each message before the task begins (docs/adr/0006)."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task, unless too many processes died in it."""
        message = self.request.id
        if message is None or self.request.is_eager:
            return super().__call__(*args, **kwargs)
        key = json.dumps(args)[:120] if args else ""
        if not _begin(str(self.name), key, message):
            return None
        token = current_message.set(message)
        try:
            result = super().__call__(*args, **kwargs)
        except Exception:
            _end(str(self.name), key, message)
            raise
        finally:
            current_message.reset(token)
        _end(str(self.name), key, message)
        return result


def _begin(work: str, key: str, message: str) -> bool:
    """Count one more try; False when the task rests, or is set aside by this call."""
    now = db_time.now()
    same = WorkTry.objects.filter(work=work, key=key)
    # Not counted: other messages of the same task that may still be at work.
    left = list(same.filter(Q(message=message) | Q(begun_at__lte=now - LEASE)))
    aside = [one for one in left if one.set_aside_at is not None]
    if any(one.set_aside_at and one.set_aside_at > now - REST for one in aside):
        log.warning("not run, as it is set aside: %s %s", work, key)
        return False
    dead = [one for one in left if one.set_aside_at is None]
    for one in _explained(dead):
        # No try of the task is used up: the other rows must get their turn.
        one.tries -= 1
    own = next((one for one in dead if one.message == message), None)
    counted = sum(one.tries for one in dead)
    if counted >= (1 if aside else most_tries()):
        stays = own or dead[0]
        same.filter(pk__in=[one.pk for one in left if one.pk != stays.pk]).delete()
        same.filter(pk=stays.pk).update(set_aside_at=now, tries=counted)
        tell(work, key, counted)
        return False
    if own:
        same.filter(pk=own.pk).update(tries=own.tries + 1, begun_at=now)
    else:
        WorkTry.objects.create(work=work, key=key, message=message, begun_at=now)
    return True


def _explained(dead: list[WorkTry]) -> list[WorkTry]:
    """Return those whose process died in a row of a table, which is counted itself."""
    if not dead:
        return []
    messages = [one.message for one in dead]
    inner = WorkTry.objects.filter(during__in=messages, message="")
    begun = list(inner.values_list("during", "begun_at"))
    return [
        one
        for one in dead
        if any(during == one.message and at >= one.begun_at for during, at in begun)
    ]


def _end(work: str, key: str, message: str) -> None:
    """Forget this message, and those of the same task that died: it works again."""
    over = Q(message=message) | Q(begun_at__lte=db_time.now() - LEASE)
    WorkTry.objects.filter(over, work=work, key=key).delete()
