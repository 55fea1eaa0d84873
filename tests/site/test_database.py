import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from pymano import database


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    for name in ("URL", "HOST", "PORT", "NAME", "USER", "PASSWORD", "CONN_MAX_AGE", "TIMEOUT"):
        monkeypatch.delenv(f"DATABASE_{name}", raising=False)
        monkeypatch.delenv(f"DATABASE_{name}_FILE", raising=False)


def test_without_any_it_is_sqlite_in_the_folder(tmp_path):
    chosen = database.from_environment(tmp_path)
    assert chosen["ENGINE"] == database.SQLITE
    assert chosen["NAME"] == str(tmp_path / "pymano.sqlite3")
    assert chosen["CONN_MAX_AGE"] == 60


def test_a_host_is_of_mysql(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_HOST", "db")
    monkeypatch.setenv("DATABASE_PASSWORD", "p@ss:w/rd %25")
    chosen = database.from_environment(tmp_path)
    assert chosen["ENGINE"] == database.MYSQL
    assert [chosen[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")] == [
        "db",
        3306,
        "pymano",
        "pymano",
        "p@ss:w/rd %25",
    ]


def test_each_may_come_from_a_file(tmp_path, monkeypatch):
    values = {
        "HOST": "db",
        "PORT": "3307",
        "NAME": "ink",
        "USER": "site",
        "PASSWORD": "secret",
        "CONN_MAX_AGE": "5",
        "TIMEOUT": "7",
    }
    for name, value in values.items():
        (tmp_path / name).write_text(f"{value}\n")
        monkeypatch.setenv(f"DATABASE_{name}_FILE", str(tmp_path / name))
    chosen = database.from_environment(tmp_path)
    assert chosen["PORT"] == 3307
    assert [chosen[name] for name in ("HOST", "NAME", "USER", "PASSWORD")] == ["db", "ink", "site", "secret"]
    assert chosen["CONN_MAX_AGE"] == 5
    assert chosen["OPTIONS"]["read_timeout"] == chosen["OPTIONS"]["write_timeout"] == 7


def test_a_host_without_a_password_stops_the_start(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_HOST", "db")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_PASSWORD"):
        database.from_environment(tmp_path)


@pytest.mark.parametrize("by_url", [True, False])
def test_every_connection_to_mysql_is_strict_patient_for_a_while_and_checked(tmp_path, monkeypatch, by_url):
    if by_url:
        monkeypatch.setenv("DATABASE_URL", "mysql://site:secret@db/ink")
    else:
        monkeypatch.setenv("DATABASE_HOST", "db")
        monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    chosen = database.from_environment(tmp_path)
    assert chosen["CONN_HEALTH_CHECKS"] is True
    assert chosen["OPTIONS"].items() >= {"charset": "utf8mb4", "isolation_level": "read committed"}.items()
    assert "TRADITIONAL" in chosen["OPTIONS"]["sql_mode"]
    assert chosen["OPTIONS"]["connect_timeout"] < chosen["OPTIONS"]["read_timeout"] < 30


def test_what_the_url_says_of_the_connection_goes_first(tmp_path, monkeypatch):
    monkeypatch.setenv(
        "DATABASE_URL", "mysql://site:secret@db/ink?unix_socket=/run/db.sock&connect_timeout=9"
    )
    options = database.from_environment(tmp_path)["OPTIONS"]
    assert (options["unix_socket"], options["connect_timeout"]) == ("/run/db.sock", 9)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="This is about SQLite")
def test_sqlite_waits_for_other_writers(db):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (10_000,)
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.skipif(connection.vendor != "mysql", reason="This is about MySQL")
def test_mysql_is_spoken_to_as_was_asked(db):
    asked = "character_set_client, collation_connection, tx_isolation, innodb_lock_wait_timeout, sql_mode"
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@" + asked.replace(", ", ", @@"))
        *said, modes = cursor.fetchone()
    assert said == ["utf8mb4", "utf8mb4_bin", "READ-COMMITTED", 10]
    assert {"STRICT_ALL_TABLES", "NO_ZERO_DATE", "ONLY_FULL_GROUP_BY"} <= set(modes.split(","))


@pytest.mark.skipif(connection.vendor != "mysql", reason="This is about MySQL")
def test_every_text_is_compared_as_it_is_written(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT collation_name FROM information_schema.columns "
            "WHERE table_schema = DATABASE() AND collation_name IS NOT NULL"
        )
        assert cursor.fetchall() == (("utf8mb4_bin",),)


class Transaction:
    """One that fails with the given errors, one after the other, then ends well."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.begun = 0

    def __call__(self):
        self.begun += 1
        if self.errors:
            raise self.errors.pop(0)
        return "kept"


DEADLOCK = OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")


def test_a_transaction_that_another_undid_is_done_again(transactional_db):
    transaction = Transaction(DEADLOCK)
    assert database.again_after_deadlock(transaction) == "kept"
    assert transaction.begun == 2


def test_but_only_once(transactional_db):
    transaction = Transaction(DEADLOCK, DEADLOCK)
    with pytest.raises(OperationalError):
        database.again_after_deadlock(transaction)


@pytest.mark.parametrize("error", [OperationalError(1205, "Lock wait timeout"), OperationalError()])
def test_other_failures_are_not_tried_again(transactional_db, error):
    transaction = Transaction(error)
    with pytest.raises(OperationalError):
        database.again_after_deadlock(transaction)
    assert transaction.begun == 1


def test_a_part_of_a_transaction_cannot_be_done_again(db):
    transaction = Transaction(DEADLOCK)
    with pytest.raises(OperationalError):
        database.again_after_deadlock(transaction)
    assert transaction.begun == 1
