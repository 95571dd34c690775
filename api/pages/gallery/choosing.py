"""What somebody wants to see: `/mail?q=closed&language=es&view=phone&view=dark&sample=long&brand=bright`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from notifier.odd_samples import PLAIN
from notifier.preview import preview_names, samples_of
from notifier.words import N_, languages

VIEWS = {
    "desktop": "light",
    "phone": "light",
    "dark": "dark",
    "text": "text",
    "source": "source",
    "headers": "headers",
    "checks": "checks",
}
"""How a mail can be looked at, and which part of it that shows."""

VIEW_NAMES = {
    "desktop": N_("desktop"),
    "phone": N_("phone"),
    "dark": N_("dark"),
    "text": N_("text"),
    "source": N_("source"),
    "headers": N_("headers"),
    "checks": N_("checks"),
}

USUAL_VIEWS = ("desktop", "phone", "dark")
EVERY = "every"
"""The sample that stands for all cases of a mail, one below the other."""

REAL = ("notification:", "reader:")


@dataclass(frozen=True)
class Choice:
    """`q` is part of a name, or names somebody's own mail: `notification:12`, `reader:ines`."""

    q: str
    languages: tuple[str, ...]
    views: tuple[str, ...]
    sample: str
    brand: str

    @classmethod
    def of(cls, query: QueryParams, brands: list[str]) -> Choice:
        """What isn't known is as if it weren't there."""
        spoken = tuple(each for each in languages() if each in query.getlist("language"))
        views = tuple(each for each in VIEWS if each in query.getlist("view"))
        brand = query.get("brand", "")
        return cls(
            q=query.get("q", "").strip().lower(),
            languages=spoken or languages(),
            views=views or USUAL_VIEWS,
            sample=query.get("sample", PLAIN),
            brand=brand if brand in brands else next(iter(brands)),
        )

    @property
    def is_real(self) -> bool:
        return self.q.startswith(REAL)

    def shown(self) -> list[tuple[str, str]]:
        """The mails that are shown, each with its case."""
        if self.is_real:
            return [(self.q, PLAIN)]
        names = [name for name in preview_names() if self.q in name]
        if self.sample == EVERY:
            return [(name, case) for name in names for case in samples_of(name)]
        return [(name, self.sample_of(name)) for name in names]

    def sample_of(self, name: str) -> str:
        """The chosen case, or the ordinary one where a mail has no such case."""
        return self.sample if not self.is_real and self.sample in samples_of(name) else PLAIN

    def address(self, name: str, case: str, language: str, view: str) -> str:
        """Where one frame's content is."""
        query = urlencode({"sample": case, "brand": self.brand})
        return f"/mail/{quote(name, safe='')}/{language}/{VIEWS[view]}?{query}"


def all_samples() -> list[str]:
    """Every case that any mail has."""
    return list(dict.fromkeys(case for name in preview_names() for case in samples_of(name)))
