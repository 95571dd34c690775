"""Imported by the process that all parts are forked from: every module, and every template compiled, once."""

from bench.chaos import parts as parts
from notifier.preview import preview, preview_names
from notifier.words import languages

for _name in preview_names():
    for _language in languages():
        preview(_name, _language)
