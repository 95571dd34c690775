"""Servers start once a run and only when a test asks; what they hold is emptied before each test that uses them.

database          URL of an empty database with the schema, once on SQLite and once on PostgreSQL
postgres_database, sqlite_database      only one of the two
db                the same as `database`, opened in this process
valkey            an empty Valkey (`.url`, `.port`, `.process`)
mailbox           an SMTP server that keeps what it is sent, and fails on request
node              Node with the packages of tests/node/package.json; skips where there is no Node
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from bench import servers
from casework import passwords
from casework.database import close_database, open_database
from tests.databases import Databases
from tests.loopback import close_the_network
from tests.mailbox import Mailbox, open_mailbox
from tests.nodejs import Node, NoNode, installed_node

# The same examples on every run, and no seconds asserted.
settings.register_profile("curbcast", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("curbcast")


# Only what is wrong is logged, as by commands that end by themselves.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        close_the_network(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def costly_hasher() -> Iterator[PasswordHasher]:
    """What hashes passwords; while tests run, one does that takes no time. Other processes have the costly one."""
    with pytest.MonkeyPatch.context() as patch:
        costly = passwords._hasher
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield costly


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Server]:
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[servers.Server]:
    with servers.valkey() as server:
        yield server


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Databases:
    def server() -> servers.Server:  # started for the first test that needs it
        found: servers.Server = request.getfixturevalue("postgres_server")
        return found

    return Databases(tmp_path_factory.mktemp("databases"), server)


@pytest.fixture
async def _closed() -> AsyncIterator[None]:
    """A test that failed half-way leaves its database open, in which the next ones would fail, too."""
    yield
    await close_database()


@pytest.fixture
async def sqlite_database(databases: Databases, tmp_path: Path, _closed: None) -> str:
    return await databases.sqlite(tmp_path.name)


@pytest.fixture
async def postgres_database(databases: Databases, _closed: None) -> str:
    return await databases.postgres()


# The quick tests run on SQLite alone.
@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
async def database(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path, _closed: None) -> str:
    return await databases.postgres() if request.param == "postgres" else await databases.sqlite(tmp_path.name)


@pytest.fixture
async def db(database: str) -> str:
    await open_database(database)
    return database


@pytest.fixture
def valkey(valkey_server: servers.Server) -> servers.Server:
    assert servers.ask_valkey(valkey_server.port, "FLUSHALL") == b"+OK\r\n"
    return valkey_server


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with open_mailbox() as mailbox:
        yield mailbox


@pytest.fixture(scope="session")
def node() -> Node:
    try:
        return installed_node()
    except NoNode as error:
        pytest.skip(str(error))
