"""Limits hold mail up and lose none of it: what isn't let go stays due, is tried by nobody, and goes later, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from bench.servers import Server, free_port
from casework.database import fetch
from digests.flush import ALL_MAIL, flush_due
from digests.gather import gather_due
from notifier.deliver import deliver_due
from notifier.doorbell import Doorbell
from notifier.lanes import ROUND_SECONDS
from notifier.outcome import Outcome
from notifier.pace import SharedPace
from notifier.providers import Providers
from notifier.shared import Shared
from tests.telling import KeepingTransport, Mail, Telling, told

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
SENT = Outcome("sent", 250, "2.0.0 Ok")


@asynccontextmanager
async def workers(telling: Telling, url: str, many: int = 1, **limits: Any) -> AsyncIterator[list[SharedPace]]:
    """Each with a Redis client of its own, as if in processes of their own."""
    config = telling.settings.model_copy(update=limits)
    doorbells = [Doorbell(url) for _ in range(many)]
    if await doorbells[0].answers():
        await (await doorbells[0].connect()).flushdb()
    yield [SharedPace(config, doorbell, telling.transport, ALL_MAIL) for doorbell in doorbells]
    for doorbell in doorbells:
        await doorbell.close()


async def sends(telling: Telling, pace: SharedPace) -> list[Mail]:
    """What a worker of this pace sends until it is let send no more."""
    before = len(telling.transport.mails)
    while await deliver_due(telling.transport, telling.settings, pace):
        pass
    return telling.transport.mails[before:]


async def tries() -> list[tuple[str, int]]:
    """Of what is not sent: its state, and how often it was tried."""
    rows = await fetch("SELECT state, attempts FROM notification WHERE state NOT IN ('sent', 'skipped')")
    return sorted((row["state"], row["attempts"]) for row in rows)


async def commented(telling: Telling) -> set[tuple[str, str, str]]:
    """A comment, and what those are told who hear of it."""
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.ines, town.otto)
    await town.done(town.rosa, "addComment", requestId=request, body="Next week.")
    followers = {(f"{name}@example.org", "request_commented", "follower") for name in ("ines", "otto")}
    return followers | {
        ("maya@example.org", "request_commented", "reporter"),
        ("tom@example.org", "staff_public_comment", "assignee"),
    }


@pytest.mark.parametrize("redis", ["shared", "away"])
async def test_so_many_a_second_go_the_most_urgent_first_and_the_rest_stays_due(
    telling: Telling, valkey: Server, redis: str
) -> None:
    url = valkey.url if redis == "shared" else f"redis://127.0.0.1:{free_port()}"
    with time_machine.travel(NOW, tick=False) as clock:
        expected = await commented(telling)
        await telling.town.done(None, "requestPasswordReset", address="maya@example.org")
        await telling.relay()
        async with workers(telling, url, mails_per_second=0.1) as (one,):
            (first,) = await sends(telling, one)
            assert first.kind == "password_reset"
            assert await sends(telling, one) == []
            assert await tries() == [("pending", 0)] * 4
            mails = []
            for _ in range(4):
                clock.shift(timedelta(seconds=10))
                (mail,) = await sends(telling, one)
                mails.append(mail)
            assert told(mails) == expected
            clock.shift(timedelta(days=1))
            assert await sends(telling, one) == []


async def test_workers_keep_a_limit_together_and_a_flushed_redis_loses_no_mail(
    telling: Telling, valkey: Server
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        expected = await commented(telling)
        await telling.relay()
        async with workers(telling, valkey.url, 3, mails_per_second=0.1) as crew:
            mails: list[Mail] = []
            for turn in range(4):
                each = [await sends(telling, pace) for pace in crew]
                assert sum(map(len, each)) == 1
                mails += [mail for sent in each for mail in sent]
                if turn == 2:  # what was known of the lane is gone: for once, one more may go
                    doorbell = Doorbell(valkey.url)
                    await (await doorbell.connect()).flushdb()
                    await doorbell.close()
                else:
                    clock.shift(timedelta(seconds=10))
            assert told(mails) == expected


async def test_a_provider_that_says_later_is_left_alone_and_nobody_else_waits_for_it(
    telling: Telling, valkey: Server
) -> None:
    town, angry = telling.town, True

    def answer(recipient: str) -> Outcome:
        if angry and recipient.endswith("@example.org"):
            return Outcome("deferred", 451, "RCPT: 4.7.1 You send too much")
        return SENT

    telling.transport.answer = None
    with time_machine.travel(NOW, tick=False) as clock:
        expected = await commented(telling)
        await telling.relay()
        telling.transport.answer = answer
        async with workers(telling, valkey.url, 2) as (one, other):
            assert await sends(telling, one) == []
            assert await tries() == [("deferred", 1)] * 4
            await town.report(town.ines)
            await telling.relay()
            assert {mail.recipient for mail in await sends(telling, other)} == {"streets@springfield.example"}
            held_up = await fetch("SELECT due FROM notification WHERE state = 'pending' AND attempts = 0")
            assert len(held_up) == 2  # Tom's and Ines's own, which nobody tries meanwhile
            angry = False
            clock.shift(timedelta(seconds=30))
            mails = await sends(telling, one) + await sends(telling, other)
            assert len(mails) == 1
            for _ in range(20):
                clock.shift(timedelta(seconds=ROUND_SECONDS))
                mails += await sends(telling, other) + await sends(telling, one)
            assert await tries() == []
            assert expected <= told(mails)


async def test_a_server_that_wants_no_more_closes_the_lane_for_everybody(telling: Telling, valkey: Server) -> None:
    telling.transport.answer = None
    with time_machine.travel(NOW, tick=False) as clock:
        await commented(telling)
        await telling.relay()
        telling.transport.answer = lambda _: Outcome("deferred", 421, "MAIL: 4.7.0 Too many connections")
        async with workers(telling, valkey.url, 2) as (one, other):
            assert await sends(telling, one) == []
            telling.transport.answer = None
            await telling.town.report(telling.town.ines)
            await telling.relay()
            assert await sends(telling, other) == []
            assert [each for each in await tries() if each[1] == 0] == [("pending", 0)] * 3
            telling.transport.answer = lambda _: Outcome("deferred", None, "mail.example:25: connection refused")
            for _ in range(6):  # an outage, however long
                clock.shift(timedelta(minutes=2))
                assert await sends(telling, other) == []
            telling.transport.answer = None
            clock.shift(timedelta(minutes=2))
            assert len(await sends(telling, other)) == 1


async def an_hour_later_a_digest_is_due(telling: Telling, clock: time_machine.Traveller) -> None:
    """Ines's; Maya and Tom are told at once."""
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.ines)
    await town.done(town.ines, "updateNotificationPreference", kind="request_commented", cadence="HOURLY")
    await town.done(town.rosa, "addComment", requestId=request, body="Next week.")
    await telling.relay()
    clock.shift(timedelta(hours=1))
    while await gather_due():
        pass


