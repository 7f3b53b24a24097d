"""A real server on loopback, for the length of a block."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

COMMAND = Path(sys.executable).with_name("citewise")


@contextmanager
def serving(data_dir: Path, **environment: str) -> Iterator[str]:
    """Serve a data directory; yields the address. The server has to stop well at the end."""
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--data-dir", str(data_dir)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"running on (http://\S+)", line):
            Thread(target=process.stderr.read, daemon=True).start()  # or its log fills the pipe
            break
    try:
        yield found[1] if found else ""
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0
