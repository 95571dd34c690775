"""Counting the SQL statements of what happens inside, those in transactions too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tortoise.backends.base.client import TransactionalDBClient

from casework.database import connection


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that went to the open database, in order; those that begin and end transactions apart."""
    client, sent = _client(), []

    def counted(name: str) -> Any:
        run = getattr(client, name)

        async def send(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
            sent.append(query)
            return await run(self, query, *args, **kwargs)

        return send

    with pytest.MonkeyPatch.context() as patch:
        for name in ("execute_query", "execute_query_dict", "execute_insert", "execute_many"):
            patch.setattr(client, name, counted(name))
        yield sent


def _client() -> type[Any]:
    """The class of the connection, of which a transaction's is one too."""
    client = connection()
    return next(each for each in type(client).__mro__ if not issubclass(each, TransactionalDBClient))
