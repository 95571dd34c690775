"""A file -> its rows, one after the other, whatever its format. Nothing is held but the row at hand.

    requests.csv      a header, then rows; commas, semicolons, tabs or bars between the columns
    requests.jsonl    one object a line (also .ndjson)
    requests.json     a list of objects, or an object that holds one, as APIs answer

Each may be gzipped (`.csv.gz`). Text is UTF-8. A row that can't be read is a Rejection and the next one is read; what
makes the whole file unreadable is a CannotImport.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from curbcast.importing.json_list import NotAList, items
from curbcast.importing.problems import CannotImport, Rejection


@dataclass(frozen=True)
class Record:
    """One row as it is written: values by the file's own column names. CSV's values are all text."""

    line: int
    values: dict[str, object]


Rows = Iterator[Record | Rejection]
CheckHeader = Callable[[Sequence[str]], None]


def read(file: Path, *, check_header: CheckHeader) -> Rows:
    """Every row of the file. `check_header` is given the columns of a CSV file, and may raise."""
    name = file.name.lower().removesuffix(".gz")
    reader = next((reader for suffix, reader in _READERS.items() if name.endswith(suffix)), None)
    if reader is None:
        raise CannotImport(f"{file.name}: the name must end in {', '.join(_READERS)}, or one of these and .gz")
    with _opened(file) as stream:
        yield from reader(stream, file.name, check_header)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """The file's bytes, unzipped and without a byte-order mark. Every way in which that fails is a CannotImport."""
    try:
        with gzip.open(file) if file.name.lower().endswith(".gz") else file.open("rb") as opened:
            stream = cast(BinaryIO, opened)
            start = stream.read(4)
            if not start:
                raise CannotImport(f"{file.name} is empty.")
            if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise CannotImport(f"{file.name} is UTF-16; save it as UTF-8.")
            if start[:2] == b"\x1f\x8b":
                raise CannotImport(f"{file.name} is gzipped; name it {file.name}.gz.")
            stream.seek(3 if start.startswith(b"\xef\xbb\xbf") else 0)
            yield stream
    except gzip.BadGzipFile as error:
        raise CannotImport(f"{file.name} is not gzipped, though its name says so.") from error
    except (EOFError, zlib.error) as error:
        raise CannotImport(f"{file.name} is cut off or damaged: {error}") from error
    except OSError as error:
        raise CannotImport(f"{file.name} can't be read: {error.strerror or error}") from error


def _csv(stream: BinaryIO, name: str, check_header: CheckHeader) -> Rows:
    lines = (line.decode("utf-8", "surrogateescape") for line in stream)  # a byte that isn't UTF-8 spoils its row only
    first = next(lines)
    delimiter = max(",;\t|", key=first.count)
    header = [column.strip() for column in next(csv.reader([first], delimiter=delimiter))]
    for place, column in enumerate(header):
        if (byte := _foreign_byte(column)) or "\0" in column:
            raise CannotImport(f"{name}, line 1, column {place + 1}: not UTF-8 ({byte or 'NUL'}); save it as UTF-8.")
        if column and header.index(column) != place:
            raise CannotImport(f"{name}, line 1: the column {column} is there twice.", field=column)
    check_header(header)
    yield from _csv_rows(lines, delimiter, header)


def _csv_rows(lines: Iterable[str], delimiter: str, header: Sequence[str]) -> Rows:
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = rows.line_num + 2  # after the header, and the first line of this row
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield _unreadable(line, f"not CSV: {error}. Is a quote left open?")
            continue
        if len(row) != len(header):
            if row:
                yield _unreadable(line, f"has {len(row)} of {len(header)} columns.")
            continue
        spoilt = next((column for column, value in zip(header, row, strict=True) if _foreign_byte(value)), None)
        if spoilt is not None:
            byte = _foreign_byte(row[header.index(spoilt)])
            yield _unreadable(line, f"{spoilt} is not UTF-8 ({byte}).", field=spoilt)
            continue
        yield Record(line, dict(zip(header, row, strict=True)))


def _foreign_byte(value: str) -> str:
    """The first byte that was not UTF-8, for a message; empty where all was."""
    if value.isascii():
        return ""
    return next((f"byte 0x{ord(char) - 0xDC00:02X}" for char in value if "\udc80" <= char <= "\udcff"), "")


def _jsonl(stream: BinaryIO, name: str, check_header: CheckHeader) -> Rows:
    for line, raw in enumerate(stream, start=1):
        if not raw.strip():
            continue
        try:
            values = json.loads(raw.rstrip().decode("utf-8"), strict=False)
        except UnicodeDecodeError as error:
            yield _unreadable(line, f"not UTF-8 at column {error.start + 1} (byte 0x{raw[error.start]:02X}).")
        except json.JSONDecodeError as error:
            yield _unreadable(line, f"not JSON at column {error.colno}: {error.msg}.")
        except (RecursionError, ValueError):  # Python reads neither deep nesting nor numbers of thousands of digits
            yield _unreadable(line, "not JSON that anybody meant: nested too deeply, or an endless number.")
        else:
            yield _record(line, values)


def _json(stream: BinaryIO, name: str, check_header: CheckHeader) -> Rows:
    try:
        for line, values in items(stream):
            yield _record(line, values)
    except NotAList as error:
        raise CannotImport(f"{name}, {error}") from error


def _record(line: int, values: object) -> Record | Rejection:
    if not isinstance(values, dict):
        return _unreadable(line, "not an object with columns.")
    return Record(line, values)


def _unreadable(line: int, reason: str, *, field: str | None = None) -> Rejection:
    return Rejection(line, "UNREADABLE", field, reason)


_READERS: dict[str, Callable[[BinaryIO, str, CheckHeader], Rows]] = {
    ".csv": _csv,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".json": _json,
}
