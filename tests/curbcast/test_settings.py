"""Where settings come from: options, then the environment, then files of secrets; and what is said of bad ones."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from casework.config import Settings
from curbcast.settings import load_settings

KEY = "a key of at least thirty-two characters"
DATABASE = "postgres://curbcast:pw@postgres:5432/curbcast"


@pytest.fixture(autouse=True)
def secrets_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of secrets; nothing else is set but where state is kept."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    folder = tmp_path / "secrets"
    folder.mkdir()
    monkeypatch.setenv("SECRETS_DIR", str(folder))
    monkeypatch.setenv("CURBCAST_DATA_DIR", str(tmp_path / "var"))
    return folder


def test_secrets_are_read_from_files(secrets_dir: Path, tmp_path: Path) -> None:
    (secrets_dir / "secret_key").write_text(f"{KEY}\n")
    (secrets_dir / "database_url").write_text(DATABASE)
    (secrets_dir / "smtp_url").write_text("smtp://curbcast:pw@mail.example:587\n")
    settings = load_settings()
    assert (settings.secret_key, settings.database_url) == (KEY, DATABASE)
    assert settings.smtp_url == "smtp://curbcast:pw@mail.example:587"
    assert not (tmp_path / "var").exists()


def test_the_environment_wins_over_files_and_options_win_over_both(
    secrets_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (secrets_dir / "product_name").write_text("From a file")
    assert load_settings().product_name == "From a file"
    monkeypatch.setenv("PRODUCT_NAME", "From the environment")
    assert load_settings().product_name == "From the environment"
    assert load_settings(product_name="From an option").product_name == "From an option"
    assert load_settings(product_name=None).product_name == "From the environment"


def test_no_folder_of_secrets_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path / "nowhere"))
    assert load_settings().database_url == f"sqlite://{tmp_path}/var/curbcast.sqlite3"


def test_in_development_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = load_settings().secret_key
    assert load_settings().secret_key == first
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600


def test_production_demands_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(typer.Exit) as ended:
        load_settings()
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err == "SECRET_KEY: Field required\n"
    assert not (tmp_path / "var" / "secret").exists()


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("LEASE_SECONDS", "5", "LEASE_SECONDS: Input should be greater than or equal to 120\n"),
        ("PUBLIC_URL", "town", "PUBLIC_URL: Value error, must be an absolute web address such as "),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL: Value error, must look like postgres://"),
        ("CORS_ORIGINS", "[]", "CORS_ORIGINS: Value error, must be origins such as "),
        ("TRUSTED_PROXIES", "*", "TRUSTED_PROXIES: Value error, must be addresses or networks such as 10.0.0.7 "),
        ("SMTP_URL", "mail.example", "SMTP_URL "),
        ("DKIM_KEY_FILE", "/no/such.pem", "DKIM_KEY_FILE: /no/such.pem is no readable PEM key: "),
        ("DKIM_SELECTOR", "two words", "DKIM_SELECTOR: "),
        ("PROVIDER_LIMITS", "/no/such.toml", "PROVIDER_LIMITS: /no/such.toml: "),
        ("PHOTO_STORE", "/srv/photos", "PHOTO_STORE: "),
        ("PHOTO_STORE", "s3:///prefix", "PHOTO_STORE: "),
        ("PHOTO_STORE_ENDPOINT", "minio:9000", "PHOTO_STORE_ENDPOINT: "),
    ],
)
def test_a_bad_value_names_itself_and_stops_the_start(
    name: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(typer.Exit) as ended:
        load_settings()
    assert ended.value.exit_code == 2
    said = capsys.readouterr().err
    assert said.startswith(complaint)
    assert said.count("\n") == 1


@pytest.fixture
def nobody() -> Iterator[None]:
    """Not root for a while, who reads every file."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    yield
    os.seteuid(me)


@pytest.fixture
def open_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Secrets where anybody may look for them, which is not so in `tmp_path`."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setenv("SECRETS_DIR", folder)
        yield Path(folder)


def test_a_secret_that_cannot_be_read_says_so(
    open_folder: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", DATABASE)
    (open_folder / "secret_key").touch(mode=0o000)
    request.getfixturevalue("nobody")
    with pytest.raises(typer.Exit):
        load_settings()
    file = open_folder / "secret_key"
    assert capsys.readouterr().err == f"A secret cannot be read: [Errno 13] Permission denied: '{file}'\n"
