"""`curbcast mail`: what the gallery shows, from the terminal."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path
from shutil import copytree

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from curbcast.cli import app
from curbcast.screenshots import find_chromium
from notifier import assembly, templates


def curbcast(*words: str) -> Result:
    return CliRunner().invoke(app, ["mail", *words])


def test_previews_are_written_as_html_text_and_message_in_every_language(tmp_path: Path) -> None:
    result = curbcast("preview", "request_closed", "digest", "--out", str(tmp_path))
    assert (result.exit_code, result.stdout) == (0, f"4 mails in {tmp_path}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{kind}.{language}.{part}"
        for kind in ("digest", "request_closed")
        for language in ("en", "es")
        for part in ("eml", "html", "txt")
    ]
    message = message_from_bytes((tmp_path / "request_closed.es.eml").read_bytes(), policy=default)
    body = message.get_body(preferencelist=("plain",))
    assert body is not None
    assert (
        body.get_content().replace("\r\n", "\n").rstrip() == (tmp_path / "request_closed.es.txt").read_text().rstrip()
    )


def test_a_kind_that_does_not_exist_is_named(tmp_path: Path) -> None:
    for words in (("preview", "request_sung", "--out", str(tmp_path)), ("lint", "request_sung")):
        result = curbcast(*words)
        assert result.exit_code == 2
        assert "There is no kind request_sung" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_sound_kind_passes_and_a_broken_one_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = curbcast("lint", "password_reset")
    assert (result.exit_code, result.stdout) == (
        0,
        f"No problems found in {len(templates.files())} templates and 24 mails.\n",
    )
    folder = copytree(assembly.FOLDER, tmp_path / "templates_mjml")
    monkeypatch.setattr(assembly, "FOLDER", folder)
    layout = folder / "_layout.mjml"
    layout.write_text(layout.read_text().replace("<mj-raw>", "<mj-row>").replace("</mj-raw>", "</mj-row>"))
    result = curbcast("lint", "password_reset")
    assert result.exit_code == 1
    assert "_layout.mjml:12: there is no tag <mj-row>; did you mean mj-raw?" in result.output


def test_a_test_mail_goes_to_one_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURBCAST_DATA_DIR", str(tmp_path))
    result = curbcast("send-test", "request_closed", "mara@example.net", "--language", "es", "--case", "private")
    assert (result.exit_code, result.output) == (0, "mara@example.net: sent 250 captured\n")
    (file,) = (tmp_path / "mail").iterdir()
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert message["To"] == "mara@example.net"
    assert message["Subject"] == "[request_closed] Street light out outside the library (#1042)"
    for words in (("mara",), ("mara@example.net", "--language", "tlh"), ("mara@example.net", "--brand", "x")):
        assert curbcast("send-test", "request_closed", *words).exit_code == 2
    assert len(list((tmp_path / "mail").iterdir())) == 1


@pytest.mark.slow
def test_pictures_show_each_mail_as_wide_as_it_is_seen(tmp_path: Path) -> None:
    if find_chromium() is None:
        pytest.skip("there is no Chromium on this machine")
    result = curbcast("preview", "password_reset", "--out", str(tmp_path), "--screenshot")
    assert result.exit_code == 0, result.output
    widths = {}
    for view in ("desktop", "phone", "dark", "phone-dark"):
        with Image.open(tmp_path / f"password_reset.en.{view}.png") as picture:
            widths[view] = picture.width
            assert 300 < picture.height < 1500
    assert widths == {"desktop": 700, "phone": 390, "dark": 700, "phone-dark": 390}
    with Image.open(tmp_path / "password_reset.en.png") as picture:
        assert picture.width == round((700 + 390 + 700 + 390 + 3 * 12) * 0.55)
