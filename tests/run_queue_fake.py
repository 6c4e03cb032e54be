"""formdigits with the fake reader also in workers, and short leases, for tests of the queue."""

import os

import extractor.reading
from formdigits.cli import main
from tests.fake_reader import FakeReader, open_fake
from workers.database.queue import chunk_claims
from workers.queue import readers


class FakeReaders:
    """In place of `workers.queue.readers.Readers`."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    def of(self, store: object, job: object) -> FakeReader:
        return FakeReader()


if __name__ == "__main__":
    extractor.reading.open_reader = open_fake  # type: ignore[assignment]
    readers.Readers = FakeReaders  # type: ignore[assignment,misc]
    if "FAKE_LEASE_S" in os.environ:
        chunk_claims.CHUNK_LEASE_S = float(os.environ["FAKE_LEASE_S"])
        chunk_claims.RENEW_S = chunk_claims.CHUNK_LEASE_S / 4
        chunk_claims.GRACE_S = chunk_claims.CHUNK_LEASE_S
    main()
