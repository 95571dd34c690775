"""The image and the composition say what the program understands: commands, settings, ports, secrets, order.

No Docker is needed: both files are read, and at the end the composition is played with plain processes.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from typer.main import get_command

from api.app import build_app
from bench.servers import Server, free_port
from casework.config import Settings
from casework.database import close_database, open_database
from curbcast.cli import app
from notifier.smtp import SmtpServer
from tests.collector import open_collector
from tests.mailbox import Mailbox
from tests.patience import PATIENCE
from tests.town import open_town, settings

ROOT = Path(__file__).parents[1]
COMPOSITION: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSITION["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("curbcast:")}
WORKERS = ("notifier", "digests")
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
BIN = Path(sys.executable).parent


def instructions(name: str) -> list[str]:
    """What the Dockerfile says after each FROM, COPY, ENV …."""
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)


def understood(words: list[str]) -> tuple[str, dict[str, Any]]:
    """The command of our command line that these words are, and its parameters. Usage errors are raised."""
    program, name, *rest = words
    assert program == "curbcast"
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    return name, command.make_context(name, rest).params


def given(service: dict[str, Any]) -> dict[str, str]:
    """The service's environment where nobody has set anything: `${NAME:-default}` is its default."""
    return {name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for name, value in service["environment"].items()}


def test_the_services_are_all_there() -> None:
    assert set(OURS) == {"migrate", "api", *WORKERS}
    assert set(SERVICES) - set(OURS) == {"postgres", "valkey", "mailpit"}
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["mailpit"]


def test_each_command_is_one_that_the_program_has() -> None:
    said = {name: understood(shlex.split(service["command"])) for name, service in OURS.items()}
    assert said["migrate"] == ("migrate", {"only_plan": False, "data_dir": None})
    assert said["api"] == ("serve", {"host": "0.0.0.0", "port": 8000, "data_dir": None})
    for half in WORKERS:
        assert said[half] == ("worker", {"half": half, "check": False, "data_dir": None})
        checks = OURS[half]["healthcheck"]["test"]
        assert checks[0] == "CMD"
        assert understood(checks[1:]) == ("worker", {"half": half, "check": True, "data_dir": None})


def test_the_image_serves_unless_told_otherwise_on_the_port_that_it_exposes() -> None:
    (command,) = instructions("CMD")
    assert json.loads(command) == shlex.split(OURS["api"]["command"])
    assert instructions("EXPOSE") == ["8000"]
    assert instructions("ENTRYPOINT") == []


def test_the_apis_port_is_published_and_asked_for_its_health() -> None:
    assert OURS["api"]["ports"] == ["127.0.0.1:8000:8000"]
    (url,) = re.findall(r"http://[^']+", " ".join(OURS["api"]["healthcheck"]["test"]))
    assert urlsplit(url).netloc == "127.0.0.1:8000"
    assert urlsplit(url).path in {getattr(route, "path", None) for route in build_app(settings()).routes}


def test_each_variable_is_a_setting_with_a_value_that_it_takes() -> None:
    known = {name.upper() for name in Settings.model_fields}
    for service in OURS.values():
        values = given(service)
        assert set(values) <= known
        taken = settings(**{name.lower(): value for name, value in values.items()}).model_dump()
        for name, value in values.items():
            several = taken[name.lower()]
            assert (",".join(several) if isinstance(several, tuple) else several) == value


def test_the_image_sets_only_what_somebody_reads() -> None:
    (last,) = instructions("ENV")[1:]
    values = dict(pair.split("=", 1) for pair in shlex.split(last))
    assert values.pop("PATH").startswith("/venv/bin:")
    assert values == {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "ENVIRONMENT": "production",
        "CURBCAST_DATA_DIR": "/var/lib/curbcast",
    }
    assert instructions("VOLUME") == [values["CURBCAST_DATA_DIR"]]


