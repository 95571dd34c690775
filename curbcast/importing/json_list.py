"""The items of a JSON list, each with its line, without holding the list.

[ {…}, {…}, … ]                      read in pieces, an item at a time
{"issues": [ {…} ], "metadata": …}   an API's answer: a page, so it is read whole
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import BinaryIO

_PIECE = 1 << 16
_ITEM_MAX = 1 << 22
_LISTS = ("issues", "requests", "service_requests", "results", "records", "data")
_decoder = json.JSONDecoder(strict=False)  # control characters are dealt with later


class NotAList(Exception):
    """The text is no list of items, or ends within one. The message begins with the line."""


def items(stream: BinaryIO) -> Iterator[tuple[int, object]]:
    """(line, item) of each item of the list in `stream`."""
    text = _Text(stream)
    opening = text.peek()
    if opening == "{":
        yield from _answer(text.rest())
        return
    if opening != "[":
        raise NotAList("line 1: not a list of objects.")
    text.skip()
    if text.peek() == "]":
        return
    while True:
        text.peek()
        yield text.line, text.item()
        separator = text.peek()
        if separator == "]":
            return
        if separator != ",":
            raise NotAList(f"line {text.line}: a comma or the end of the list is missing.")
        text.skip()


class _Text:
    """What is read already and not used yet; `line` is where it begins."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")()
        self._buffer = ""
        self._at = 0
        self._is_all = False
        self.line = 1

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in " \t\r\n":
                self.line += self._buffer[self._at] == "\n"
                self._at += 1
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._read(_PIECE):
                return ""

    def skip(self) -> None:
        self._at += 1

    def item(self) -> object:
        """The value that begins here."""
        while True:
            try:
                value, end = _decoder.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                waiting = len(self._buffer) - self._at
                # Twice as much each time: a long item is then tried a few times and not once for each piece.
                if waiting > _ITEM_MAX or not self._read(max(_PIECE, waiting)):
                    line = self.line + self._buffer.count("\n", self._at, error.pos)
                    raise NotAList(f"line {line}: not JSON: {error.msg}.") from error
            except (RecursionError, ValueError) as error:
                raise NotAList(f"line {self.line}: nested too deeply, or an endless number.") from error
            else:
                self.line += self._buffer.count("\n", self._at, end)
                self._at = end
                return value

    def rest(self) -> str:
        while self._read(_PIECE):
            pass
        return self._buffer[self._at :]

    def _read(self, size: int) -> bool:
        if self._is_all:
            return False
        piece = self._stream.read(size)
        self._is_all = not piece
        try:
            text = self._decode.decode(piece, self._is_all)
        except UnicodeDecodeError as error:
            line = self.line + self._buffer.count("\n", self._at) + piece.count(b"\n", 0, error.start)
            raise NotAList(f"line {line}: not UTF-8; save the file as UTF-8.") from error
        self._buffer = self._buffer[self._at :] + text
        self._at = 0
        return not self._is_all


def _answer(text: str) -> Iterator[tuple[int, object]]:
    try:
        answer = _decoder.decode(text)
    except json.JSONDecodeError as error:
        hint = " One object a line? Then name the file .jsonl." if error.msg == "Extra data" else ""
        raise NotAList(f"line {error.lineno}: not JSON: {error.msg}.{hint}") from error
    except (RecursionError, ValueError) as error:
        raise NotAList("line 1: nested too deeply, or an endless number.") from error
    for name in _LISTS:
        if isinstance(answer.get(name), list):
            # Where in the text an item began is not known any more: all are on the list's line, told by their place.
            yield from enumerate(answer[name], start=1)
            return
    raise NotAList(f"line 1: an object without a list of requests in it ({', '.join(_LISTS)}).")
