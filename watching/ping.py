"""A dead man's switch: each good pass of the sweep calls an address that misses it when it is silent."""

import logging

import httpx
from django.conf import settings

log = logging.getLogger(__name__)

TIMEOUT = 3.0


def after_sweep() -> None:
    """Call the address of SWEEP_PING, if there is one; never raises."""
    if not settings.SWEEP_PING:
        return
    try:
        httpx.get(settings.SWEEP_PING, timeout=TIMEOUT).raise_for_status()
    except httpx.HTTPError as error:
        # Without the address: whoever knows it can answer in our name.
        log.warning("the ping after the sweep was not taken: %s", type(error).__name__)
