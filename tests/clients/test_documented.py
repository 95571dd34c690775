"""The documentation is executed: its operations against the town, its programs against a running server."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationType, get_operation_ast, parse

from api.operations import OPERATIONS
from casework import passwords
from casework.database import close_database, open_database
from casework.people import Person
from casework.photos import Photo
from tests.accounts import PASSWORD
from tests.listening import listening
from tests.nodejs import FOLDER, Node
from tests.reading_docs import ROOT, Printed, printed_operations, programs
from tests.serving import serving
from tests.telling import Telling, open_telling
from tests.town import Town

PRINTED = [*printed_operations(), *(Printed("GraphiQL", each.query, each.variables) for each in OPERATIONS)]
TYPESCRIPT = """{
  "compilerOptions": {
    "strict": true, "skipLibCheck": true, "rootDir": "src", "outDir": "built", "types": [],
    "target": "es2022", "module": "nodenext", "lib": ["es2023", "dom", "dom.iterable"]
  },
  "include": ["src"]
}"""


@pytest.fixture
async def telling(sqlite_database: str, tmp_path: Path) -> AsyncIterator[Telling]:
    await open_database(sqlite_database)
    async with open_telling(data_dir=tmp_path) as telling:
        yield telling
    await close_database()


async def filled(town: Town, text: str, request: str) -> dict[str, Any]:
    """A block of variables with ids of the town in it."""
    values = {
        "<request>": request,
        "<organization>": town.id_of(town.springfield),
        "<category>": town.id_of(town.potholes),
        "<member>": town.id_of(town.tom),
        "<password>": PASSWORD,
    }
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return dict(json.loads(text))


def kind_of(printed: Printed) -> OperationType:
    operation = get_operation_ast(parse(printed.operation))
    assert operation is not None, f"{printed.page}: one operation in a block"
    return operation.operation


async def test_every_operation_that_is_printed_or_offered_runs(telling: Telling) -> None:
    town = telling.town
    await Person.filter(id=town.maya.id).update(password_hash=await passwords.hashed(PASSWORD))
    assert {kind_of(each) for each in PRINTED} == set(OperationType)
    for each in PRINTED:
        request = await telling.settled()
        variables = await filled(town, each.variables, request)
        if kind_of(each) is OperationType.SUBSCRIPTION:
            async with listening(town.app, town.token(town.tom)) as socket:
                heard = await socket.subscribe(each.operation, **variables)
                await town.done(town.tom, "closeRequest", requestId=request, comment="Filled.")
                await telling.heard()
                assert len(heard.taken()) == 1, each.operation
            continue
        who = town.rosa if each.page == "work.md" else town.tom
        answer = await town.graphql(town.token(who), each.operation, variables)
        assert "errors" not in answer, (each.page, each.operation, answer)
        for payload in answer["data"].values():
            assert "userErrors" not in payload or payload["userErrors"] == [], (each.operation, payload)


@asynccontextmanager
async def being_heard(telling: Telling) -> AsyncIterator[str]:
    """The town served, and whatever happens told at once; its GraphQL address."""

    async def tell() -> None:
        while True:
            await telling.heard()
            await asyncio.sleep(0.1)

    async with serving(telling.town.app) as url:
        running = asyncio.create_task(tell())
        try:
            yield f"{url}/graphql"
        finally:
            running.cancel()


async def ran(folder: Path, *command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said


@pytest.mark.slow
async def test_the_typed_clients_compile_and_run_as_printed(node: Node, telling: Telling, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(FOLDER / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copyfile(ROOT / "api" / "schema.graphql", tmp_path / "schema.graphql")
    (tmp_path / "src").mkdir()
    documents = [each.operation for each in printed_operations() if each.page == "clients.md"]
    (tmp_path / "src/operations.graphql").write_text("\n".join(documents))
    for name, text in programs("ts").items():
        (tmp_path / name).write_text(text)
    await ran(tmp_path, node.binary("graphql-codegen"))
    (tmp_path / "tsconfig.json").write_text(TYPESCRIPT)
    await ran(tmp_path, node.binary("tsc"))

    town = telling.town
    request = await telling.settled()
    report = await filled(
        town, next(each.variables for each in PRINTED if "mutation Report" in each.operation), request
    )
    async with being_heard(telling) as url:
        token, given = town.token(town.ines) or "", json.dumps(report["input"])
        found = await node.run("documented.mjs", str(tmp_path / "built"), url, token, request, given)
    commented = "Ines Ferreira commented"
    (photo,) = await Photo.filter(request_id__isnull=False)
    assert found == {
        "latest": [["A pothole on Elm Street"]] * 2,
        "reported": True,
        "photos": [photo.key, "This is no JPEG, PNG or WebP picture. Save it as one of them and send it again."],
        "follows": True,
        "heard": {"apollo": [commented], "urql": [commented]},
        "queue": {
            "waited": 1,
            "left": 0,
            "leftAgain": 0,
            "told": [None, None, "body must not be empty."],
        },
    }


@pytest.mark.slow
async def test_the_python_client_runs_as_printed(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    town = telling.town
    await telling.settled()
    namespace: dict[str, Any] = {"__name__": "town"}
    async with being_heard(telling) as url:
        monkeypatch.setenv("CURBCAST_URL", url)
        monkeypatch.setenv("CURBCAST_TOKEN", town.token(town.ines) or "")
        exec(compile(programs("python")["town.py"], "docs/clients.md", "exec"), namespace)
        assert await namespace["main"]() == ["Ines Ferreira commented"]
