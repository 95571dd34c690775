"""A rendering with markers, filled as text or as the quoted-printable that goes into a mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import zip_longest

from notifier import markers, quoted

# A control character that no cleaned text holds, ending a line so that what follows is encoded as if it came first.
_HOLE, _ENCODED_HOLE = "\x01\n", b"=01\r\n"


class Stretches:
    """A rendering in chunks.

    `known` maps some of them to their encoded form, where somebody has it already. `items`, as text and encoded, takes
    the place of markers.ITEMS.
    """

    def __init__(
        self, chunks: Sequence[str], known: Mapping[str, bytes], items: tuple[str, bytes] | None = None
    ) -> None:
        self._chunks = chunks
        self._known = known
        self._items = items

    def filled(self, values: Sequence[str]) -> str:
        """The whole, with each marker's value in its place."""
        between, slots = markers.split("".join(self._chunks))
        parts = [between[0]]
        for slot, following in zip(slots, between[1:], strict=True):
            parts += (values[slot], following)
        whole = "".join(parts)
        return whole if self._items is None else whole.replace(markers.ITEMS, self._items[0], 1)

    def encoded(self) -> bytes:
        """The whole in quoted-printable; of a rendering without markers."""
        return self.filled_bytes(())

    def filled_bytes(self, values: Sequence[bytes]) -> bytes:
        """As `filled`, of encoded values. Each begins and ends a line of its own, which soft breaks undo."""
        between, slots = self._split
        parts = [between[0]]
        for slot, following in zip(slots, between[1:], strict=True):
            parts += (values[slot], following)
        return quoted.SOFT_BREAK.join(parts)

    @cached_property
    def _split(self) -> tuple[list[bytes], list[int]]:
        """The encoded stretches between the markers, and the value that follows each but the last."""
        known, given = self._known, []
        if self._items is not None:
            known = {**known, markers.ITEMS: self._items[1]}
        unknown = []  # encoded all at once, with holes for what is known: each call costs as much as 100 characters
        for chunk in self._chunks:
            if (found := known.get(chunk)) is None:
                unknown.append(chunk)
            else:
                unknown.append(_HOLE)
                given.append(found)
        runs: list[list[bytes]] = [[]]
        slots: list[int] = []
        for encoded, following in zip_longest(quoted.encoded("".join(unknown)).split(_ENCODED_HOLE), given):
            if markers.ENCODED in encoded:
                (first, *others), numbers = markers.split_encoded(encoded)
                runs[-1].append(first)
                runs += ([other] for other in others)
                slots += numbers
            elif encoded:
                runs[-1].append(encoded)
            if following is not None:
                runs[-1].append(following)
        return [quoted.SOFT_BREAK.join(run) for run in runs], slots
