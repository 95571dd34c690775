"""Which package brings which models. Imported first by everything that opens a database."""

from __future__ import annotations

from casework.database import register_models

NOTIFIER_MODELS = ("notifier.preferences", "notifier.recipients", "notifier.notifications")


def register_all_models() -> None:
    register_models("notifier", NOTIFIER_MODELS)
