"""Every mail passes the gate, and the gate sees each thing that can be wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from notifier.gate import accepted, faults, support
from notifier.gate.page import Page
from notifier.preview import Preview, all_combinations, preview, preview_names, samples_of
from notifier.words import languages


def wrong(mail: Preview) -> list[str]:
    return [f"{mail.title}: {fault}" for fault in faults(mail)]


@pytest.mark.parametrize("name", preview_names())
def test_every_case_of_a_mail_can_go_out(name: str) -> None:
    assert [fault for case in samples_of(name) for fault in wrong(preview(name, "en", case))] == []


@pytest.mark.parametrize("language", languages())
def test_every_mail_can_go_out_in_every_language(language: str) -> None:
    assert [fault for name in preview_names() for fault in wrong(preview(name, language, brand="bright"))] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", preview_names())
def test_a_mail_can_go_out_in_every_language_case_and_brand(name: str) -> None:
    made = [preview(*each) for each in all_combinations() if each[0] == name]
    assert [fault for mail in made for fault in wrong(mail)] == []


Spoil = Callable[[str], str]


def swap(old: str, new: str) -> Spoil:
    def spoil(source: str) -> str:
        assert old in source
        return source.replace(old, new)

    return spoil


IN_BODY = '<h1 style="margin:0; '
SPOILT: list[tuple[str, Spoil]] = [
    ("html: line ", swap("</h1>", "</h1></b>")),
    ("html: <td> has no attribute vertical-align", swap('<td align="left"', '<td vertical-align="top" align="left"')),
    ("html: <h1> has no attribute color", swap("<h1 ", '<h1 color="red" ')),
    ("doctype: the page doesn't begin with <!doctype html>", swap("<!doctype html>", "")),
    ("language: the page says lang='de', and is written in en", swap('<html lang="en"', '<html lang="de"')),
    ("title: the title is []", swap("title>", "p>")),
    ("title: the title is ['Mail']", swap("<title>Street light out outside the library (#1042)", "<title>Mail")),
    ("heading: there are 0 h1", swap("h1", "h2")),
    ("heading: there are 2 h1", swap("<h2", "<h1")),
    ("tables: a layout table without role=presentation", swap('role="presentation" width="100%"', 'width="100%"')),
    ("pictures: a picture without alternative text", swap('alt="Photo of this request"', 'alt=""')),
    ("links: '' doesn't say where it leads", swap('alt="Photo of this request"', 'alt=""')),
    ("links: 'Click here!' doesn't say where it leads", swap(">Mute this request<", ">Click here!<")),
    ("links: 'Stop mails of this kind' leads to https", swap("Mute this request", "Stop mails of this kind")),
    ("links: 'Mute this request' leads to '#mute'", swap("https://marlow.example/u/m7Qw", "#mute")),
    (
        "button: there are 2 buttons",
        swap("Mute this request</a>", 'x</a><a style="display:inline-block;padding:2px"></a>'),
    ),
    ("remote: <script> has no place in a mail", swap("</body>", "<script>1</script></body>")),
    ("remote: <link> has no place in a mail", swap("</head>", '<link href="https://fonts.example/a.css"></head>')),
    ("remote: a script in <h1 onclick>", swap("<h1 ", '<h1 onclick="x()" ')),
    ("remote: a script in <a href>", swap("https://marlow.example/u/m7Qw", "javascript:x()")),
    ("remote: <h1> loads something by its style", swap(IN_BODY, f"{IN_BODY}background:url(https://a.example/b.png);")),
    (
        "remote: a picture is fetched from 'http://a.example/b",
        swap('src="https://marlow.example/photos', 'src="http://a.example/b'),
    ),
    ("remote: the style sheet loads something: @import", swap("@media (prefers", "@import 'a.css'; @media (prefers")),
    ("remote: the style sheet loads something: @font-face", swap("@media (prefers", "@font-face {} @media (prefers")),
    (
        "contrast: by day, 'Rosa Delgado closed this request' is #999999 on #00703c",
        swap(IN_BODY, f"{IN_BODY}color:#999;"),
    ),
    (
        "contrast: by night, 'New lamp fitted, and the timer set to du' is #f3f2f1 on #f3f2f1",
        swap("#2b2f32", "#f3f2f1"),
    ),
    ("css: accent-color: gmail desktop-webmail doesn't understand it", swap(IN_BODY, f"{IN_BODY}accent-color:red;")),
    ("css: display-flex: gmail ios understands it in part", swap(IN_BODY, f"{IN_BODY}display:flex;")),
    ("css: unit-ch: ", swap(IN_BODY, f"{IN_BODY}padding:1ch;")),
    ("css: pseudo-class-hover: gmail ios", swap(".ink a {", ".ink a:hover {")),
    ("css: nobody has tested zoom in mail programs", swap(IN_BODY, f"{IN_BODY}zoom:2;")),
    ("css: that is no CSS: ", swap(IN_BODY, f"{IN_BODY}red;")),
    ("text: the text part doesn't say: tomorrow, 17, marta", swap("Rosa Delgado wrote:", "Tomorrow 17 Marta wrote:")),
    ("text: the html part doesn't say: fitted", swap("New lamp fitted", "New lamp")),
    ("text: the text part lacks the link https://marlow.example/u/other", swap("example/u/m7Qw", "example/u/other")),
    ("text: the html part lacks the link https://marlow.example/u/m7Qw", swap("example/u/m7Qw", "example/u/other")),
    ("size: the html part is", swap("</body>", f"{'<p></p>' * 15_000}</body>")),
    ("preheader: the page doesn't begin with", swap("display:none;", "")),
    ("preheader: the page doesn't begin with", swap("Rosa Delgado closed this request: New", "Our newsletter: New")),
    ("unsubscribe: the page has no link to <https://marlow.example/u/t9Rk>", swap("/u/t9Rk", "/u/other")),
    ("placeholder: '%(name)s' shows through", swap("Hello Maya Lindqvist", "Hello %(name)s")),
    ("placeholder: '{{' shows through", swap("Hello Maya Lindqvist", "Hello {{ reader.name }}")),
    ("placeholder: 'qx7xq' shows through", swap("Hello Maya Lindqvist", "Hello qx7xq")),
    ("placeholder: 'None' shows through", swap("Hello Maya Lindqvist", "Hello None")),
]


@pytest.mark.parametrize(("fault", "spoil"), SPOILT, ids=[fault for fault, _ in SPOILT])
def test_a_spoilt_mail_is_held_back(fault: str, spoil: Spoil) -> None:
    mail = preview("request_closed", "en")
    found = [
        str(each) for each in faults(replace(mail, rendered=replace(mail.rendered, html=spoil(mail.rendered.html))))
    ]
    assert [each for each in found if each.startswith(fault)], found


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        ("subject: 79 characters", {"subject": "x" * 79}),
        ("subject: 0 characters", {"subject": ""}),
        ("preheader: the page doesn't begin with its preheader ''", {"preheader": ""}),
        ("text: the text part doesn't say: hello, maya", {"text": ""}),
        ("size: the text part is 100001 bytes", {"text": "x" * 100_001}),
        ("placeholder: '{{' shows through", {"text": "{{ name }}"}),
    ],
)
def test_a_spoilt_subject_or_text_is_held_back(fault: str, changes: dict[str, str]) -> None:
    mail = preview("request_closed", "en")
    found = [str(each) for each in faults(replace(mail, rendered=replace(mail.rendered, **changes)))]
    assert [each for each in found if each.startswith(fault)], found


def test_what_can_be_stopped_says_so_in_its_headers_and_account_mail_does_not() -> None:
    mail, account = preview("request_closed", "en"), preview("password_reset", "en")
    silent = replace(mail, eml=mail.eml.replace(b"List-Unsubscribe", b"X-Other"))
    assert [each.rule for each in faults(silent)] == ["unsubscribe"]
    half = replace(mail, eml=mail.eml.replace(b"List-Unsubscribe-Post", b"X-Other"))
    assert [each.rule for each in faults(half)] == ["unsubscribe"]
    assert [str(each) for each in faults(replace(account, eml=mail.eml))] == [
        "unsubscribe: account mail can't be stopped, and this one says that it can"
    ]


def test_what_people_typed_is_no_fault_of_the_template() -> None:
    mail = preview("request_closed", "en", "hostile")
    assert "{{7*7}}" in mail.rendered.text
    assert faults(mail) == []
    assert [each.rule for each in faults(replace(mail, typed=frozenset()))] == ["placeholder"]


def test_no_degradation_is_accepted_that_no_mail_needs() -> None:
    used: set[str] = set()
    for name in preview_names():
        used |= set(support.used(Page.read(preview(name, "en").rendered.html)))
    assert set(accepted.UNTESTED) <= used
    for feature, programs in accepted.ACCEPTED.items():
        assert feature in used
        lacking = support.lacking(feature)
        families = {client.split()[0] for client in lacking}
        assert [program for program in programs if program not in families and program not in lacking] == [], feature
