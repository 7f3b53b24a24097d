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
def serving(data_dir: Path, log: list[str] | None = None, **environment: str) -> Iterator[str]:
    """Serve a data directory; yields the address. The server has to stop well at the end.

    Args:
        data_dir: What to serve.
        log: Gets every line that the server writes to stderr; whole at the end of the block.
        environment: Settings.
    """
    log = [] if log is None else log
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--data-dir", str(data_dir)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stderr is not None
    for line in process.stderr:
        log.append(line)
        if found := re.search(r"running on (http://\S+)", line):
            break
    reading = Thread(target=log.extend, args=(process.stderr,), daemon=True)
    reading.start()  # or its log fills the pipe
    try:
        yield found[1] if found else ""
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        reading.join()
        process.stderr.close()
    assert process.returncode == 0