def test_each_secret_is_a_setting_and_none_is_in_the_environment() -> None:
    for service in OURS.values():
        assert service["secrets"] == ["secret_key", "database_url", "smtp_url"]
        assert set(service["secrets"]) <= set(Settings.model_fields)
        assert {name.lower() for name in service["environment"]}.isdisjoint(service["secrets"])
    asked = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert {name: kept["file"] for name, kept in COMPOSITION["secrets"].items()} == {
        name: f"./secrets/{name}" for name in asked
    }
    assert SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/postgres_password"


@pytest.fixture
def made_secrets(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Makefile", tmp_path)
    subprocess.run(["make", "secrets", f"PYTHON={sys.executable}"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "secrets"


def test_make_secrets_makes_each_file_that_is_mounted_and_never_twice(made_secrets: Path) -> None:
    values = {file.name: file.read_text().strip() for file in made_secrets.iterdir()}
    assert set(values) == set(COMPOSITION["secrets"])
    assert stat.S_IMODE(made_secrets.stat().st_mode) == 0o700
    ours = Settings(_secrets_dir=made_secrets)
    assert (ours.secret_key, ours.smtp_url) == (values["secret_key"], values["smtp_url"])
    database, postgres = urlsplit(ours.database_url), SERVICES["postgres"]["environment"]
    assert database.password == values["postgres_password"]
    assert (database.username, database.path) == (postgres["POSTGRES_USER"], f"/{postgres['POSTGRES_DB']}")
    assert (database.hostname, database.port) == ("postgres", 5432)
    assert SmtpServer.parse(values["smtp_url"]).host == "mailpit"
    again = subprocess.run(["make", "secrets"], cwd=made_secrets.parent, check=False, capture_output=True)
    assert again.returncode != 0
    assert {file.name: file.read_text().strip() for file in made_secrets.iterdir()} == values


def test_each_part_waits_for_what_it_needs() -> None:
    waits = {
        name: {other: how["condition"] for other, how in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    ready = {"migrate": "service_completed_successfully", "valkey": "service_healthy"}
    assert waits == {
        "migrate": {"postgres": "service_healthy"},
        **dict.fromkeys(("api", *WORKERS), ready),
        **{name: {} for name in ("postgres", "valkey", "mailpit")},
    }
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["migrate"]
    assert urlsplit(given(OURS["api"])["REDIS_URL"]).hostname in SERVICES


def test_what_ends_is_started_again_but_for_what_ends_by_itself() -> None:
    assert {name: service.get("restart") for name, service in SERVICES.items()} == {
        "migrate": "on-failure",
        "mailpit": None,
        **dict.fromkeys(("api", *WORKERS, "postgres", "valkey"), "unless-stopped"),
    }


def test_the_record_and_the_photos_outlive_their_containers() -> None:
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    (home,) = re.findall(r"CURBCAST_DATA_DIR=(\S+)", (ROOT / "Dockerfile").read_text())
    assert [service["volumes"] for service in OURS.values()] == [[f"photos:{home}/photos"]] * len(OURS)
    assert set(COMPOSITION["volumes"]) == {"postgres", "photos"}


def test_nothing_of_ours_is_root_or_writes_into_its_image() -> None:
    assert instructions("USER") == ["curbcast"]
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["tmpfs"] == ["/tmp"]


def test_every_image_is_pinned() -> None:
    stages = {line.split()[0] for line in instructions("FROM")}
    assert [re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", stage) is not None for stage in stages] == [True]
    assert [name for name, service in SERVICES.items() if re.search(r":v?\d", service["image"]) is None] == []


def test_only_what_the_image_needs_is_sent_to_be_built() -> None:
    everything, *allowed = (ROOT / ".dockerignore").read_text().split()
    assert everything == "*"
    let_in = {line.removeprefix("!") for line in allowed if line.startswith("!")}
    assert {name for name in let_in if not (ROOT / name).exists()} == set()
    copied = {word for line in instructions("COPY") if "--from" not in line for word in line.split()[:-1]} - {"."}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert copied | packages | {"templates_mjml", "locales"} == let_in
    assert [name for name in (".git", ".env", "secrets", "var", "tests") if any(fnmatch(name, p) for p in let_in)] == []


def words_of(command: str | list[str], port: int) -> list[str]:
    """A command of the composition for this machine: our Python, and a port that is free."""
    words = [
        word.replace("8000", str(port)) for word in (shlex.split(command) if isinstance(command, str) else command)
    ]
    return [{"curbcast": f"{BIN}/curbcast", "python": sys.executable, "0.0.0.0": "127.0.0.1"}.get(w, w) for w in words]


@asynccontextmanager
async def played(name: str, port: int, environment: dict[str, str]) -> AsyncIterator[None]:
    """A service as a process, from when its own health check passes; it must end in order when it is told to."""
    process = await asyncio.create_subprocess_exec(
        *words_of(OURS[name]["command"], port), env=environment, stdout=PIPE, stderr=STDOUT
    )
    assert process.stdout is not None
    check = words_of(OURS[name]["healthcheck"]["test"][1:], port)
    try:
        async with asyncio.timeout(PATIENCE):
            while await ended(check, environment) != 0:
                assert process.returncode is None, (await process.stdout.read()).decode()
        yield
        if process.returncode is None:
            process.terminate()
        output = await process.stdout.read()
        assert await process.wait() == 0, output.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ended(words: list[str], environment: dict[str, str]) -> int:
    process = await asyncio.create_subprocess_exec(*words, env=environment, stdout=DEVNULL, stderr=DEVNULL)
    return await process.wait()


@pytest.mark.slow
async def test_the_composition_sends_a_mail_that_its_traces_and_metrics_tell_of(
    postgres_database: str, valkey: Server, mailbox: Mailbox, made_secrets: Path, tmp_path: Path
) -> None:
    for name, value in {"database_url": postgres_database, "smtp_url": f"{mailbox.url}?starttls=never"}.items():
        (made_secrets / name).unlink()
        (made_secrets / name).write_text(value)
    port, watched = free_port(), free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields},
        **given(OURS["api"]),
        "OTEL_BSP_SCHEDULE_DELAY": "100",  # milliseconds
        "REDIS_URL": valkey.url,
        "ENVIRONMENT": "production",
        "SECRETS_DIR": str(made_secrets),
        "CURBCAST_DATA_DIR": str(tmp_path / "var"),
    }
    check = words_of(OURS["notifier"]["healthcheck"]["test"][1:], port)
    assert await ended(words_of(OURS["migrate"]["command"], port), environment) == 0
    assert await ended(check, environment) == 1
    async with AsyncExitStack() as up:
        collector = await up.enter_async_context(open_collector())
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        metrics = {"notifier": {"METRICS_PORT": str(watched)}}
        for name in ("api", *WORKERS):
            await up.enter_async_context(played(name, port, environment | metrics.get(name, {})))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            await open_database(postgres_database)
            async with open_town() as town:
                await replace(town, client=http).report()
            await close_database()
            await mailbox.wait_for(7)  # four became members before
            mutation, mail = [
                await collector.until(name) for name in ("mutation submitRequest", "mail request_submitted")
            ]
            page = (await http.get(f"http://127.0.0.1:{watched}/metrics")).text
    assert (mutation.service, mail.service) == ("curbcast-api", "curbcast-notifier")
    assert mutation.trace == mail.trace
    assert 'curbcast_mails_total{kind="request_submitted",outcome="sent"} 1.0' in page.splitlines()
    assert sorted((str(mail.message["X-Curbcast-Kind"]), mail.recipient) for mail in mailbox.mails) == [
        ("member_added", "mark@example.org"),
        ("member_added", "otto@example.org"),
        ("member_added", "rosa@example.org"),
        ("member_added", "tom@example.org"),
        ("request_submitted", "maya@example.org"),
        ("staff_request_submitted", "streets@springfield.example"),
        ("staff_request_submitted", "tom@example.org"),
    ]
    assert not (tmp_path / "var").exists()
