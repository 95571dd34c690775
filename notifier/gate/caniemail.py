"""Writes `clients.json` anew: which mail program understands which CSS, as caniemail.com has tested it.

    python -m notifier.gate.caniemail CHECKOUT      a checkout of https://github.com/hteumeuleu/caniemail

Each feature gets one letter a program, in the order of `clients`: y yes, a with limits, n no, u nobody tried. Only the
newest version of a program counts. Outlook's "windows" is the one that draws with Word. Of a checkout, the files
`_features/css-*.md` are read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).parent / "clients.json"
SOURCE = "https://github.com/hteumeuleu/caniemail, _features/css-*.md"
LICENCE = "MIT, Copyright (c) 2019 Rémi Parmentier (see clients.LICENSE)"
CLIENTS = (
    "gmail desktop-webmail",
    "gmail ios",
    "gmail android",
    "gmail mobile-webmail",
    "outlook windows",
    "outlook macos",
    "outlook outlook-com",
    "outlook ios",
    "outlook android",
    "apple-mail macos",
    "apple-mail ios",
)


def table(checkout: Path) -> dict[str, Any]:
    """What `clients.json` holds."""
    features = {path.stem.removeprefix("css-"): _letters(path) for path in sorted(checkout.glob("_features/css-*.md"))}
    return {"source": SOURCE, "licence": LICENCE, "clients": list(CLIENTS), "features": features}


def _letters(path: Path) -> str:
    front = path.read_text(encoding="utf-8").split("\n---")[0].removeprefix("---").replace("\t", "    ")
    stats = yaml.safe_load(front)["stats"]
    return "".join(_letter(stats.get(family, {}).get(program)) for family, program in map(str.split, CLIENTS))


def _letter(versions: dict[str, str] | None) -> str:
    """The newest version's; the files have the oldest first."""
    return str(list(versions.values())[-1])[0] if versions else "u"


def main() -> None:
    TABLE.write_text(json.dumps(table(Path(sys.argv[1])), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
