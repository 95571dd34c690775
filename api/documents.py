"""Which document a client means: sent in full, or by its SHA-256.

automatic    a client sends the hash alone; one that is not known here is asked for once more, with the text, and then
             remembered in this process (PERSISTED_QUERY_NOT_FOUND, as Apollo and urql know it)
trusted      only documents of a manifest run, by hash or in full; everything else is refused (UNTRUSTED_DOCUMENT)

A manifest is what build tools write: {"<sha256>": "query …"}, or Apollo's {"operations": [{"id", "body"}]}.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.errors import Refused

_REMEMBERED = 1_000
_LONGEST = 8_000
_HASH = re.compile(r"[0-9a-f]{64}")


class Documents:
    """The documents that are known by their hash. With `trusted`, there are no others."""

    def __init__(self, trusted: Mapping[str, str] | None = None) -> None:
        self._trusted = trusted
        self._texts = frozenset(trusted.values()) if trusted is not None else frozenset()
        self._known: OrderedDict[str, str] = OrderedDict()

    def text_of(self, query: str | None, extensions: Mapping[str, Any], document_id: str | None = None) -> str:
        """The document's text. Raises Refused; None is never a document."""
        wanted = document_id or _asked(extensions)
        if self._trusted is not None:
            found = query if query in self._texts else self._trusted.get(wanted or "")
            if found is None or (query is not None and query != found):
                raise Refused("UNTRUSTED_DOCUMENT", "This server runs the documents that its apps were built with.")
            return found
        if query is not None:
            if wanted is not None and wanted != sha256(query):
                raise Refused("BAD_REQUEST", "The provided sha256Hash does not match the query.")
            return query
        if wanted is None:
            raise Refused("BAD_REQUEST", "`query` is missing, or is not a string.")
        if (known := self._known.get(wanted)) is None:
            raise Refused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        self._known.move_to_end(wanted)
        return known

    def remember(self, query: str, extensions: Mapping[str, Any]) -> None:
        """Keep a valid document whose hash came with it."""
        if (wanted := _asked(extensions)) is not None and len(query) <= _LONGEST:
            self._known[wanted] = query
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _asked(extensions: Mapping[str, Any]) -> str | None:
    """The hash of `extensions.persistedQuery`, where there is one. Raises Refused for one that can't be."""
    asked = extensions.get("persistedQuery")
    if asked is None:
        return None
    if not isinstance(asked, dict) or asked.get("version") != 1 or not isinstance(asked.get("sha256Hash"), str):
        raise Refused("BAD_REQUEST", "`extensions.persistedQuery` must have `version: 1` and a `sha256Hash`.")
    found = asked["sha256Hash"].lower()
    if not _HASH.fullmatch(found):
        raise Refused("BAD_REQUEST", "`sha256Hash` must be 64 hexadecimal digits.")
    return str(found)


def read_manifest(path: Path) -> dict[str, str]:
    """The trusted documents of a file. Raises ValueError, which says what is wrong with it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} can't be read: {error}") from error
    if isinstance(found, dict) and isinstance(found.get("operations"), list):
        found = {each.get("id"): each.get("body") for each in found["operations"] if isinstance(each, dict)}
    if not isinstance(found, dict) or not found or not all(isinstance(each, str) for each in [*found, *found.values()]):
        raise ValueError(f"{path} has no documents: it must map hashes to queries, or be a manifest with operations")
    return found
