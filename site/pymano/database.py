"""Where rows are kept, from the environment: SQLite in a folder, or MySQL or MariaDB.

Text is compared as it is written: in both, é is not e and A is not a. Names and addresses are stored in lower
case (pymano.accounts.models), searches look at folded text (pymano.recognition.folding): no collation has to.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import dj_database_url
from django.db import OperationalError, connection, connections

from pymano import env

Result = TypeVar("Result")

SQLITE = "django.db.backends.sqlite3"
MYSQL = "django.db.backends.mysql"

# What a connection to MySQL begins with, whatever the server's settings. Nothing waits as long as gunicorn.
CHARSET, COLLATION = "utf8mb4", "utf8mb4_bin"
CONNECT_SECONDS = 3
LOCK_SECONDS = 10
SQL_MODE = "TRADITIONAL,ONLY_FULL_GROUP_BY"

# ER_LOCK_DEADLOCK: the server undid this transaction, so that another could go on.
DEADLOCK = 1213


def from_environment(folder: Path) -> dict[str, Any]:
    """Return Django's settings of the one database; without any in the environment, SQLite in the folder."""
    chosen = _server(host) if (host := env.text("DATABASE_HOST", "")) else _of_url(folder)
    chosen["CONN_MAX_AGE"] = env.number("DATABASE_CONN_MAX_AGE", 60)
    if chosen["ENGINE"] == SQLITE:
        chosen["OPTIONS"] = _sqlite() | chosen.get("OPTIONS", {})
    if chosen["ENGINE"] == MYSQL:
        chosen["CONN_HEALTH_CHECKS"] = True
        seconds = env.number("DATABASE_TIMEOUT", LOCK_SECONDS + 2)
        chosen["OPTIONS"] = _mysql(seconds) | chosen.get("OPTIONS", {})
        chosen["TEST"] = {"CHARSET": CHARSET, "COLLATION": COLLATION}
    return chosen


def _server(host: str) -> dict[str, Any]:
    return {
        "ENGINE": MYSQL,
        "HOST": host,
        "PORT": env.number("DATABASE_PORT", 3306),
        "NAME": env.text("DATABASE_NAME", "pymano"),
        "USER": env.text("DATABASE_USER", "pymano"),
        "PASSWORD": env.secret("DATABASE_PASSWORD"),
    }


def _of_url(folder: Path) -> dict[str, Any]:
    return dict(dj_database_url.parse(env.text("DATABASE_URL", f"sqlite:///{folder / 'pymano.sqlite3'}")))


def _sqlite() -> dict[str, Any]:
    return {
        "timeout": LOCK_SECONDS,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }


def _mysql(seconds: int) -> dict[str, Any]:
    return {
        "charset": CHARSET,
        "collation": COLLATION,
        "sql_mode": SQL_MODE,
        "isolation_level": "read committed",
        "init_command": f"SET SESSION innodb_lock_wait_timeout = {LOCK_SECONDS}",
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": seconds,
        "write_timeout": seconds,
    }


def again_after_deadlock(transaction: Callable[[], Result]) -> Result:
    """Do a whole transaction, and once more where the database undid it in favour of another.

    A lock that was waited for in vain (1205) is not tried again: who asks has waited long enough.
    """
    try:
        return transaction()
    except OperationalError as error:
        if connection.in_atomic_block or error.args[:1] != (DEADLOCK,):
            raise
        return transaction()


def choose_collation(using: str, **_: Any) -> None:
    """Have tables made from now on compare text as it is written, however the database was made."""
    database = connections[using]
    if database.vendor != "mysql":
        return
    with database.cursor() as cursor:
        cursor.execute("SELECT @@collation_database")
        if cursor.fetchone() != (COLLATION,):
            name = database.ops.quote_name(database.settings_dict["NAME"])
            cursor.execute(f"ALTER DATABASE {name} CHARACTER SET {CHARSET} COLLATE {COLLATION}")
