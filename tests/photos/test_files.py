"""Where photos are kept: the same on disk and in a bucket."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.errors import Refused
from api.photos.files import PhotoFiles, Size
from api.photos.pictures import Picture
from casework.config import Settings
from tests.town import settings

_KEY, _OTHER = "0a" * 16, "0b" * 16
_PICTURE = Picture(b"large", b"small", 4, 3)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """Where a server of ours speaks S3, with one bucket, `photos`."""
    from moto.server import ThreadedMotoServer  # takes a while, and the quick tests do without

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    with urllib.request.urlopen(urllib.request.Request(f"{url}/photos", method="PUT")):
        yield url
    server.stop()


@pytest.fixture(params=["disk", pytest.param("bucket", marks=pytest.mark.slow)])
def kept_in(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "disk":
        return settings(data_dir=tmp_path)
    return settings(
        photo_store=f"s3://photos/{tmp_path.name}",
        photo_store_endpoint=request.getfixturevalue("bucket"),
        photo_store_key="town",
        photo_store_secret="of the town",
    )


async def test_what_is_kept_is_read_and_what_is_forgotten_is_gone(kept_in: Settings) -> None:
    files = PhotoFiles(kept_in)
    await files.try_out()
    await files.keep(_KEY, _PICTURE)
    await files.keep(_OTHER, _PICTURE)
    again = PhotoFiles(kept_in)
    assert await again.read(_KEY, Size.LARGE) == b"large"
    assert await again.read(_KEY, Size.SMALL) == b"small"
    await files.forget([_KEY])
    await files.forget([_KEY])
    assert await again.read(_KEY, Size.LARGE) is None
    assert await again.read(_KEY, Size.SMALL) is None
    assert await again.read(_OTHER, Size.SMALL) == b"small"


@pytest.mark.slow
async def test_a_store_that_lets_nobody_in_is_told_as_such(tmp_path: Path, bucket: str) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    for config in (
        settings(photo_store=f"file://{tmp_path}/taken/photos"),
        settings(photo_store="s3://nowhere", photo_store_endpoint=bucket, photo_store_key="k", photo_store_secret="s"),
    ):
        with pytest.raises(Refused) as refused:
            await PhotoFiles(config).keep(_KEY, _PICTURE)
        assert (refused.value.code, refused.value.status) == ("PHOTO_STORE_DOWN", 503)
