"""A ping that the operators of an app ask for: sent at once, and its answer told."""

import uuid
from datetime import datetime, timedelta

from accounts.rate_limits import count_attempt
from partners.models import Endpoint
from partners.webhooks import sending
from partners.webhooks.reaching import Answer
from vaxreg import db_time

PING = "ping"
# It costs a thread of the web server up to five seconds.
LIMITS = ((6, timedelta(minutes=1)), (60, timedelta(hours=1)))


class TooManyTests(Exception):
    """The address was tested too often; it may be again from `retry_at` on."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__("tested too often")
        self.retry_at = retry_at


def ping(endpoint: Endpoint) -> Answer:
    """Send a message that is about nobody. To be called outside of a transaction."""
    verdict = count_attempt("webhook-test", str(endpoint.app_id), LIMITS)
    if verdict.retry_at is not None:
        raise TooManyTests(verdict.retry_at)
    now = db_time.now()
    return sending.post(endpoint, str(uuid.uuid4()), sending.body_of(PING, now, {}), now)
