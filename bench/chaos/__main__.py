"""`python -m bench.chaos [--kills 50] [--seed 1] [--bug NAME]`"""

from __future__ import annotations

import argparse
import asyncio
import sys

from bench.chaos.bugs import BUGS
from bench.chaos.run import Plan, run
from curbcast.logs import quieten


def main() -> int:
    options = argparse.ArgumentParser(prog="bench.chaos", description=__doc__)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--pause", type=float, default=0.4, help="seconds between two kills, about")
    options.add_argument("--bug", choices=sorted(BUGS), help="a mistake to put into the workers")
    options.add_argument("--database", help="an empty database with the schema in place, instead of a new PostgreSQL")
    given = options.parse_args()
    quieten()
    verdict = asyncio.run(run(Plan(given.kills, given.seed, given.pause, given.bug, given.database), print))
    print(
        f"{verdict.events} events, {verdict.due} (event, recipient) due, {verdict.mails} mails arrived,"
        f" {verdict.refused} refused by the server; seed {given.seed}"
    )
    for name in ("lost", "twice", "strange"):
        found = getattr(verdict, name)
        for each in found[:10]:
            print(f"  {name}: {each}")
        if len(found) > 10:
            print(f"  {name}: and {len(found) - 10} more")
    print(verdict.last_line)
    return 0 if verdict.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
