"""Keeping the gettext catalogues complete: what the code and the templates say, and what a language is missing.

    python -m notifier.catalogues     writes new messages into every catalogue, drops the unused, and lists what lacks
                                      a translation; a new language is a new folder with an empty file

The source language answers with the message itself, so its catalogue fills itself.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from casework.errors import CaseworkError
from notifier.words import LOCALES, SOURCE_LANGUAGE, languages

ROOT = LOCALES.parent
_SOURCES = {
    "templates_mjml": [("**.mjml", "jinja2")],
    "notifier": [("**.py", "python")],
    "digests": [("**.py", "python")],
    "api": [("**.py", "python"), ("**.html", "jinja2")],
    "casework": [("**.py", "python")],
}
_KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "Phrase": None}

# Only what programs read: dates and names would change the file on every run, and the history knows them.
_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def messages() -> Catalog:
    """Everything that is said anywhere, untranslated."""
    found = Catalog(project="Curbcast", charset="utf-8")
    keywords = _KEYWORDS | dict.fromkeys(refusals())  # their first argument is what is said
    for folder, methods in _SOURCES.items():
        for file, _line, message, comments, context in extract_from_dir(
            ROOT / folder, method_map=methods, keywords=keywords
        ):
            found.add(message, locations=[(f"{folder}/{file}", 0)], auto_comments=comments, context=context)
    return found


def refusals() -> frozenset[str]:
    """The names of all classes of refusals, in whatever package they are; nothing is imported for it."""
    classes = [
        node
        for folder in _SOURCES
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    found, before = {CaseworkError.__name__}, 0
    while len(found) > before:
        before = len(found)
        found |= {node.name for node in classes if any(ast.unparse(base) in found for base in node.bases)}
    return frozenset(found)


def read_catalogue(language: str) -> Catalog:
    """The catalogue as it is in its file."""
    with _path(language).open("rb") as source:
        return read_po(source, locale=language)


def missing(language: str, said: Catalog) -> list[str]:
    """Which of the messages `said` a language can't say: absent, empty or marked as doubtful."""
    catalogue = read_catalogue(language)
    gaps = []
    for message in said:
        told = catalogue.get(message.id) if message.id else None
        if message.id and (told is None or told.fuzzy or not _is_whole(told.string)):
            gaps.append(message.id if isinstance(message.id, str) else message.id[0])
    return gaps


def update(language: str) -> list[str]:
    """Writes the catalogue anew and answers what it is missing."""
    catalogue = read_catalogue(language)
    said = messages()
    catalogue.update(said, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.locale = Locale.parse(language)
    if language == SOURCE_LANGUAGE:
        for message in catalogue:
            message.string = message.id
    with _path(language).open("wb") as target:
        target.write(_HEADER.format(language=language, plural_forms=catalogue.plural_forms).encode())
        write_po(target, catalogue, omit_header=True, sort_output=True, include_lineno=False, width=110)
    return missing(language, said)


def _is_whole(translated: str | tuple[str, ...] | list[str] | None) -> bool:
    if translated is None or isinstance(translated, str):
        return bool(translated)
    return bool(translated) and all(translated)


def _path(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "curbcast.po"


def main() -> int:
    """Answers 1 where a language lacks a message."""
    gaps = {language: update(language) for language in languages()}
    for language, lacking in gaps.items():
        for message in lacking:
            sys.stdout.write(f"{language}: {message}\n")
    return int(any(gaps.values()))


if __name__ == "__main__":
    sys.exit(main())
