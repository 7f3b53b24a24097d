"""A server to measure, on loopback."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO, cast

COMMAND = Path(sys.executable).with_name("citewise")


@contextmanager
def serving(data_dir: Path) -> Iterator[tuple[str, int]]:
    """Serve an index; yields the address and the process id.

    The memory of answers is off, since a benchmark asks the same questions again. What the server logs
    of its own faults is passed on at the end.
    """
    lines: list[str] = []
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--data-dir", data_dir],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "CITEWISE_CACHE_ANSWERS": "0"},
    )
    try:
        log = cast("IO[str]", process.stderr)
        for line in log:
            if found := re.search(r"running on (http://\S+)", line):
                # Or it fills the pipe.
                Thread(target=lines.extend, args=(log,), daemon=True).start()
                yield found[1], process.pid
                break
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        faults = [i for i, line in enumerate(lines) if line.startswith("ERROR")]
        sys.stderr.writelines(line for i in faults[:5] for line in lines[i : i + 60])
