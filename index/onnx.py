"""ONNX Runtime, as every model here is run by it."""

import os
import threading
from pathlib import Path
from weakref import WeakValueDictionary

# The wheels from PyPI send usage events to Microsoft and keep a device id in the home
# folder unless this is set before the library is imported (its Privacy.md). Nothing here
# phones home.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

_lock = threading.Lock()
_opened: WeakValueDictionary[tuple[Path, int, int, int], onnxruntime.InferenceSession] = WeakValueDictionary()


def open_session(model: Path, threads: int = 0) -> onnxruntime.InferenceSession:
    """Open a model for inference on the CPU.

    Whoever opens the same file while it is in use gets the same session: its weights are read once,
    and it may be shared by threads.

    Args:
        model: An ONNX file.
        threads: How many one run is spread over; 0 for as many as there are cores.
    """
    state = model.stat()
    key = model.resolve(), state.st_mtime_ns, state.st_size, threads
    with _lock:
        session = _opened.get(key)
        if session is None:
            session = _opened[key] = _open(model, threads)
    return session


def _open(model: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin between requests take the second core from everything else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Without it, products of 8 bit overflow on x64 processors that have AVX2 and no VNNI.
    options.add_session_config_entry("session.x64quantprecision", "1")
    # A pattern of memory would be kept for every shape of input, and hardly two texts have the same.
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
