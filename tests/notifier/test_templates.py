"""Compiling once gives what compiling for each mail would have given, and broken templates say what is wrong where."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from bench import naive_mail
from notifier import assembly, lint, templates
from notifier.odd_samples import odd_samples
from notifier.render import Line, render, render_bundle, render_shared
from notifier.samples import bundle, sample
from tests.notifier.reading_mail import Page

KINDS = templates.kinds()

Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Replaces a text in a copy of the templates, which every look-up then reads."""
    folder = copytree(assembly.FOLDER, tmp_path / "templates_mjml")
    monkeypatch.setattr(assembly, "FOLDER", folder)
    monkeypatch.setattr(templates, "_mould", templates._mould.__wrapped__)
    monkeypatch.setattr(templates, "_sources", templates._sources.__wrapped__)

    def change(file: str, old: str, new: str) -> None:
        source = (folder / file).read_text()
        assert source.count(old) == 1
        (folder / file).write_text(source.replace(old, new))

    return change


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", pytest.param("es", marks=pytest.mark.slow)])
def test_a_compiled_mail_is_what_the_naive_way_makes(kind: str, language: str) -> None:
    for case, (facts, reader) in odd_samples(kind, language).items():
        letter = render_shared(facts)
        assert Page(letter.filled(reader).html).parts == Page(naive_mail.page(letter, reader)).parts, case


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("count", [1, 3, 20])
def test_a_compiled_bundle_is_what_the_naive_way_makes(mixed: bool, count: int) -> None:
    lines, reader = bundle("en", count, mixed=mixed)
    letter = render_bundle(lines)
    assert Page(letter.filled(reader).html).parts == Page(naive_mail.page(letter, reader)).parts


@pytest.mark.parametrize("file", templates.files())
def test_every_template_passes_the_lint(file: str) -> None:
    assert [str(problem) for problem in lint.problems(file)] == []


def problem_of(kind: str) -> str:
    facts, reader = sample(kind, "en")
    with pytest.raises(assembly.TemplateProblem) as caught:
        render(facts, reader)
    return str(caught.value)


def test_a_misspelt_tag_is_refused_with_its_line_and_a_suggestion(edit: Edit) -> None:
    edit("_parts.mjml", "<mj-spacer", "<mj-spacr")
    assert problem_of("request_closed") == ("_parts.mjml:20: there is no tag <mj-spacr>; did you mean mj-spacer?")


def test_a_misspelt_attribute_is_refused_with_its_line_and_a_suggestion(edit: Edit) -> None:
    edit("_parts.mjml", 'height="22px"', 'heigth="22px"')
    assert problem_of("request_closed") == "_parts.mjml:20: <mj-spacer> has no attribute heigth; did you mean height?"


def test_a_tag_that_is_never_closed_is_refused(edit: Edit) -> None:
    edit("bundle.mjml", "</a></h2>", "</a>")
    with pytest.raises(assembly.TemplateProblem, match=r"^bundle\.mjml:16: <h2> is never closed$"):
        render_bundle(bundle("en")[0])


def test_a_statement_inside_a_tag_is_refused(edit: Edit) -> None:
    edit("request_closed.mjml", "{{ parts.photo() }}", '<mj-text {% if actor %}color="#ffffff"{% endif %}>x</mj-text>')
    assert problem_of("request_closed") == (
        "request_closed.mjml:17: {% if actor %} stands inside a tag; write {{ a if b else c }} there"
    )


def test_a_name_that_does_not_exist_is_refused_with_file_and_line(edit: Edit) -> None:
    edit("request_closed.mjml", "{{ parts.photo() }}", "<mj-text>{{ requst.url }}</mj-text>")
    assert problem_of("request_closed") == "request_closed.mjml:17: 'requst' is undefined"


def test_a_name_that_does_not_exist_is_refused_in_the_subject_too(edit: Edit) -> None:
    edit("request_closed.mjml", "(#{{ request.number }})", "(#{{ request.numbr }})")
    assert problem_of("request_closed").startswith("request_closed.mjml:4: ")


def test_a_name_that_does_not_exist_is_refused_in_a_bundle_too(edit: Edit) -> None:
    edit("bundle.mjml", "line.request.category", "line.request.kategory")
    with pytest.raises(assembly.TemplateProblem, match=r"^bundle\.mjml:20: .* has no attribute 'kategory'$"):
        render_bundle(bundle("en")[0])


def test_a_part_called_with_too_few_arguments_is_refused(edit: Edit) -> None:
    edit("request_closed.mjml", "{{ parts.about(request) }}", "{{ parts.about() }}")
    assert problem_of("request_closed") == (
        "request_closed.mjml:16: about(subject_request, due) is called as parts.about()"
    )


def test_a_template_without_a_subject_is_refused(edit: Edit) -> None:
    edit("request_closed.mjml", "{% block subject %}", "{% block title %}")
    assert problem_of("request_closed") == "request_closed.mjml:1: there is no block subject"


def test_broken_jinja_is_refused_with_its_line(edit: Edit) -> None:
    edit("request_closed.mjml", "{{ parts.photo() }}", "{{ parts.photo( ]}}")
    assert problem_of("request_closed") == "request_closed.mjml:17: unexpected ']', expected ')'"


def test_a_kind_without_a_template_is_refused() -> None:
    facts, reader = sample("request_closed", "en")
    with pytest.raises(assembly.TemplateProblem, match=r"^request_sung\.mjml:1: there is no such template"):
        render(replace(facts, kind="request_sung"), reader)


def test_a_changed_file_is_compiled_anew_only_while_reloading_is_on() -> None:
    path = assembly.FOLDER / "request_followed.mjml"
    times = path.stat()

    def touched() -> templates.Mould:
        os.utime(path, ns=(times.st_atime_ns, path.stat().st_mtime_ns + 1_000_000_000))
        return templates.mould("request_followed", "en")

    assert touched() is touched()
    templates.reload_on_change()
    try:
        assert touched() is not touched()
    finally:
        templates.reload_on_change(False)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_line_is_rendered_once_for_all_pages() -> None:
    lines, reader = bundle("en", 2, mixed=True)
    first = render_bundle(lines).filled(reader)
    told = [dict(line.told) for line in lines]
    assert render_bundle(lines).filled(reader) == first
    assert [line.told for line in lines] == told
    assert render_bundle([Line(line.facts) for line in lines]).filled(reader) == first
