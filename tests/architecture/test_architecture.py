"""The tree keeps its shape: each rule is held over every module, and each is shown to notice a breach."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from notifier.kinds import CATALOGUE
from tests.architecture import rules

ROOT = Path(__file__).parents[2]
PACKAGES = ("casework", "notifier", "digests", "api", "curbcast", "bench")
Rule = Callable[[ast.AST], Iterator[int]]


@cache
def _modules() -> dict[str, str]:
    """Source by path from the root; migrations are written by the ORM and left out."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    }


@cache
def _trees() -> dict[str, ast.Module]:
    return {path: ast.parse(source) for path, source in _modules().items()}


# The rule, who may do it all the same, and a line that breaks it.
RULES: list[tuple[Rule, tuple[str, ...], str]] = [
    (rules.writes_outbox, ("casework/ledger.py",), "await OutboxRow.filter(event_id=1).delete()"),
    (rules.writes_outbox, ("casework/ledger.py",), "await fetch('UPDATE outbox SET due = $1')"),
    (rules.sets_status, ("casework/actions/",), "request.status = Status.CLOSED"),
    (rules.sets_status, ("casework/actions/",), "await ServiceRequest.filter(id=1).update(status='closed')"),
    (rules.compares_a_kind, ("notifier/samples.py",), "if row.kind == 'request_closed': pass"),
    (rules.compares_a_kind, ("notifier/samples.py",), "if kind.key in ('a', 'b'): pass"),
    (rules.makes_a_redis_client, ("notifier/doorbell.py",), "from redis.asyncio import Redis"),
    (rules.makes_a_redis_client, ("notifier/doorbell.py",), "from arq import create_pool"),
    (rules.fills_a_message_itself, ("curbcast/",), "raise Invalid(f'{name} is wrong', field=name)"),
    (rules.fills_a_message_itself, ("curbcast/",), "raise NotFound('no such %s' % name)"),
    (rules.leaves_a_place_empty, (), "raise Invalid('%(field)s has %(many)s entries.', field=name)"),
    (rules.is_named_by_the_pattern_book, (), "class MailService: pass"),
]


@pytest.mark.parametrize(("rule", "exempt", "breach"), RULES, ids=lambda value: getattr(value, "__name__", None))
def test_every_module_keeps_the_rule_and_a_breach_is_noticed(rule: Rule, exempt: tuple[str, ...], breach: str) -> None:
    found = {
        f"{path}:{line}"
        for path, tree in _trees().items()
        if not path.startswith(exempt or ("//",))
        for line in rule(tree)
    }
    assert found == set(), rule.__doc__
    assert list(rule(ast.parse(breach))) == [1]


def test_no_module_is_longer_than_people_read() -> None:
    assert [path for path, source in _modules().items() if rules.is_too_long(source)] == []
    assert rules.is_too_long("x = 1\n" * (rules.MODULE_MAX + 1))


def test_no_module_is_named_by_the_pattern_book() -> None:
    assert [path for path in _modules() if Path(path).stem in ("utils", "helpers", "service", "manager")] == []


def test_every_kind_has_a_template_and_a_test_and_none_is_left_over() -> None:
    keys = {kind.key for kind in CATALOGUE}
    templates = {path.stem for path in (ROOT / "templates_mjml").glob("*.mjml") if not path.stem.startswith("_")}
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests/notifier/kinds").glob("test_*.py")}
    assert keys - templates == set()
    assert keys - tests == set()
    assert templates - keys == {"bundle", "digest"}
    assert tests - keys == set()


def test_every_kind_is_listed_once() -> None:
    assert len({kind.key for kind in CATALOGUE}) == len(CATALOGUE)
