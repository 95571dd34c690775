"""THE TABLE: every field of every type that is read, and who may see a value in it on what is Springfield's.

ANYONE       whoever sees the object at all, which its own door decides
OWN          whoever is signed in, of their own
STAFF, …     nobody else; and the scene has a value there for all of these, so that the test can fail

Nested fields are no way around a door: whatever is reached from something allowed is in the table as well. What
mutations answer is made of the same types.
"""

from __future__ import annotations

from collections.abc import Mapping

from graphql import GraphQLObjectType

from tests.boundary.looking import SCHEMA
from tests.boundary.scene import EVERYONE, MANAGERS, SIGNED_IN, STAFF

ANYONE, OWN = EVERYONE, SIGNED_IN
LIVE = frozenset({"RequestActivity", "ViewerNotification"})
"""What only subscriptions show."""

_TABLE: Mapping[str, Mapping[frozenset[str], str]] = {
    "Viewer": {
        OWN: "notifications digests preferences digestSchedule id person handle name address isConfirmed language"
        " timeZone sessions followedRequests reportedRequests watchAreas nextDigestAt memberships"
        " addressTrouble digestsStopped allMailStopped preferencesUrl"
    },
    "AddressTrouble": {OWN: "address cause message since until"},
    "Session": {OWN: "id label createdAt usedAt expiresAt isCurrent"},
    "Membership": {OWN: "organization role"},
    "Person": {ANYONE: "id handle name"},
    "Organization": {
        ANYONE: "id slug name timeZone viewerIsStaff categories",
        STAFF: "holdGuests heldWords subscribeActingMembers openDays opensAt closesAt holidayCalendar switchedOnKinds"
        " usesWork workOrders"
        " staff members assignmentRules previewAssignment",
        MANAGERS: "invitations apiKeys",
    },
    "Member": {STAFF: "person role since"},
    "Invitation": {MANAGERS: "address role expiresAt"},
    "ApiKey": {MANAGERS: "id name createdAt"},
    "AssignmentRule": {STAFF: "id position name categoryIds createdAt shape assignee"},
    "AssignmentPreview": {STAFF: "assignee rules", ANYONE: "rule"},
    "WorkOrder": {
        STAFF: "id number summary description dueAt createdAt updatedAt completedAt assignee request",
    },
    "JudgedRule": {STAFF: "rule verdict why"},
    "RequestCategory": {
        ANYONE: "id name description isPrivate isDeleted requesterRestriction residentRestriction questions",
        STAFF: "routeAddresses escalateTo addressTroubles switchedOffKinds sla assignee",
    },
    "CategoryQuestion": {ANYONE: "code prompt hint datatype required variable isPrivate choices"},
    "QuestionChoice": {ANYONE: "key name"},
    "Sla": {STAFF: "amount unit"},
    "ServiceRequest": {
        ANYONE: "id number summary description status category organization place latitude longitude photoUrls photos"
        " reporter isAnonymous viewerIsReporter isPrivate isHeld createdAt updatedAt closedAt mergedInto comments"
        " history viewerFollows viewerMutes voteCount viewerVoted viewerCan answers",
        STAFF: "reporterAddress assignee dueAt slaDueAt slaBreachedAt workOrders",
    },
    "RequestAnswer": {ANYONE: "code prompt values isPrivate"},
    "Comment": {ANYONE: "id body author visibility byStaff isHeld accompanies createdAt photos"},
    "Photo": {ANYONE: "id url thumbnailUrl width height"},
    "HistoryEvent": {ANYONE: "id type isInternal occurredAt actor text comment", STAFF: "reason workOrder"},
    "ViewerCan": {
        ANYONE: "update comment commentInternally acknowledge close reopen vote follow assign recategorize"
        " changeDueDate orderWork merge setVisibility"
    },
    "Allowance": {ANYONE: "allowed code reason"},
    "Notification": {OWN: "id kind reasons state skip cadence occurredAt sentAt readAt request event"},
    "NotificationKind": {ANYONE: "key label group defaultCadence forStaff canBeChanged"},
    "NotificationReason": {OWN: "reason kind skip details"},
    "NotificationPreference": {OWN: "kind cadence isDefault"},
    "DigestSchedule": {
        OWN: "hour weekday quietFrom quietUntil vacationFrom vacationUntil ownActions textOnly digestMap"
    },
    "Digest": {OWN: "id cadence state told dropped createdAt sentAt url"},
    "MailPreview": {OWN: "subject html text"},
    "MailSettings": {MANAGERS: "brand brandVersions openings"},
    "MailBrand": {MANAGERS: "color textColor linkColor logoUrl logo replyTo postalAddress senderName"},
    "MailBrandVersion": {MANAGERS: "brand isLive author createdAt undoneAt"},
    "MailOpening": {MANAGERS: "id kind language body isLive author createdAt publishedAt undoneAt"},
    "SampleMail": {MANAGERS: "subject preheader html text", ANYONE: "problems"},
    "NotificationExplanation": {
        OWN: "eventId eventType occurredAt event state kind cause rule sentence reasons missing cadence because"
        " waitsUntil mergedInto delivery includes"
    },
    "ExplainedReason": {OWN: "reason kind cause rule sentence details"},
    "MergedInto": {OWN: "sort cadence told dropped"},
    "Delivery": {OWN: "messageId state sentAt attempts cameBack"},
    "DeliveryAttempt": {OWN: "startedAt outcome code detail"},
    "CameBack": {OWN: "verdict status detail receivedAt"},
    "DryRun": {STAFF: "total groups"},
    "DryRunGroup": {STAFF: "kind reason cadence skip recipients people addresses"},
    "RequestDelivery": {
        STAFF: "event kind reason person address state cause sentence cadence waitsUntil sentAt attempts cameBack"
    },
    "IncludedEvent": {OWN: "what rule"},
    "WatchArea": {
        ANYONE: "id name areaKm2 latitude longitude radiusM categoryIds keywords withComments isPublic viewerIsOwner"
        " createdAt shape viewerFollows viewerCadence viewerComments"
    },
    "WatchAreaPreview": {ANYONE: "count perWeek isTooBroad warning areaKm2 repairs"},
    "WatchAreaWarning": {ANYONE: "message perWeek suggestedCadence"},
    "RequestActivity": {ANYONE: "cursor event request"},
    "ViewerNotification": {OWN: "cursor notification"},
}

SIGHTS: Mapping[tuple[str, str], frozenset[str]] = {
    (kind, field): roles for kind, rows in _TABLE.items() for roles, fields in rows.items() for field in fields.split()
}

_SAME_ALL_OVER = ("Payload", "Connection", "Edge", "PageInfo", "UserError")
"""What carries objects of other types, and shows nothing of its own."""


def all_fields() -> set[tuple[str, str]]:
    """(type, field) of everything that can be read."""
    roots = {SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type}
    return {
        (name, field)
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType) and kind not in roots
        if not name.startswith("__") and not name.endswith(_SAME_ALL_OVER)
        for field in kind.fields
    }
