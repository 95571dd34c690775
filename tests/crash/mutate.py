"""Sends one mutation to an API of its own: `python mutate.py DATABASE TOKEN INPUT [STEP WHEN]`; prints the answer.

With a step such as `api.mutation:once` and `before` or `after`, the process is killed when it first comes there.
"""

from __future__ import annotations

import asyncio
import json
import sys

import httpx

from api.app import build_app
from casework.config import Settings
from casework.database import close_database, open_database
from curbcast.logs import quieten
from curbcast.wiring import register_all_models
from tests.crash.worker import die_at

DOCUMENT = """mutation ($input: SubmitRequestInput!) {
  submitRequest(input: $input) { request { id number } userErrors { code } }
}"""


async def mutate(database: str, token: str, given: str) -> str:
    register_all_models()
    await open_database(database)
    settings = Settings(secret_key="x" * 32, database_url=database)
    quieten()  # to stderr; stdout is for the answer
    app = build_app(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test") as client:
        answer = await client.post(
            "/graphql",
            json={"query": DOCUMENT, "variables": {"input": json.loads(given)}},
            headers={"authorization": f"Bearer {token}"},
        )
    await close_database()
    return answer.text


if __name__ == "__main__":
    if len(sys.argv) > 4:
        die_at(sys.argv[4], sys.argv[5])
    print(asyncio.run(mutate(*sys.argv[1:4])))
