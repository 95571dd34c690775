"""What can be wrong with a file: all of it, or one of its rows."""

from __future__ import annotations

from dataclasses import dataclass

from casework.errors import CaseworkError, Invalid


class CannotImport(Invalid):
    """The file as a whole can't be imported, and nothing of it was. The message names the file, line or column."""

    code = "CANNOT_IMPORT"


@dataclass(frozen=True)
class Rejection:
    """A row that was left out. `line` is where it begins, from 1; `field` is ours, or the column's name, or None."""

    line: int
    code: str
    field: str | None
    reason: str

    @classmethod
    def of(cls, line: int, error: CaseworkError) -> Rejection:
        return cls(line, error.code, error.field, error.message)

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
