"""The page that browsers get at /graphql: write an operation, run it, read the answer.

It is one file without anything from elsewhere, so it works on a machine without the internet, and its script is allowed
by its own hash: even text that slipped into the page could not run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

from api.operations import OPERATIONS

_TEMPLATE = Path(__file__).with_name("graphiql.html").read_text(encoding="utf-8")


def _hash(source: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() + "'"


def _between(page: str, tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    if found is None:
        raise ValueError(f"graphiql.html has no {tag}")
    return found[1]


# `<` is written as an escape, so that no operation could end the script it stands in.
PAGE = _TEMPLATE.replace("/*OPERATIONS*/[]", json.dumps([vars(each) for each in OPERATIONS]).replace("<", "\\u003c"))

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    f"frame-ancestors 'none'; script-src {_hash(_between(PAGE, 'script'))}; style-src {_hash(_between(PAGE, 'style'))}",
    "Vary": "Accept",
    "Cache-Control": "no-cache",
}
