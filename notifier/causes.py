"""Why somebody was not told of something, or not yet, or not by a mail of its own: a code, its rule, and a sentence.

The codes of rule 12 (reasons.Skip) come first and are called the same; the rest is for what has no row in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from notifier.reasons import Skip
from notifier.words import N_


class Cause(StrEnum):
    """What an explanation can say. New ones may be added."""

    ACTOR = Skip.ACTOR
    NOT_STAFF = Skip.NOT_STAFF
    PRIVATE = Skip.PRIVATE
    UNCONFIRMED = Skip.UNCONFIRMED
    MUTED = Skip.MUTED
    PREFERENCE_OFF = Skip.PREFERENCE_OFF
    AREA_OFF = Skip.AREA_OFF
    COMMENTS_OFF = Skip.COMMENTS_OFF
    SWITCHED_OFF = Skip.SWITCHED_OFF
    SUPPRESSED = Skip.SUPPRESSED
    NOT_FOLLOWING = Skip.NOT_FOLLOWING
    AREA_DELETED = Skip.AREA_DELETED
    ACCOUNT_CLOSED = Skip.ACCOUNT_CLOSED
    NO_LONGER_TRUE = Skip.NO_LONGER_TRUE

    # There is no notification at all.
    IMPORTED = "imported"
    NOT_TOLD_YET = "not_told_yet"
    NOBODY_IS_TOLD = "nobody_is_told"
    NOT_REPORTER = "not_reporter"
    NOT_ASSIGNEE = "not_assignee"
    NOT_WORKER = "not_worker"
    NOT_MENTIONED = "not_mentioned"
    NOT_YOUR_DEED = "not_your_deed"
    NOT_AN_ADDRESS_OF_THE_CATEGORY = "not_an_address_of_the_category"
    NOT_YOUR_ACCOUNT = "not_your_account"
    NO_AREA = "no_area"
    AREA_ELSEWHERE = "area_elsewhere"
    AREA_OTHER_CATEGORY = "area_other_category"
    AREA_OTHER_WORDS = "area_other_words"
    AREA_OTHER_TIME = "area_other_time"

    # There is one, and no mail of its own, or none yet.
    SAME_MAIL = "same_mail"
    BULK = "bulk"
    BURST = "burst"
    DIGEST = "digest"
    QUIET_HOURS = "quiet_hours"
    VACATION = "vacation"
    MAILBOX_TROUBLE = "mailbox_trouble"
    REFUSED = "refused"

    @property
    def rule(self) -> int:
        """The rule of the notification table that it follows from."""
        return _SAID[self].rule

    @property
    def sentence(self) -> str:
        """In English, for gettext; true whoever reads it."""
        return _SAID[self].sentence


@dataclass(frozen=True)
class _Said:
    rule: int
    sentence: str


_SAID = {
    Cause.ACTOR: _Said(1, N_("Nobody is mailed about what they did themselves, unless they ask for it.")),
    Cause.NOT_STAFF: _Said(3, N_("This mail is for the organization's staff only.")),
    Cause.PRIVATE: _Said(4, N_("The request is private: only its reporter and staff hear of it.")),
    Cause.UNCONFIRMED: _Said(6, N_("The address had not been confirmed yet.")),
    Cause.MUTED: _Said(8, N_("The request was muted.")),
    Cause.PREFERENCE_OFF: _Said(8, N_("Mail of this kind was switched off by its reader.")),
    Cause.AREA_OFF: _Said(8, N_("Mail about this area was switched off by its reader.")),
    Cause.COMMENTS_OFF: _Said(8, N_("Comments in this area were switched off by its reader.")),
    Cause.SWITCHED_OFF: _Said(2, N_("The organization does not send this kind of mail for the category.")),
    Cause.SUPPRESSED: _Said(7, N_("Mail to this address came back, or was reported as unwanted; none is sent there.")),
    Cause.NOT_FOLLOWING: _Said(7, N_("It was not followed when this happened, or no longer when the mail was due.")),
    Cause.AREA_DELETED: _Said(8, N_("The area was deleted by its owner.")),
    Cause.ACCOUNT_CLOSED: _Said(7, N_("The account is closed.")),
    Cause.NO_LONGER_TRUE: _Said(7, N_("It was no longer true when the mail was due.")),
    Cause.IMPORTED: _Said(17, N_("It is imported history, of which nobody is notified.")),
    Cause.NOT_TOLD_YET: _Said(7, N_("It has only just happened and is being told now.")),
    Cause.NOBODY_IS_TOLD: _Said(12, N_("No mail is sent about this kind of event.")),
    Cause.NOT_REPORTER: _Said(7, N_("The request was reported by somebody else.")),
    Cause.NOT_WORKER: _Said(2, N_("The work order was not assigned to this person after it happened.")),
    Cause.NOT_ASSIGNEE: _Said(15, N_("The request was not assigned to this person after it happened.")),
    Cause.NOT_MENTIONED: _Said(3, N_("Nobody mentioned this person in it.")),
    Cause.NOT_YOUR_DEED: _Said(1, N_("It is a confirmation for whoever did it.")),
    Cause.NOT_AN_ADDRESS_OF_THE_CATEGORY: _Said(2, N_("The category did not send its requests to this address.")),
    Cause.NOT_YOUR_ACCOUNT: _Said(6, N_("It is about somebody else's account.")),
    Cause.NO_AREA: _Said(7, N_("No watched area matched the request when this happened.")),
    Cause.AREA_ELSEWHERE: _Said(8, N_("The request lies outside of this area.")),
    Cause.AREA_OTHER_CATEGORY: _Said(8, N_("This area is watched for other categories.")),
    Cause.AREA_OTHER_WORDS: _Said(8, N_("This area is watched for other words.")),
    Cause.AREA_OTHER_TIME: _Said(7, N_("This area was not watched when it happened.")),
    Cause.SAME_MAIL: _Said(2, N_("It is told once, in the mail of a stronger reason.")),
    Cause.BULK: _Said(10, N_("It is told in one mail with everything else that was changed at once.")),
    Cause.BURST: _Said(10, N_("There were many mails at once, so the later ones go as one.")),
    Cause.DIGEST: _Said(9, N_("It is told in a digest.")),
    Cause.QUIET_HOURS: _Said(11, N_("It waits for the end of its reader's quiet hours.")),
    Cause.VACATION: _Said(11, N_("It waits for the end of its reader's vacation.")),
    Cause.MAILBOX_TROUBLE: _Said(7, N_("The mailbox took no mail lately, so it waits and is tried again.")),
    Cause.REFUSED: _Said(7, N_("The mail server did not take the mail.")),
}
