"""Text on its way into HTML and SVG."""

from __future__ import annotations

import html
import re

__all__ = ["escaped"]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(text: object, *, xml: bool = False) -> str:
    r"""Text that stands for itself in HTML, between tags and inside attributes.

    Args:
        text: anything; what is no text is made one.
        xml: also put ``\ufffd`` for the characters that no XML document may hold.

    >>> escaped('<b> & "'), escaped("\0", xml=True)
    ('&lt;b&gt; &amp; &quot;', '\ufffd')
    """
    plain = str(text)
    return html.escape(_NOT_XML.sub("\ufffd", plain) if xml else plain)
