"""What a caller did wrong, as Open311 answers it: a status, and a sentence that names the parameter."""

from __future__ import annotations

import re
from dataclasses import replace

from casework.errors import CaseworkError, Conflict, NotFound, RateLimited


class Problem(Exception):
    def __init__(self, status: int, description: str, **headers: str) -> None:
        super().__init__(description)
        self.status, self.description, self.headers = status, description, headers

    @property
    def errors(self) -> list[dict[str, object]]:
        return [{"code": self.status, "description": self.description}]


_PARAMETERS = {
    "reporter_address": "email",
    "latitude": "lat",
    "longitude": "long",
    "place": "address_string",
    "photo_urls": "media_url",
    "summary": "description",
    "category_id": "service_code",
    "answers": "attribute",
}
"""What our fields are called here."""

_STATUS = {NotFound.code: 404, Conflict.code: 409}
"""By the code, which a repeated answer has too."""


def problem_of(error: CaseworkError) -> Problem:
    """The same refusal as everywhere, in Open311's words, which are English."""
    phrase = error.phrase
    name = None
    if error.field is not None:
        first, *rest = error.field.split(".")
        name = _PARAMETERS.get(first, first)
        phrase = replace(phrase, values={**phrase.values, "field": ".".join((name, *rest))})
    described = str(phrase)
    for ours, theirs in _PARAMETERS.items():
        described = re.sub(rf"\b{ours}\b", theirs, described)
    if name is not None and name not in described:
        described = f"{name}: {described}"
    if isinstance(error, RateLimited):
        return Problem(429, described, Retry_After=str(error.retry_after))
    return Problem(_STATUS.get(error.code, 400), described)
