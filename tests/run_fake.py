"""formdigits with the fake reader, for tests that need a process of their own."""

import extractor.reading
import workers.early
from formdigits.cli import main
from tests.fake_reader import open_fake

if __name__ == "__main__":
    # The processes that read get it by name; those that look at one picture for the web page keep the real one.
    extractor.reading.open_reader = open_fake  # type: ignore[assignment]
    workers.early.open_reader = open_fake
    main()
