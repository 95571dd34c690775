"""How an import is watched: by nobody, or by a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from curbcast.importing.problems import Rejection


class Report(Protocol):
    """Is told how an import goes on."""

    def begin(self, what: str, total: int | None) -> None:
        """A part of the work begins: so many steps, or nobody knows how many."""

    def advance(self, steps: int) -> None:
        """So many more are done, for good."""

    def reject(self, rejection: Rejection) -> None:
        """A row is left out."""


class Quiet:
    """Tells nobody."""

    def begin(self, what: str, total: int | None) -> None:
        pass

    def advance(self, steps: int) -> None:
        pass

    def reject(self, rejection: Rejection) -> None:
        pass


class Shown:
    """Bars on a terminal, and rejected rows above them."""

    def __init__(self, file_name: str, bars: Progress) -> None:
        self._file_name = file_name
        self._bars = bars

    def begin(self, what: str, total: int | None) -> None:
        self._task = self._bars.add_task(what, total=total)

    def advance(self, steps: int) -> None:
        self._bars.advance(self._task, steps)

    def reject(self, rejection: Rejection) -> None:
        self._bars.console.print(f"{self._file_name}, {rejection}", style="red", markup=False, highlight=False)


@contextmanager
def shown(file_name: str, console: Console) -> Iterator[Shown]:
    """A report on `console` (standard error, where standard output is to hold the sums)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as bars:
        yield Shown(file_name, bars)
