"""ONNX Runtime, as every model here is run by it."""

import os
from pathlib import Path

# The wheels from PyPI send usage events to Microsoft and keep a device id in the home
# folder unless this is set before the library is imported (its Privacy.md). Nothing here
# phones home.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime


def open_session(model: Path) -> onnxruntime.InferenceSession:
    """Open a model for inference on the CPU; the session may be shared by threads."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Threads that spin between requests take the second core from everything else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
