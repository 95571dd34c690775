"""Counting the SQL statements of what happens inside, transactions apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from casework.database import connection


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that went through the open connection, in order."""
    client, sent = connection(), []

    def counted(name: str) -> Any:
        run = getattr(client, name)

        async def send(query: str, *args: Any, **kwargs: Any) -> Any:
            sent.append(query)
            return await run(query, *args, **kwargs)

        return send

    with pytest.MonkeyPatch.context() as patch:
        for name in ("execute_query", "execute_query_dict", "execute_insert"):
            patch.setattr(client, name, counted(name))
        yield sent
