"""Ready-made operations that GraphiQL offers; tests/clients/test_documented.py runs every one of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """`variables` is JSON as one would type it; ids in angle brackets are to be filled in."""

    title: str
    query: str
    variables: str = "{}"


OPERATIONS = (
    Operation(
        "The latest requests",
        """query LatestRequests {
  requests(first: 10) {
    totalCount
    nodes {
      id
      number
      summary
      status
      place
      category { name }
      reporter { name }
      comments(last: 3) { nodes { body author { name } createdAt } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
""",
    ),
    Operation(
        "Organizations and their categories",
        """query Organizations {
  organizations {
    nodes {
      id
      slug
      name
      categories { id name description isPrivate }
    }
  }
}
""",
    ),
    Operation(
        "Look for requests",
        """query Find($filter: RequestFilter) {
  requests(first: 20, filter: $filter) {
    nodes { id number summary status updatedAt }
  }
}
""",
        '{"filter": {"text": "pothole", "status": ["OPEN", "ACKNOWLEDGED"]}}',
    ),
    Operation(
        "Who am I, and what do I follow",
        """query Me {
  viewer {
    name
    address
    isConfirmed
    followedRequests(first: 10) { nodes { number summary status } }
    reportedRequests(first: 10) { nodes { number summary status } }
  }
}
""",
    ),
    Operation(
        "Report something",
        """mutation Report($input: SubmitRequestInput!) {
  submitRequest(input: $input) {
    request { id number status }
    userErrors { code message path }
  }
}
""",
        """{
  "input": {
    "organizationId": "<organization>",
    "categoryId": "<category>",
    "summary": "A pothole on Elm Street",
    "latitude": 42.36,
    "longitude": -71.06
  }
}""",
    ),
    Operation(
        "One request, its history, and what I may do",
        """query Request($id: ID!) {
  request(id: $id) {
    number
    summary
    status
    history(last: 10) { nodes { text occurredAt comment { body } } }
    viewerFollows
    viewerCan {
      comment { allowed reason }
      close { allowed reason }
      reopen { allowed reason }
    }
  }
}
""",
        '{"id": "<request>"}',
    ),
    Operation(
        "Comment on a request",
        """mutation Comment($input: AddCommentInput!) {
  addComment(input: $input) {
    comment { id body createdAt }
    userErrors { code message path }
  }
}
""",
        '{"input": {"requestId": "<request>", "body": "Thank you for looking into it."}}',
    ),
    Operation(
        "Follow a request",
        """mutation Follow($input: FollowRequestInput!) {
  followRequest(input: $input) {
    request { number viewerFollows }
    userErrors { code message path }
  }
}
""",
        '{"input": {"requestId": "<request>"}}',
    ),
    Operation(
        "Close a request",
        """mutation Close($input: CloseRequestInput!) {
  closeRequest(input: $input) {
    request { number status closedAt }
    userErrors { code message path }
  }
}
""",
        '{"input": {"requestId": "<request>", "comment": "Filled this morning."}}',
    ),
    Operation(
        "Follow a request live",
        """subscription Live($requestId: ID!) {
  requestActivity(requestId: $requestId) {
    cursor
    event { text occurredAt comment { body } }
    request { number summary status }
  }
}
""",
        '{"requestId": "<request>"}',
    ),
)
