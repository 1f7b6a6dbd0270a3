"""Figures of the machines: database, broker and its queues, replicas, disk, backup."""

import time
from collections.abc import Iterator

import redis
from django.conf import settings
from django.db import DatabaseError, connections

from vaxreg.celery import DEFAULT_QUEUE, MAIL_QUEUE, MATCHING_QUEUE
from watching import checks
from watching.figures import Figure, measure

QUEUES = (DEFAULT_QUEUE, MAIL_QUEUE, MATCHING_QUEUE)

UP = measure("up", "1 when the service answers", "service")
ANSWER = measure("database_answer_seconds", "How long PostgreSQL took for the shortest question")
QUEUED = measure("queue_depth", "Tasks that wait in the broker", "queue")
UNACKED = measure("queue_unacked", "Tasks that workers have and that are not done")
REPLICA = measure("replica_lag_seconds", "How far a replica is behind", "replica")
FREE = measure("disk_free_ratio", "Free share of the disk of photos and files")
BACKUP = measure("backup_age_seconds", "Time since the last backup that ended well")

# Without rights on the statistics of others (pg_read_all_stats) the lag reads as nothing.
REPLICAS = "SELECT application_name, EXTRACT(epoch FROM replay_lag) FROM pg_stat_replication"
BEHIND = """
SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
            ELSE EXTRACT(epoch FROM now() - pg_last_xact_replay_timestamp()) END
 WHERE pg_is_in_recovery()
"""


def figures() -> Iterator[Figure]:
    yield from _database()
    yield from _broker()
    free = checks.free_share()
    if free is not None:
        yield FREE.of(free)
    age = checks.backup_age()
    if age is not None:
        yield BACKUP.of(age)


def _database() -> Iterator[Figure]:
    began = time.perf_counter()
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
            took = time.perf_counter() - began
            cursor.execute(REPLICAS)
            replicas = cursor.fetchall()
    except DatabaseError:
        yield UP.of(0, "database")
        return
    yield UP.of(1, "database")
    yield ANSWER.of(took)
    for name, lag in replicas:
        if lag is not None:
            yield REPLICA.of(float(lag), name)
    for alias in connections:
        if alias != "default":
            yield from _replica(alias)


def _replica(alias: str) -> Iterator[Figure]:
    """Ask a database of the settings itself: it knows of its lag without further rights."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(BEHIND)
            row = cursor.fetchone()
    except DatabaseError:
        yield UP.of(0, alias)
        return
    yield UP.of(1, alias)
    if row and row[0] is not None:
        yield REPLICA.of(float(row[0]), alias)


def _broker() -> Iterator[Figure]:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=None
    )
    try:
        pipe = client.pipeline(transaction=False)
        for queue in QUEUES:
            pipe.llen(queue)
        pipe.hlen("unacked")
        *waiting, unacked = pipe.execute()
    except redis.RedisError:
        yield UP.of(0, "redis")
        return
    finally:
        client.close()
    yield UP.of(1, "redis")
    for queue, depth in zip(QUEUES, waiting, strict=True):
        yield QUEUED.of(depth, queue)
    yield UNACKED.of(unacked)
