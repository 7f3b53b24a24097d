"""How much memory a process took, and how much there is."""

from pathlib import Path

_KIB = 1024
_CGROUP = Path("/sys/fs/cgroup")


def peak_bytes() -> int:
    """The most that this process ever held.

    Not from ``getrusage``, whose figure begins with that of the process which started this one.
    """
    return _kib(Path("/proc/self/status"), "VmHWM")


def available_bytes() -> int:
    """What can be taken before the machine, or the container, has to give up."""
    free = _kib(Path("/proc/meminfo"), "MemAvailable")
    try:
        limit = (_CGROUP / "memory.max").read_text().strip()
        used = int((_CGROUP / "memory.current").read_text())
    except OSError:
        return free
    return free if limit == "max" else min(free, int(limit) - used)


def _kib(path: Path, name: str) -> int:
    line = next(line for line in path.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * _KIB
