"""Which language to speak to whoever asks: a person's own, and of a guest the best that their client accepts."""

from __future__ import annotations

from functools import lru_cache

from notifier.words import SOURCE_LANGUAGE, languages

_LONGEST = 500


@lru_cache(maxsize=256)
def accepted_language(header: str | None) -> str:
    """The best of our languages that an `Accept-Language` header names, the first among equals; else English."""
    best, best_quality = SOURCE_LANGUAGE, 0.0
    for part in (header or "")[:_LONGEST].split(","):
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        base = name.split("-")[0]
        weight = quality(parameters)
        if base in languages() and weight > best_quality:
            best, best_quality = base, weight
    return best


def quality(parameters: list[str]) -> float:
    """The weight that an `Accept` header gives one of its parts: 1 where it gives none, 0 where it makes no sense."""
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(float(parameter[2:]), 1.0)
            except ValueError:
                return 0.0
    return 1.0
