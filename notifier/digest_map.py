"""A digest's map: the picture, the words that say the same, and the key to its marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from notifier.facts import RequestFacts
from notifier.mapping import MARKS, Dot, draw_map
from notifier.pictures import Picture
from notifier.words import Words


@dataclass(frozen=True)
class DigestMap:
    """`alt` is for who doesn't see the picture; `key` names the marks that are in it."""

    picture: Picture
    alt: str
    key: str

    @property
    def cid(self) -> str:
        return self.picture.cid


def digest_map(
    outlines: Sequence[bytes], areas: Sequence[str], requests: Sequence[RequestFacts], words: Words
) -> DigestMap | None:
    """The map of some areas (outlines as WKB) and of the requests that lie somewhere; None where no area is known."""
    placed = [each for each in requests if each.lat is not None and each.lng is not None]
    if not outlines or not placed:
        return None
    data = draw_map(outlines, [Dot(each.lat or 0.0, each.lng or 0.0, each.status) for each in placed])
    counts = Counter(each.status for each in placed)
    present = [status for status in MARKS if counts[status]]
    told = words.names([_counted(status, counts[status], words) for status in present])
    return DigestMap(
        Picture(f"map-{blake2b(data, digest_size=8).hexdigest()}@curbcast", data),
        words.gettext("Map of %(areas)s with %(requests)s.", areas=words.names(areas), requests=told),
        "   ".join(f"{MARKS[status]} {words.status(status)}" for status in present),
    )


def _counted(status: str, count: int, words: Words) -> str:
    return {
        "open": words.ngettext("%(num)s open request", "%(num)s open requests", count),
        "acknowledged": words.ngettext("%(num)s acknowledged request", "%(num)s acknowledged requests", count),
        "closed": words.ngettext("%(num)s closed request", "%(num)s closed requests", count),
        "archived": words.ngettext("%(num)s archived request", "%(num)s archived requests", count),
    }[status]
