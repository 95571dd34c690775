"""What an import told."""

from __future__ import annotations

from curbcast.importing.problems import Rejection
from curbcast.importing.progress import Quiet


class Heard(Quiet):
    """Keeps all that it is told."""

    def __init__(self) -> None:
        self.rejections: list[Rejection] = []
        self.begun: list[tuple[str, int | None]] = []
        self.steps: list[int] = []

    def begin(self, what: str, total: int | None) -> None:
        self.begun.append((what, total))

    def advance(self, steps: int) -> None:
        self.steps.append(steps)

    def reject(self, rejection: Rejection) -> None:
        self.rejections.append(rejection)
