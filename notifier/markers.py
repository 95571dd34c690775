"""A reader with markers in the place of values, so that one rendering serves everybody of the same shape.

Readers have the same shape when the same sentences and links stand in their mails: same reasons, same links, a name or
none. A marker is a number between two control characters, which no cleaned text contains, so nobody can forge one.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from notifier import quoted
from notifier.facts import Reader

_MARKER = re.compile("\x02([0-9]+)\x03")
ENCODED, _ENCODED_END = b"=02", b"=03"
"""How a marker begins in quoted-printable, and nothing else does; and how it ends."""

ITEMS = "\x04"
"""Stands for what a page repeats for each of its lines, which is rendered apart."""


@dataclass(frozen=True)
class MarkedReader:
    """What a template sees as `reader`."""

    name: str | None
    reasons: tuple[str, ...]
    reason_details: Mapping[str, tuple[str, ...]]
    links: Mapping[str, str]


def shape_of(reader: Reader) -> Hashable:
    """Equal for readers whose mails differ in nothing but `values_of`."""
    details = tuple((key, len(names)) for key, names in reader.reason_details.items())
    return reader.name is None, reader.reasons, details, tuple(reader.links)


def values_of(reader: Reader) -> list[str]:
    """The reader's values, in the order in which `marked` numbers them."""
    values = [] if reader.name is None else [reader.name]
    for names in reader.reason_details.values():
        values += names
    values += reader.links.values()
    return values


def marked(reader: Reader) -> MarkedReader:
    """The same shape, with a marker for each value."""
    markers = (f"\x02{number}\x03" for number in range(len(values_of(reader))))
    return MarkedReader(
        name=None if reader.name is None else next(markers),
        reasons=reader.reasons,
        reason_details={key: tuple(next(markers) for _ in names) for key, names in reader.reason_details.items()},
        links={key: next(markers) for key in reader.links},
    )


def split(rendered: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The text between the markers, and the value's number that follows each stretch but the last."""
    found = _MARKER.split(rendered)
    return tuple(found[::2]), tuple(map(int, found[1::2]))


def split_encoded(encoded: bytes) -> tuple[list[bytes], list[int]]:
    """As `split`, of a rendering in quoted-printable."""
    first, *others = encoded.split(ENCODED)
    between, slots = [first], []
    for other in others:
        number, _, following = other.partition(_ENCODED_END)
        slots.append(int(number.replace(quoted.SOFT_BREAK, b"")))
        between.append(quoted.first_dot(following))
    return between, slots
