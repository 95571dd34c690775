"""Mails rendered and composed per second, beside the naive way (see naive_mail), in turn in the same run.

    filled    a letter of its own for each mail: templates filled, everything encoded. The goal holds for this one.
    cold      the same where even the lines of a page are told for the first time; a page's lines are events that
              others hear of as well, so that a line is usually rendered already (here: 100 events, 20 to a page)
    shared    one letter for all, as when many hear of one event: each mail encodes only what is its own

for the mail about one event and for the page of 20. Figures are medians of rounds in microseconds a mail.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import Any

from bench import naive_mail
from notifier.compose import compose
from notifier.envelope import Envelope
from notifier.render import Facts, Line, Reader, SharedLetter, render_bundle, render_shared
from notifier.samples import LAMP, NOW, SITE, sample

GOAL = 50
EVENTS = 100
ROUNDS, OURS_A_ROUND, NAIVE_A_ROUND = 15, 200, 5

Make = Callable[[int], SharedLetter]


def main() -> dict[str, Any]:
    """Prints the table; answers {"bench", "ours", "beside", "ratio", "goal", "met"}: mails/s, and the smaller ratio."""
    events = [_event(number) for number in range(EVENTS)]
    lines = [Line(facts) for facts in events]

    def picked(number: int) -> list[Line]:
        return [lines[(number * 7 + place * 3) % EVENTS] for place in range(20)]

    shapes: dict[str, tuple[Make, Make]] = {
        "one event": (_one(events), _one(events)),
        "page of 20": (
            lambda number: render_bundle(picked(number)),
            lambda number: render_bundle([Line(line.facts) for line in picked(number)]),
        ),
    }
    columns = "naive µs", "filled µs", "cold µs", "shared µs", "filled ×", "cold ×", "shared ×", "kB"
    print(f"{'':10}" + "".join(f"{column:>11}" for column in columns))
    ratios, rates = [], []
    for name, (make, make_cold) in shapes.items():
        times, size = _measured(make, make_cold)
        naive, filled, *_ = times
        ratios.append(naive / filled)
        rates.append((1 / filled, 1 / naive))
        figures = [f"{seconds * 1e6:11.1f}" for seconds in times] + [f"{naive / ours:11.0f}" for ours in times[1:]]
        print(f"{name:10}" + "".join(figures) + f"{size / 1000:11.1f}")
    worst = ratios.index(min(ratios))
    found = {
        "bench": "render",
        "ours": round(rates[worst][0], 1),
        "beside": round(rates[worst][1], 1),
        "ratio": round(ratios[worst], 1),
        "goal": GOAL,
        "met": ratios[worst] >= GOAL,
    }
    print(json.dumps(found))
    return found


def _one(events: list[Facts]) -> Make:
    return lambda number: render_shared(events[number % EVENTS])


def _measured(make: Make, make_cold: Make) -> tuple[list[float], int]:
    """Seconds a mail: naive, filled, cold, shared; and a mail's size in bytes."""
    letter = make(0)
    ways: tuple[tuple[Callable[[int, Reader, Envelope], bytes], int], ...] = (
        (lambda number, reader, envelope: naive_mail.mail(make(number), reader, envelope), NAIVE_A_ROUND),
        (lambda number, reader, envelope: compose(make(number), reader, envelope), OURS_A_ROUND),
        (lambda number, reader, envelope: compose(make_cold(number), reader, envelope), OURS_A_ROUND),
        (lambda _, reader, envelope: compose(letter, reader, envelope), OURS_A_ROUND),
    )
    size = len(compose(letter, *_recipient(0)))
    times: list[list[float]] = [[] for _ in ways]
    for turn in range(ROUNDS):
        for (way, count), spent in zip(ways, times, strict=True):
            recipients = [(number, *_recipient(number)) for number in range(turn * count, (turn + 1) * count)]
            start = perf_counter()
            for number, reader, envelope in recipients:
                way(number, reader, envelope)
            spent.append((perf_counter() - start) / count)
    return [median(spent) for spent in times], size


def _event(number: int) -> Facts:
    """No event is like another."""
    kind = ("request_closed", "request_commented", "request_reopened")[number % 3]
    facts, _ = sample(kind, "en")
    request = replace(
        facts.request or LAMP,
        number=1042 + number,
        summary=f"Street light {number} is out near the library",
        address=f"{number * 2 + 2} Elm Street",
        url=f"{SITE}/requests/{1042 + number}",
    )
    return replace(facts, request=request, text=f"{facts.text} (Job {number * 37}.)")


def _recipient(number: int) -> tuple[Reader, Envelope]:
    """Nobody is like another: name, address, links and ids differ."""
    token = f"{number:08x}QmFzZTY0"
    links = {
        "mute": f"{SITE}/u/m{token}",
        "preferences": f"{SITE}/preferences/p{token}",
        "unsubscribe": f"{SITE}/u/u{token}",
    }
    reader = Reader(f"Maya Lindqvist {number}", ("reporter", "follower"), {}, links)
    return reader, replace(
        _ENVELOPE,
        to_address=f"maya{number}@example.com",
        to_name=reader.name,
        message_id=f"<event.1.{number}@mail.marlow.example>",
        unsubscribe_url=links["unsubscribe"],
    )


_ENVELOPE = Envelope(
    from_name="Town of Marlow",
    from_address="requests@mail.marlow.example",
    to_address="maya@example.com",
    to_name=None,
    reply_to=None,
    message_id="<event.1.0@mail.marlow.example>",
    references=("<request.1042@mail.marlow.example>",),
    list_id="1042.requests.marlow.example",
    unsubscribe_url=None,
    kind="request_closed",
    reasons=("reporter", "follower"),
    event_id="1",
    delivery="n1.abcdefghijklmnopqrstuvwxyz",
    date=NOW,
)


if __name__ == "__main__":
    sys.exit(not main()["met"])
