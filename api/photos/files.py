"""Where photos are kept: a folder on disk, or a bucket of anything that speaks S3.

    <first two of the key>/<key>.jpg          to look at
    <first two of the key>/<key>-small.jpg    for lists and mails

Keys are random, so a file is written once and never changed. Which of them exist is the database's to say.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from api.errors import Refused
from api.photos.pictures import Picture
from casework.config import Settings
from casework.phrases import N_

UNREACHABLE = (BaseError, OSError)
"""What a store raises that can't be reached, is full, or doesn't let us in."""

_AWAY = N_("Photos can't be kept or shown at the moment. Try again in a few minutes.")
_PATIENCE = timedelta(seconds=10)


class Size(StrEnum):
    LARGE = ""
    SMALL = "-small"


class PhotoFiles:
    """Files by the key of their photo. Opened on first use; reading and writing raise Refused where that fails."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _store(self) -> ObjectStore:
        return LocalStore(self.folder, mkdir=True) if self.folder is not None else _bucket(self._settings)

    @property
    def folder(self) -> Path | None:
        """Where on disk, if it is there; made with the first photo."""
        where = urlsplit(self._settings.photo_store or "")
        if where.scheme == "s3":
            return None
        return Path(where.path) if where.path else self._settings.data_dir / "photos"

    async def keep(self, key: str, picture: Picture) -> None:
        """Write both files of a photo."""
        try:
            await obstore.put_async(self._store, path_of(key, Size.LARGE), picture.large)
            await obstore.put_async(self._store, path_of(key, Size.SMALL), picture.small)
        except UNREACHABLE as error:
            raise _away() from error

    async def read(self, key: str, size: Size) -> bytes | None:
        """One file; None where it is gone."""
        try:
            found = await obstore.get_async(self._store, path_of(key, size))
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except UNREACHABLE as error:
            raise _away() from error

    async def forget(self, keys: Iterable[str]) -> None:
        """Delete both files of each photo; those that are gone already are no error."""
        for key in keys:
            for size in Size:
                try:
                    await obstore.delete_async(self._store, path_of(key, size))
                except FileNotFoundError:
                    continue

    async def try_out(self) -> None:
        """Write, read and delete a file. Raises one of UNREACHABLE, which says what is wrong."""
        path = f"trial-{secrets.token_hex(8)}"
        await obstore.put_async(self._store, path, b"trial")
        await (await obstore.get_async(self._store, path)).bytes_async()
        await obstore.delete_async(self._store, path)


def path_of(key: str, size: Size) -> str:
    return f"{key[:2]}/{key}{size}.jpg"


def _bucket(settings: Settings) -> S3Store:
    where = urlsplit(settings.photo_store or "")
    given = {
        "endpoint": settings.photo_store_endpoint,
        "access_key_id": settings.photo_store_key,
        "secret_access_key": settings.photo_store_secret,
        "region": settings.photo_store_region,
    }
    return S3Store(
        where.netloc,
        prefix=where.path.strip("/") or None,
        config={name: value for name, value in given.items() if value is not None},  # type: ignore[arg-type]
        client_options={
            "allow_http": (settings.photo_store_endpoint or "").startswith("http:"),
            "timeout": _PATIENCE,
        },
        retry_config={"max_retries": 3, "retry_timeout": _PATIENCE},
    )


def _away() -> Refused:
    return Refused("PHOTO_STORE_DOWN", _AWAY, status=503)
