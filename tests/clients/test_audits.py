"""The audit suite of GraphQL over HTTP (npm `graphql-http`), all of it, against a running server."""

from __future__ import annotations

import pytest

from api.app import build_app
from tests.nodejs import Node
from tests.serving import serving
from tests.town import settings

pytestmark = pytest.mark.slow

AUDITS = 61


async def test_every_audit_of_graphql_over_http_is_passed(node: Node, sqlite_database: str) -> None:
    async with serving(build_app(settings())) as url:
        results = await node.run("audits.mjs", f"{url}/graphql")
    assert [each for each in results if each["status"] != "ok"] == []
    assert len(results) == AUDITS
