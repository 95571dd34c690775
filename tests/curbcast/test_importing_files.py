"""Reading files: whatever their format, a row is read or left out with its line, and what spoils a file is named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from curbcast.importing.problems import CannotImport, Rejection
from curbcast.importing.reading import Record, read


def _read(folder: Path, name: str, content: bytes) -> list[Record | Rejection]:
    path = folder / name
    path.write_bytes(content)
    return list(read(path, check_header=_any_header))


def _any_header(header: Sequence[str]) -> None:
    """Every header will do."""


ROWS = [{"id": "1", "title": "Lamp"}, {"id": "2", "title": "Bin"}]
ALIKE = {
    "rows.csv": b"id,title\n1,Lamp\n2,Bin\n",
    "rows.CSV": b"\xef\xbb\xbfid;title\r\n1;Lamp\r\n2;Bin\r\n",
    "tabs.csv": b'id\ttitle\n1\tLamp\n2\t"Bin"',
    "rows.jsonl": b'{"id": "1", "title": "Lamp"}\n{"id": "2", "title": "Bin"}\n',
    "rows.ndjson": b'\xef\xbb\xbf{"id": "1", "title": "Lamp"}\n{"id": "2", "title": "Bin"}',
    "rows.json": json.dumps(ROWS).encode(),
    "issues.json": json.dumps({"metadata": {"pages": 1}, "issues": ROWS}).encode(),
}


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("name", ALIKE)
def test_the_same_rows_come_out_of_every_format(tmp_path: Path, name: str, zipped: bool) -> None:
    content = gzip.compress(ALIKE[name]) if zipped else ALIKE[name]
    found = _read(tmp_path, f"{name}.gz" if zipped else name, content)
    assert [row.values for row in found if isinstance(row, Record)] == ROWS
    assert len(found) == 2


def test_a_row_has_the_line_on_which_it_begins(tmp_path: Path) -> None:
    text = b'id,title\n1,"two\nlines"\n\n2,Bin\n'
    assert [(row.line, row.values) for row in _read(tmp_path, "a.csv", text) if isinstance(row, Record)] == [
        (2, {"id": "1", "title": "two\nlines"}),
        (5, {"id": "2", "title": "Bin"}),
    ]
    pretty = json.dumps(ROWS, indent=1).encode()
    assert [row.line for row in _read(tmp_path, "a.json", pretty)] == [2, 6]
    assert [row.line for row in _read(tmp_path, "a.jsonl", b'{"id": 1}\n\n{"id": 2}\n')] == [1, 3]


def test_a_list_is_read_right_wherever_its_pieces_end(tmp_path: Path) -> None:
    rows = [{"id": number, "title": "é" * (number * 7 % 4000)} for number in range(200)]
    found = _read(tmp_path, "long.json", json.dumps(rows, indent=1, ensure_ascii=False).encode())
    assert [row.values for row in found if isinstance(row, Record)] == rows
    assert [row.line for row in found] == [2 + 4 * number for number in range(200)]


@pytest.mark.parametrize(
    ("name", "content", "line", "field", "reason"),
    [
        ("a.csv", b"id,title\n1,Lamp\n2\n3,Bin\n", 3, None, "has 1 of 2 columns."),
        ("a.csv", b"id,title\n1,Lamp\n2,B,in\n3,Bin\n", 3, None, "has 3 of 2 columns."),
        ("a.csv", b"id,title\n1,Lamp\n2,Caf\xe9\n3,Bin\n", 3, "title", "title is not UTF-8 (byte 0xE9)."),
        ("a.csv", b'id,title\n1,Lamp\n2,"B" in\n3,Bin\n', 3, None, "not CSV"),
        ("a.jsonl", b'{"id": 1}\n{"id": 2, "ti\n{"id": 3}\n', 2, None, "not JSON at column 11"),
        ("a.jsonl", b'{"id": 1}\n{"id": "\xe9"}\n{"id": 3}\n', 2, None, "not UTF-8 at column 9 (byte 0xE9)."),
        ("a.jsonl", b'{"id": 1}\n["id", 2]\n{"id": 3}\n', 2, None, "not an object with columns."),
        ("a.jsonl", b'{"id": 1}\n{"id": ' + b"9" * 5000 + b'}\n{"id": 3}\n', 2, None, "an endless number"),
        ("a.jsonl", b'{"id": 1}\n' + b"[" * 100_000 + b'\n{"id": 3}\n', 2, None, "nested too deeply"),
        ("a.json", b'[{"id": 1},\n 2,\n {"id": 3}]', 2, None, "not an object with columns."),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_and_the_next_one_is_read(
    tmp_path: Path, name: str, content: bytes, line: int, field: str | None, reason: str
) -> None:
    first, bad, last = _read(tmp_path, name, content)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert isinstance(bad, Rejection)
    assert (bad.line, bad.code, bad.field) == (line, "UNREADABLE", field)
    assert reason in bad.reason


def test_a_quote_left_open_at_the_end_is_one_row_less(tmp_path: Path) -> None:
    _, bad = _read(tmp_path, "a.csv", b'id,title\n1,Lamp\n2,"Bin\n')
    assert isinstance(bad, Rejection)
    assert (bad.line, bad.field) == (3, None)
    assert "Is a quote left open?" in bad.reason


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [  # the same bytes at any time, since they are part of the names of the tests
        ("a.csv", b"", "a.csv is empty."),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "a.csv.gz is empty."),
        ("a.csv.gz", b"id,title\n", "a.csv.gz is not gzipped, though its name says so."),
        ("a.csv", gzip.compress(b"id,title\n", mtime=0), "a.csv is gzipped; name it a.csv.gz."),
        ("a.csv.gz", gzip.compress(b"id,title\n" * 1000, mtime=0)[:-20], "a.csv.gz is cut off or damaged"),
        ("a.csv", "id,title\n".encode("utf-16"), "a.csv is UTF-16; save it as UTF-8."),
        ("a.csv", b"id,t\xeftle\n1,2\n", "a.csv, line 1, column 2: not UTF-8 (byte 0xEF); save it as UTF-8."),
        ("a.csv", b"id,title,id\n1,2,3\n", "a.csv, line 1: the column id is there twice."),
        ("a.xlsx", b"PK", "a.xlsx: the name must end in .csv, .jsonl, .ndjson, .json, or one of these and .gz"),
        ("a.json", b'[{"id": 1},\n{"id": ', "a.json, line 2: not JSON"),
        ("a.json", b'[{"id": 1}\n{"id": 2}]', "a.json, line 2: a comma or the end of the list is missing."),
        ("a.json", b'[{"id": "\n\xe9"}]', "a.json, line 2: not UTF-8; save the file as UTF-8."),
        ("a.json", b'"id"', "a.json, line 1: not a list of objects."),
        ("a.json", b'{"id": 1}\n{"id": 2}', "a.json, line 2: not JSON: Extra data. One object a line?"),
        ("a.json", b'{"error": "no such city"}', "a.json, line 1: an object without a list of requests in it"),
        ("a.json", b"[" * 100_000, "a.json, line 1: nested too deeply"),
        ("a.json", b"[" + b"9" * 5000 + b"]", "a.json, line 1: nested too deeply, or an endless number."),
        ("a.json", b'{"issues": ' + b"9" * 5000 + b"}", "a.json, line 1: nested too deeply, or an endless number."),
    ],
)
def test_what_spoils_a_whole_file_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(CannotImport) as refusal:
        _read(tmp_path, name, content)
    assert refusal.value.message.startswith(message)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotImport) as refusal:
        list(read(tmp_path / "lost.csv", check_header=_any_header))
    assert refusal.value.message == "lost.csv can't be read: No such file or directory"


def test_an_empty_list_has_no_rows(tmp_path: Path) -> None:
    assert _read(tmp_path, "a.json", b" [ ] ") == []
    assert _read(tmp_path, "a.csv", b"id,title\n") == []
