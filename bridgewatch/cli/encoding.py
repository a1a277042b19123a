"""What a terminal or a pipe cannot show, because its encoding lacks it: nothing fails for that."""

import codecs
import io
import json
import sys

_BLOCKS = "▁▂▃▄▅▆▇█░▒▓·"
_PLAIN = str.maketrans(_BLOCKS, "1234567#-+x.")


def escape_what_is_lacking() -> None:
    """Let both streams write characters that they lack as JSON escapes them, so that it stays JSON.

    By default Python fails.
    """
    codecs.register_error("as JSON", _as_json)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="as JSON")


def drawable(text: str) -> str:
    """Give a drawing as the standard output takes it: in ASCII, where it has no blocks."""
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN)
    return text


def _as_json(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end