async def test_digests_let_mail_that_goes_at_once_go_first_where_mail_is_limited(
    telling: Telling, valkey: Server
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        await an_hour_later_a_digest_is_due(telling, clock)
        async with workers(telling, valkey.url, mails_per_second=0.1) as (one,):
            flush = telling.transport, telling.settings, one
            assert await flush_due(*flush) == 0
            assert len(await sends(telling, one)) == 1
            clock.shift(timedelta(seconds=10))
            assert await flush_due(*flush) == 0
            assert len(await sends(telling, one)) == 1
            clock.shift(timedelta(seconds=10))
            assert await flush_due(*flush) == 1
            assert telling.transport.mails[-1].kind == "digest"


async def test_what_a_digest_gives_way_to_is_no_excuse_for_more_than_an_hour(telling: Telling, valkey: Server) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        await an_hour_later_a_digest_is_due(telling, clock)
        clock.shift(timedelta(hours=2))
        async with workers(telling, valkey.url, mails_per_second=0.1) as (one,):
            assert await flush_due(telling.transport, telling.settings, one) == 1


def limits(file: Path, text: str) -> Providers:
    file.write_text(text)
    return Providers.read(file)


async def test_each_provider_has_its_own_limit(telling: Telling, valkey: Server, tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    limits(file, '[example]\ndomains = ["Example.org"]\nmails_per_second = 0.1\nconnections = 3\n')
    with time_machine.travel(NOW, tick=False) as clock:
        await commented(telling)
        await telling.town.report(telling.town.ines)
        await telling.relay()
        async with workers(telling, valkey.url, 2, provider_limits=file) as (one, other):
            first = await sends(telling, one) + await sends(telling, other)
            assert sorted(mail.recipient.partition("@")[2] for mail in first) == [
                "example.org",
                "springfield.example",
            ]
            for _ in range(5):
                clock.shift(timedelta(seconds=10))
                assert len(await sends(telling, one) + await sends(telling, other)) == 1
            assert await tries() == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[a]\n", "a.domains: Field required"),
        ('[a]\ndomains = ["x.org"]\nper_second = 3\n', "a.per_second: Extra inputs are not permitted"),
        ('[a]\ndomains = ["x.org"]\nmails_per_second = 0\n', "a.mails_per_second: Input should be greater than 0"),
        ('[a]\ndomains = ["x.org"]\n[b]\ndomains = ["X.org"]\n', "X.org is named twice"),
        ("[a", "Expected"),
    ],
)
def test_a_file_of_limits_says_what_is_wrong_in_it(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^PROVIDER_LIMITS: .*{complaint}"):
        limits(tmp_path / "providers.toml", text)


def test_a_domain_has_its_providers_limit_or_that_of_all_others_for_itself(tmp_path: Path) -> None:
    text = '[google]\ndomains = ["gmail.com"]\nconnections = 9\n[others]\ndomains = ["*"]\nmails_per_second = 2\n'
    providers = limits(tmp_path / "providers.toml", text)
    lanes = [providers.lane_of(address) for address in ("a@GMail.com", "a@x.org", "b@x.org", "a@y.org")]
    assert lanes == ["@google", "@x.org", "@x.org", "@y.org"]
    assert [providers.limit_of(lane).mails_per_second for lane in lanes] == [None, 2, 2, 2]
    assert providers.limit_of("@google").connections == 9


async def test_workers_divide_the_connections_among_themselves(telling: Telling, valkey: Server) -> None:
    allowed: list[int] = []

    class Counting(KeepingTransport):
        def allow(self, connections: int) -> None:
            allowed.append(connections)

    telling.transport = Counting()
    with time_machine.travel(NOW, tick=False) as clock:
        await commented(telling)
        await telling.relay()
        async with workers(telling, valkey.url, smtp_connections_in_all=3) as (one,):
            doorbell = Doorbell(valkey.url)
            others, until = [f" another:{number}" for number in range(3)], NOW.timestamp() + 30
            await Shared(doorbell).change("senders", lambda state: state.update(dict.fromkeys(others, until)))
            assert await sends(telling, one) == []  # three others have one each
            assert allowed == []
            await Shared(doorbell).change("senders", lambda state: [state.pop(name) for name in others[1:]])
            assert len(await sends(telling, one)) == 4
            assert set(allowed) == {1}  # the other one, which comes first, has two
            clock.shift(timedelta(seconds=31))  # and has died
            await sends(telling, one)
            assert allowed[-1] == 3
            await one.leave()
            assert await Shared(doorbell).read(["senders"]) == [{}]
            await doorbell.close()


async def test_a_new_sender_sends_so_many_a_day_whatever_redis_forgets_and_account_mail_besides(
    telling: Telling, valkey: Server
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        expected = await commented(telling)
        await telling.relay()
        await fetch("DELETE FROM attempt")  # what was sent in preparing is not today's
        async with workers(telling, valkey.url, 2, warm_up_start=NOW.date(), warm_up_ceilings=(1, 2)) as crew:
            mails = await sends(telling, crew[0]) + await sends(telling, crew[1])
            assert len(mails) == 1
            doorbell = Doorbell(valkey.url)
            await (await doorbell.connect()).flushdb()
            await doorbell.close()
            assert await sends(telling, crew[1]) == []
            assert await tries() == [("pending", 0)] * 3
            await telling.town.done(None, "requestPasswordReset", address="maya@example.org")
            await telling.relay()
            assert [mail.kind for mail in await sends(telling, crew[0])] == ["password_reset"]
            assert await sends(telling, crew[0]) == []
            clock.shift(timedelta(days=1))
            tomorrow = await sends(telling, crew[1]) + await sends(telling, crew[0])
            assert len(tomorrow) == 2
            clock.shift(timedelta(days=1))  # there is no ceiling for the third day
            assert told([*mails, *tomorrow, *await sends(telling, crew[0])]) == expected
