"""Which package brings which models. Imported first by everything that opens a database."""

from __future__ import annotations

from casework.database import register_models

NOTIFIER_MODELS = (
    "notifier.preferences",
    "notifier.suppression",
    "notifier.notifications",
    "notifier.bursts",
    "notifier.receipts",
    "notifier.branding",
)

DIGESTS_MODELS = ("digests.issues",)
API_MODELS = ("api.transaction",)


def register_all_models() -> None:
    register_models("notifier", NOTIFIER_MODELS)
    register_models("digests", DIGESTS_MODELS)
    register_models("api", API_MODELS)
