"""How the commands of this package end."""

from __future__ import annotations

import sys
from collections.abc import Callable

from extractor.errors import FormdigitsError


def run(main: Callable[[], None]) -> int:
    """Run `main`; what the user can put right is one sentence and not a traceback. Returns the exit code."""
    try:
        main()
    except FormdigitsError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0
