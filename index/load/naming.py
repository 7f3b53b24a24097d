"""Names of files and records into ids that an address can carry."""

import re
from hashlib import sha256

from index.text.canonical import canonical

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Clients drop a part that is only dots, and ``…/text`` is the address of a document's text.
_DOTS = re.compile(r"(?<![^/])\.{1,2}(?![^/])")
_TEXT = "/text"
_LONGEST = 1000
_MARK = 16


def usable_id(name: str) -> str:
    """The id of what is called ``name``: in canonical form, ``_`` for what no id may hold.

    A longer one than an id may be ends in a hash of the whole, so that two stay apart.

    Two names can become one id; whoever gives several has to tell them apart by the ids.
    """
    name = _CONTROLS.sub("_", canonical(name))
    name = _DOTS.sub(lambda dots: "_" * len(dots.group()), name)
    if name.endswith(_TEXT):
        name += "_"
    if len(name) <= _LONGEST:
        return name
    mark = sha256(name.encode()).hexdigest()[:_MARK]
    return f"{name[: _LONGEST - _MARK - 1]}-{mark}"
