"""formdigits with the fake reader, for tests that need a process of their own."""

import extractor.reading
from formdigits.cli import main
from tests.fake_reader import open_fake

# The processes that read import this file as well, under another name.
extractor.reading.open_reader = open_fake  # type: ignore[assignment]

if __name__ == "__main__":
    main()
