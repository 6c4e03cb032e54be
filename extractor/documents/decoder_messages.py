"""What libraries that decode pictures write on the terminal by themselves: kept off it, and searched for damage."""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from extractor.errors import DocumentError

_STANDARD_ERROR = 2

_THEIRS = re.compile(
    r"Corrupt JPEG|Premature end of JPEG|Invalid SOS|Inconsistent progression|Unsupported marker|Warning: unknown JFIF|"
    r"JPEG|libpng|TIFF|Fax[34]|LZW|Pixar|PackBits|ZIPDecode|Zip|_TIFF|OJPEG|tempfile\.tif|\S*: (Using code|Corrupted|"
    r"Warning)|\[ ?(WARN|ERROR|INFO)|.*OpenCV|imread_|.*grfmt"
)
"""Lines that a decoder begins with; all others come from another thread."""

_LOSS = re.compile(
    r"Corrupt JPEG data: (premature end|bad Huffman)|Premature end of JPEG|Fax4Decode: (Bad code|Uncompressed data)"
)
"""Where pixels were lost and made up. Not so where lines of a fax (group 3) are damaged: the next one begins anew."""

_one_at_a_time = threading.RLock()


@contextmanager
def decoder_messages() -> Iterator[list[str]]:
    """Keeps off standard error what decoders write there inside the block, and fills the list with it at the end.

    What other threads write meanwhile comes out after the block.
    """
    messages: list[str] = []
    with _one_at_a_time, tempfile.TemporaryFile() as caught:
        try:
            terminal = os.dup(_STANDARD_ERROR)
        except OSError:  # closed, as in a daemon
            yield messages
            return
        os.dup2(caught.fileno(), _STANDARD_ERROR)
        try:
            yield messages
        finally:
            os.dup2(terminal, _STANDARD_ERROR)
            os.close(terminal)
            caught.seek(0)
            for line in caught.read().splitlines(keepends=True):
                text = line.decode("utf-8", "replace")
                if _THEIRS.match(text):
                    messages.append(text.strip())
                else:
                    with suppress(OSError):
                        os.write(_STANDARD_ERROR, line)


def check_whole(messages: Sequence[str]) -> None:
    """Raises DocumentError where a decoder said in `messages` that it made up a part of the picture."""
    if any(map(_LOSS.match, messages)):
        raise DocumentError("A part of the page's data is damaged or missing; scan or copy it again.")
