"""How a lane gives away beginnings, closes where it hears "later", and opens again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.lanes import LONGEST_SECONDS, ROUND_SECONDS, Lane, Limit, Scope, told_later
from notifier.outcome import Outcome

FREE = Limit()


def starts(lane: Lane, wanted: int, now: float, limit: Limit) -> list[float]:
    grant = lane.grant(wanted, now, limit)
    return [grant.start(place) for place in range(grant.many)]


def test_a_second_bears_so_many_and_a_round_no_more_than_its_own() -> None:
    lane, two_a_second = Lane(), Limit(mails_per_second=2)
    assert starts(lane, 200, 100.0, two_a_second) == [100.0, 100.5, 101.0, 101.5, 102.0, 102.5, 103.0, 103.5]
    assert starts(lane, 200, 100.0, two_a_second) == []
    assert starts(lane, 200, 102.0, two_a_second) == [104.0, 104.5, 105.0, 105.5]
    assert starts(lane, 1, 500.0, two_a_second) == [500.0]


def test_one_in_a_minute_is_a_rate_too() -> None:
    lane, slow = Lane(), Limit(mails_per_second=1 / 60)
    assert starts(lane, 5, 0.0, slow) == [0.0]
    assert starts(lane, 5, 30.0, slow) == []
    again = lane.grant(5, 30.0, slow).again
    assert starts(lane, 5, again, slow) == [60.0]


@given(
    st.floats(min_value=0.05, max_value=500),
    st.lists(st.tuples(st.floats(min_value=0, max_value=20), st.integers(min_value=1, max_value=300)), max_size=30),
)
def test_whoever_asks_when_no_two_mails_begin_closer_than_the_limit_says(
    rate: float, asked: list[tuple[float, int]]
) -> None:
    lane, now, begun = Lane(), 1_800_000_000.0, []
    for passed, wanted in asked:
        now += passed
        given_now = starts(lane, wanted, now, Limit(mails_per_second=rate))
        assert len(given_now) <= wanted
        assert all(now <= start < now + ROUND_SECONDS + 1e-5 for start in given_now)
        begun += given_now
    assert all(later - sooner >= 1 / rate - 1e-5 for sooner, later in pairwise(begun))


def test_a_lane_that_said_later_closes_for_longer_each_time_and_opens_by_and_by() -> None:
    lane, now = Lane(), 0.0
    for pause in (30, 60, 120, 240, 480, 960, 1800, 1800):
        lane.said_later(now, 30, LONGEST_SECONDS)
        lane.said_later(now + 1, 30, LONGEST_SECONDS)  # by a mail of the same round
        refused = lane.grant(200, now + pause - 1, FREE)
        assert (refused.many, refused.again) == (0, now + pause)
        now += pause
        assert len(starts(lane, 200, now, FREE)) == 1
        assert starts(lane, 200, now + 1, FREE) == []
    went = []
    for _ in range(9):
        went.append(lane.grant(200, now, FREE).many)
        lane.took(went[-1], now)
        now += ROUND_SECONDS
    assert went == [0, 1, 2, 4, 8, 16, 32, 64, 128]
    assert not lane.is_troubled
    assert lane.grant(200, now, FREE).many == 200
    lane.said_later(now, 30, LONGEST_SECONDS)
    assert lane.grant(1, now, FREE).again == now + 30  # and all that is forgotten


@pytest.mark.parametrize(
    ("code", "detail", "whose"),
    [
        (421, "MAIL: 4.7.0 Too many connections", Scope.SERVER),
        (None, "mail.example:25: connection refused", Scope.SERVER),
        (451, "DATA: 4.3.0 Try again later", Scope.SERVER),
        (451, "RCPT: 4.7.1 Greylisted", Scope.PROVIDER),
        (450, "RCPT: 4.7.28 Gmail has detected an unusual rate", Scope.PROVIDER),
        (451, "DATA: Temporary local problem", Scope.PROVIDER),
        (452, "RCPT: 4.2.2 The mailbox is full", None),
        (450, "RCPT: mailbox busy", None),
    ],
)
def test_an_answer_is_about_the_server_the_provider_or_one_mailbox(
    code: int | None, detail: str, whose: Scope | None
) -> None:
    assert told_later(Outcome("deferred", code, detail)) == whose
    assert told_later(Outcome("failed", code, detail)) is None
