"""``citewise chat`` as a person uses it, on a terminal, and as a script does, through a pipe."""

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.load.files import find_sources
from service.settings import load_settings
from service.wiring import open_app
from tests.serving import COMMAND

COMET = (
    "Halley's comet returned in May 1910. "
    "It was photographed at the Lick Observatory by Heber [bold]Curtis[/bold].\n\n"
    "The observatory had opened in 1888.\x1b[31m Visitors came by coach.\n"
)
DAM = "The Oroville Dam was completed in 1968. It is 235 metres high.\n"
WHEN, WHO = "When did Halley's comet return?", "Who photographed it?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chat")
    (folder / "comet.txt").write_text(COMET)
    (folder / "dam.txt").write_text(DAM)
    with open_app(load_settings(data_dir=folder / "index"), create=True) as app:
        app.ingest("default").add(find_sources([folder / "comet.txt", folder / "dam.txt"]))
    return folder / "index"


class Terminal:
    """What a person types into and reads from."""

    def __init__(self, master: int) -> None:
        self._master = master
        self._unread = ""

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, once the process waits: CPython notices one just before that only at the next key."""
        time.sleep(0.5)
        self.type("\x03")

    def expect(self, text: str) -> str:
        """Everything up to ``text``, once it is there."""
        deadline = time.monotonic() + 60
        while text not in self._unread:
            ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"{text!r} is not in {self._unread!r}")
            self._unread += os.read(self._master, 65536).decode()
        seen, _, self._unread = self._unread.partition(text)
        return seen + text


def _at_the_terminal() -> None:
    """Make Ctrl-C reach a process: its session has the terminal, and it does not inherit to ignore it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def _chatting(index: Path, *arguments: str) -> Iterator[Terminal]:
    """A chat on a terminal of its own; it has to end well, without a word on a defect."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, "chat", "--data-dir", str(index), *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=_at_the_terminal,  # noqa: PLW1509  # the only way to a terminal of its own
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(slave)
    terminal = Terminal(master)
    try:
        terminal.expect("? ")
        yield terminal
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)


def test_a_conversation_on_a_terminal(index: Path) -> None:
    with _chatting(index) as terminal:
        terminal.type(WHEN + "\n")
        shown = terminal.expect("\n? ")
        assert "\x1b[1m→ May 1910" in shown
        assert "[1] comet.txt · comet.txt 0:" in shown
        terminal.type(WHO + "\n")
        assert "Heber [bold]Curtis[/bold]. [1]" in terminal.expect("\n? ")
        terminal.type("/source 1\n")
        shown = terminal.expect("\n? ")
        assert re.search(r"\x1b\[7m[^\x1b]*Heber \[bold\]Curtis\[/bold\]\.\x1b\[0m", shown)
        assert "opened in 1888.[31m Visitors" in shown
        terminal.type("/source 7\n")
        assert "The last answer has 1." in terminal.expect("\n? ")
        terminal.type("\x04")


def test_ctrl_c_clears_the_line_and_twice_leaves(index: Path) -> None:
    with _chatting(index) as terminal:
        terminal.type("Who is ")
        terminal.expect("Who is ")
        terminal.interrupt()
        terminal.expect("Ctrl-C again leaves.")
        terminal.expect("? ")
        terminal.type("/sources\n")
        assert "Nothing was answered yet." in terminal.expect("\n? ")
        terminal.interrupt()
        terminal.expect("Ctrl-C again leaves.")
        terminal.expect("? ")
        terminal.interrupt()


def test_ctrl_c_stops_an_answer_and_the_conversation_goes_on(index: Path) -> None:
    with _chatting(index) as terminal:
        terminal.type(WHEN + "\n")
        terminal.expect(WHEN + "\r\n")
        time.sleep(0.05)  # the reader is still being loaded
        terminal.type("\x03")
        assert "1910" not in terminal.expect("Stopped.")
        terminal.expect("\n? ")
        terminal.type("How high is the Oroville Dam?\n")
        assert "235 metres" in terminal.expect("\n? ")
        terminal.type("\x04")


def test_the_arrow_key_brings_back_what_was_typed(index: Path) -> None:
    with _chatting(index) as terminal:
        terminal.type("/help\n")
        terminal.expect("/quit")
        terminal.expect("\n? ")
        terminal.type("\x1b[A\n")
        assert "/help" in terminal.expect("/source N")
        terminal.type("/quit\n")


def _piped(index: Path, lines: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "chat", "--data-dir", str(index), *arguments],
        input=lines,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_pipe_gets_one_answer_a_line_and_no_prompt(index: Path) -> None:
    run = _piped(index, f"{WHEN}\n\n/source [1]\n")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("Halley's comet returned in May 1910.")
    assert ">>Halley's comet returned in May 1910." in run.stdout
    assert "? " not in run.stdout
    assert "\x1b" not in run.stdout


def test_a_question_without_answer_shows_the_nearest_passages(index: Path) -> None:
    run = _piped(index, "Who won the chess game in Reykjavik?\n/source 1\n")
    assert "Nearest passages:\n" in run.stdout
    assert "The last answer has none." in run.stderr
    assert run.returncode == 2


def test_filters_hold_for_the_whole_conversation(index: Path) -> None:
    run = _piped(index, f"{WHEN}\n", "--filter", "source=Nowhere")
    assert run.returncode == 0
    assert "1910" not in run.stdout
