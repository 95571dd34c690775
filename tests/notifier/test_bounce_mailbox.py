"""Reports fetched from a Maildir and over IMAP: what is ours is taken in and goes, the rest is kept as seen."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from notifier.bounce_mailbox import fetch_reports
from notifier.suppression import Ailment, Suppression
from tests.notifier.test_reports import report, sent
from tests.telling import Telling


class ImapServer:
    """Just enough IMAP for one mailbox, on a port of its own. `messages` by uid; a letter of `flags` each."""

    def __init__(self, messages: dict[str, bytes]) -> None:
        self.messages, self.flags = messages, dict.fromkeys(messages, "")
        self.logins: list[str] = []
        ours = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK ready\r\n")
                for line in self.rfile:
                    tag, command = line.decode().strip().split(" ", 1)
                    for each in ours.answer(command):
                        self.wfile.write(each)
                    self.wfile.write(f"{tag} OK done\r\n".encode())
                    if command == "LOGOUT":
                        return

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self.server.daemon_threads = True

    def answer(self, command: str) -> Iterator[bytes]:
        words = command.split()
        if words[0] == "CAPABILITY":
            yield b"* CAPABILITY IMAP4REV1\r\n"
        elif words[0] == "LOGIN":
            self.logins.append(command)
        elif words[0] == "SELECT":
            yield f"* {len(self.messages)} EXISTS\r\n".encode()
        elif words[:2] == ["UID", "SEARCH"]:
            unseen = [uid for uid in self.messages if not self.flags[uid]]
            yield f"* SEARCH {' '.join(unseen)}\r\n".encode()
        elif words[:2] == ["UID", "FETCH"]:
            body = self.messages[words[2]]
            yield f"* 1 FETCH (UID {words[2]} BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n"
        elif words[:2] == ["UID", "STORE"]:
            self.flags[words[2]] = command.partition("(")[2].rstrip(")")
        elif words[0] == "EXPUNGE":
            self.messages = {uid: body for uid, body in self.messages.items() if "Deleted" not in self.flags[uid]}
        elif words[0] == "LOGOUT":
            yield b"* BYE\r\n"


@contextmanager
def imap(messages: dict[str, bytes]) -> Iterator[ImapServer]:
    served = ImapServer(messages)
    with served.server:
        thread = threading.Thread(target=served.server.serve_forever, args=(0.02,))
        thread.start()
        yield served
        served.server.shutdown()
        thread.join()


async def test_a_mailbox_is_emptied_of_what_is_ours_over_imap(telling: Telling) -> None:
    mail, _ = await sent(telling)
    messages = {"7": report("exim_unknown", mail), "9": b"Subject: Lunch?\r\n\r\nToday?"}
    with imap(messages) as server:
        port = server.server.server_address[1]
        config = telling.settings.model_copy(update={"bounce_mailbox": f"imap://b:p%20w@127.0.0.1:{port}/Reports"})
        assert await fetch_reports(config) == 1
        assert (list(server.messages), server.flags["9"]) == (["9"], "\\Seen")
        assert server.logins == ['LOGIN b "p w"']
        assert await fetch_reports(config) == 0
    assert [(row.address, row.cause) for row in await Suppression.all()] == [("maya@example.org", Ailment.BOUNCED)]


async def test_a_maildir_is_emptied_of_what_is_ours(telling: Telling, tmp_path: Path) -> None:
    mail, _ = await sent(telling)
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.a.host").write_bytes(report("complaint", mail))
    (tmp_path / "new" / "2.b.host").write_bytes(report("forged_token", mail))
    config = telling.settings.model_copy(update={"bounce_mailbox": f"maildir://{tmp_path}"})
    assert await fetch_reports(config) == 1
    assert list((tmp_path / "new").iterdir()) == []
    assert [path.name for path in (tmp_path / "cur").iterdir()] == ["2.b.host:2,S"]
    assert [(row.address, row.cause) for row in await Suppression.all()] == [("maya@example.org", Ailment.COMPLAINT)]


async def test_a_mailbox_that_is_away_is_an_error_that_the_timetable_survives(telling: Telling, tmp_path: Path) -> None:
    from notifier.jobs import fetch_bounces

    config = telling.settings.model_copy(update={"bounce_mailbox": f"maildir://{tmp_path}/nowhere"})
    with pytest.raises(FileNotFoundError):
        await fetch_reports(config)
    await fetch_bounces({"settings": config})
