"""How the settings connect to PostgreSQL: directly, or through a pooler of transactions (PgBouncer)."""

from typing import Any

from environ import Env

# Seconds for one attempt: a database that hangs must give an error page, not silence.
CONNECT_TIMEOUT = 3


def databases(env: Env) -> dict[str, dict[str, Any]]:
    """Return DATABASES from the environment: DATABASE_URL, DB_POOLED, CONN_MAX_AGE and so on.

    DB_STATEMENT_TIMEOUT is in milliseconds; the web process sets it, so that a statement or lock
    that hangs ends in a 503 page. A pooler refuses it as a parameter of a new connection: there the
    role has it (`manage.py grant_access --statement-timeout`).
    """
    is_pooled = env.bool("DB_POOLED", default=False)
    timeout = env.int("DB_STATEMENT_TIMEOUT", default=0)
    found: dict[str, Any] = {
        **env.db("DATABASE_URL"),
        "ENGINE": "vaxreg.database",
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        # A cursor of the server lives longer than a transaction.
        "DISABLE_SERVER_SIDE_CURSORS": is_pooled,
        "TEST": {"NAME": env.str("TEST_DATABASE_NAME", default="") or None},
    }
    options: dict[str, Any] = found.setdefault("OPTIONS", {})
    options["connect_timeout"] = CONNECT_TIMEOUT
    if is_pooled:
        # The next statement may meet another session, which has prepared nothing.
        options["prepare_threshold"] = None
    elif timeout:
        options["options"] = f"-c statement_timeout={timeout}"
    return {"default": found}
