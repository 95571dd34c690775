"""Documents that ask for too much, each with the code it must be refused with before anything runs.

The tests hold the code against them, and `bench/hostile` says what each costs the server.
"""

from __future__ import annotations

DEEP = "{ requests { nodes " + "{ mergedInto " * 14 + "{ id }" + " }" * 14 + " } }"
CHAIN = (
    "{ ...f0 } "
    + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    + " fragment f60 on Query { a: viewer { name } }"
)
NESTED = "{" + "... on Query {" * 150 + "viewer { name }" + "}" * 151

HOSTILE: dict[str, tuple[str, str]] = {
    "deep": (DEEP, "TOO_DEEP"),
    "deep in inline fragments": (NESTED, "TOO_DEEP"),
    "deeper than the parser bears": ("{ a" * 600 + "}" * 600, "TOO_DEEP"),
    "wide": ("{" + " viewer { name }" * 500 + "}", "TOO_MANY_TOKENS"),
    "repeated": ("{ viewer { " + "name " * 500 + "} }", "TOO_MANY_FIELDS"),
    "aliased": ("{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(31)) + "}", "TOO_MANY_ALIASES"),
    "aliased in fragments that double": (CHAIN, "TOO_MANY_FIELDS"),
    "aliased mutations": (
        "mutation {"
        + " ".join(f'a{n}: muteRequest(input: {{requestId: "x"}}) {{ clientMutationId }}' for n in range(31))
        + "}",
        "TOO_MANY_ALIASES",
    ),
    "repeated in inline fragments": (
        "{ requests { nodes {" + " ... { category { name } reporter { name } }" * 60 + " } } }",
        "TOO_MANY_FIELDS",
    ),
    "spread often": ("{ " + "...f " * 50 + "} fragment f on Query { viewer { name } }", "TOO_MANY_FIELDS"),
    "directives on one field": ("{ viewer { name" + " @skip(if: false)" * 6 + " } }", "TOO_MANY_DIRECTIVES"),
    "directives nobody knows": ("{ viewer { name" + " @x" * 900 + " } }", "TOO_MANY_DIRECTIVES"),
    "directives on a variable": ("query ($x: Int" + " @x" * 50 + ") { viewer { name } }", "TOO_MANY_DIRECTIVES"),
    "directives everywhere": (
        "{ viewer { " + " ".join(f"name{n} @skip(if: false)" for n in range(40)) + " } }",
        "TOO_MANY_DIRECTIVES",
    ),
    "directives on the operation": ("query" + " @x" * 50 + "{ viewer { name } }", "TOO_MANY_DIRECTIVES"),
    "in an unused fragment": (
        "{ viewer { name } } fragment f on Viewer {" + " ".join(f"a{n}: name" for n in range(31)) + "}",
        "TOO_MANY_ALIASES",
    ),
    "pages within pages": (
        "{ requests(first: 100) { nodes { comments(first: 100) { nodes { body author { name } } } } } }",
        "TOO_COSTLY",
    ),
    "edges and nodes": (
        "{ requests(first: 100) { edges { node { comments(last: 100) { edges { node { author { name } } } } } } } }",
        "TOO_COSTLY",
    ),
    "lists in lists": (
        "{ organizations(first: 1000000) { nodes { "
        + " ".join(f"{name}: categories {{ assignee {{ name }} }}" for name in "abcdef")
        + " } } }",
        "TOO_COSTLY",
    ),
    "a cycle of fragments": ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "NOT_VALID"),
    "a fragment in itself": ("{ ...a } fragment a on Query { viewer { name } ...a }", "NOT_VALID"),
    "introspection that goes round": (
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        "NOT_VALID",
    ),
    "many comments": ("{ viewer { name } }" + "#\n" * 3000, "TOO_MANY_TOKENS"),
    "operations by the hundred": (
        " ".join(f"query q{n} {{ viewer {{ name }} }}" for n in range(300)),
        "TOO_MANY_TOKENS",
    ),
    "a list without end": (
        "{ requests(filter: {categoryIds: [" + '"x" ' * 2500 + "]}) { totalCount } }",
        "TOO_MANY_TOKENS",
    ),
    "an input that nests": ("{ requests(filter: " + "{a: " * 300 + "1" + "}" * 300 + ") { totalCount } }", "TOO_DEEP"),
    "a very long word": ("{ viewer { " + "n" * 100_000 + " } }", "NOT_VALID"),
    "directives in fragments that double": (
        "{ ...d0 } "
        + " ".join(f"fragment d{n} on Query {{ ...d{n + 1} @skip(if: false) ...d{n + 1} }}" for n in range(20))
        + " fragment d20 on Query { viewer { name } }",
        "TOO_MANY_FIELDS",
    ),
    "not a document": ("query", "SYNTAX_ERROR"),
    "a subscription": ("subscription { x }", "NOT_VALID"),
}
