"""Names of files and records into ids that an address can carry."""

import re

from index.text.canonical import canonical

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Clients drop a part that is only dots, and ``…/text`` is the address of a document's text.
_DOTS = re.compile(r"(?<![^/])\.{1,2}(?![^/])")
_TEXT = "/text"


def usable_id(name: str) -> str:
    """The id of what is called ``name``: in canonical form, ``_`` for what no id may hold.

    Two names can become one id; whoever gives several has to tell them apart by the ids.
    """
    name = _CONTROLS.sub("_", canonical(name))
    name = _DOTS.sub(lambda dots: "_" * len(dots.group()), name)
    return f"{name}_" if name.endswith(_TEXT) else name
