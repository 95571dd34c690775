"""JavaScript for tests: what tests/node/package.json names, installed once, and scripts beside it run by Node.

    found = await node.run("audits.mjs", url)      what the script prints as its last line, read as JSON

The versions are exact and there is no lock file. Everything goes into tests/node/node_modules, which Git ignores, and
stays there until package.json changes. Workers of one run take turns, so that only the first installs.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("node")
_NPM = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
_UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH")
_PATIENCE_SECONDS = 120


class NoNode(Exception):
    """This machine can't run JavaScript; the message says why."""


@dataclass(frozen=True)
class Node:
    """Node with the packages in place."""

    program: str

    async def run(self, script: str, *arguments: str, timeout: float = _PATIENCE_SECONDS) -> Any:
        """Run a script of tests/node beside whatever this loop serves; its last line of output as JSON.

        A script that fails, or takes longer than `timeout` seconds, fails the test with what it said.
        """
        process = await asyncio.create_subprocess_exec(
            *(self.program, str(FOLDER / script), *arguments),
            cwd=FOLDER,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            said = (await asyncio.wait_for(process.communicate(), timeout))[0].decode()
        except TimeoutError:
            process.kill()
            said = (await process.communicate())[0].decode()
            raise AssertionError(f"{script} did not end in {timeout:g} s:\n{said}") from None
        assert process.returncode == 0, f"{script} ended with {process.returncode}:\n{said}"
        return json.loads(said.splitlines()[-1])

    def binary(self, name: str) -> str:
        """The path of a command that a package brings, such as `tsc`."""
        return str(FOLDER / "node_modules" / ".bin" / name)


def installed_node() -> Node:
    """Node, and everything in package.json. Raises NoNode where there is no Node or no way to npm's registry."""
    program = shutil.which("node")
    if program is None or shutil.which("npm") is None:
        raise NoNode("Node and npm are not installed (Debian: apt-get install nodejs npm)")
    modules = FOLDER / "node_modules"
    modules.mkdir(exist_ok=True)
    with (modules / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256((FOLDER / "package.json").read_bytes()).hexdigest()
        stamp = modules / ".installed"
        if not stamp.exists() or stamp.read_text() != wanted:
            _install()
            stamp.write_text(wanted)
    return Node(program)


def _install() -> None:
    done = subprocess.run(
        _NPM, cwd=FOLDER, env={**os.environ, "npm_config_update_notifier": "false"}, capture_output=True, text=True,
        check=False, timeout=600,
    )  # fmt: skip
    if done.returncode and any(sign in done.stderr for sign in _UNREACHABLE):
        raise NoNode("npm does not reach its registry")
    if done.returncode:
        raise RuntimeError(f"npm install ended with {done.returncode}:\n{done.stdout}{done.stderr}")
