"""The tables of the job store, in the SQL that SQLite and PostgreSQL share."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

VERSION = "0016"
"""The newest step in `migrations/versions`: what the tables below are. Older databases are brought up to it."""

ESCAPED = "\\json:"


class AnyText(TypeDecorator[str]):
    """Text that may hold what a database refuses: a file name that is no UTF-8, a NUL.

    Nearly all text is stored as it is; the rest as JSON behind a mark that no ordinary path starts with.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        storable = "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
        return value if storable and not value.startswith(ESCAPED) else ESCAPED + json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if isinstance(value, str) and value.startswith(ESCAPED):
            return str(json.loads(value.removeprefix(ESCAPED)))
        return value  # type: ignore[no-any-return]


metadata = MetaData()

# Alembic's own table, so that its tools work on the database as well.
schema_version = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(24), primary_key=True),
    # What makes two commands the same job: a hash of inputs, templates, model and options.
    Column("key", String(64), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    # `ReadOptions` as a tree; in those of a recipe, templates are the paths that they were taken from.
    Column("options", JSON, nullable=False),
    # The columns of the output: [[name, kind], …].
    Column("fields", JSON, nullable=False),
    # Seconds since 1970, UTC.
    Column("created", Double, nullable=False),
    Column("finished", Double),
    # Empty for `formdigits read`; else the queue that the job's chunks travel in.
    Column("queue", String(64)),
    # What the pages are read with (templates, options, model): a content is a duplicate under the same recipe only.
    Column("recipe", String(64), index=True),
    # State folder of the machine that is to read a job without a queue; empty for `formdigits read`.
    Column("home", AnyText),
    # Whether to read contents again that other jobs have read.
    Column("again", Boolean, nullable=False, server_default=false()),
    # What people call it; empty where nobody has given it a name.
    Column("name", AnyText, nullable=False, server_default=""),
    # Among jobs of one queue the higher ones come first; and when one of its chunks was last taken.
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("served", Double, nullable=False, server_default="0"),
)

# What the readings of a job's forms depend on (see `workers.queue.recipe.form_keys`): where it is the same, answers on
# one job say what to expect of another.
job_forms = Table(
    "job_forms",
    metadata,
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("form", AnyText, primary_key=True),
    Column("reads", String(64), nullable=False, index=True),
)

# What was promised of a job's accepted fields: `workers.review.promise.Promise` as a tree.
promises = Table(
    "promises",
    metadata,
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("promise", JSON, nullable=False),
)

# What was learned from people's answers on a form, from number 1 on; without a version that is `used` the form is read
# by the models that come with the program. A model's files are kept as those of a recipe are.
model_versions = Table(
    "model_versions",
    metadata,
    Column("form", AnyText, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # What people call it; who had it learned, and when.
    Column("name", AnyText, nullable=False),
    Column("by", AnyText, nullable=False),
    Column("created", Double, nullable=False),
    # The key of its files: the model's fingerprint.
    Column("model", String(64), nullable=False),
    # How well it read before and after; and of what it was learned: jobs, answers, pages, documents' sizes in bytes.
    Column("figures", JSON, nullable=False),
    Column("learned_from", JSON, nullable=False),
    Column("used", Boolean, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    # A document keeps its number for good; its position in the output moves when others come or go.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    # Absolute path, by which anybody can open it, and how the user named it where the output is to say that.
    Column("file", AnyText, nullable=False),
    Column("given", AnyText),
    # Bytes and nanoseconds when the job last looked: another size or time means that it must be read again.
    Column("size", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),
    # Empty until counted.
    Column("pages", Integer),
    # The rest is for jobs in the queue. SHA-256 of the content, empty until looked at or where it cannot be opened.
    Column("content", String(64)),
    # How many times looking at it was begun, and the chunk in which it is looked at.
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("chunk", Integer),
    Index("documents_in_order", "job", "position"),
    Index("documents_by_content", "content"),
    Index("documents_by_chunk", "job", "chunk"),
)


def _page_key() -> list[Column[Any]]:
    """The columns that say of which page a row is."""
    return [
        Column("job", String(24), primary_key=True),
        *(Column(name, Integer, primary_key=True, autoincrement=False) for name in ("document", "page")),
    ]


pages = Table(
    "pages",
    metadata,
    *_page_key(),
    Column("state", String(16), nullable=False),
    # How many times its reading was begun: above one where it, or a page read with it, killed its process.
    Column("attempts", Integer, nullable=False, default=0),
    Column("status", String(16)),
    Column("form", AnyText),
    Column("fit", Double),
    Column("reason", AnyText),
    Column("rules", JSON),
    # The record that the page's own code says it belongs to.
    Column("record", AnyText),
    # The chunk that the page is read in, for jobs in the queue.
    Column("chunk", Integer),
    # Whether its fields are where people review them: see `workers.review`.
    Column("reviewed", Integer, nullable=False, server_default="0"),
    # How many of its fields are of each status now, after what people said of them; the last is those to review.
    Column("accepted", Integer, nullable=False, server_default="0"),
    Column("blank", Integer, nullable=False, server_default="0"),
    Column("void", Integer, nullable=False, server_default="0"),
    Column("doubtful", Integer, nullable=False, server_default="0"),
    ForeignKeyConstraint(["job", "document"], ["documents.job", "documents.number"], ondelete="CASCADE"),
    Index("pages_by_chunk", "job", "chunk", "document", "page"),
    Index("pages_to_review", "job", "reviewed", "state", "document", "page"),
    # All that is counted of a job, without a look at its pages themselves.
    Index("pages_counted", "job", "state", "status", "form", "accepted", "blank", "void", "doubtful"),
)

# Few are: those are found without a look at the others.
Index(
    "pages_doubtful",
    *(pages.c.job, pages.c.document, pages.c.page),
    sqlite_where=text("doubtful > 0"),
    postgresql_where=text("doubtful > 0"),
)
Index(
    "pages_partly",
    pages.c.job,
    sqlite_where=text("status = 'read' AND reason <> ''"),
    postgresql_where=text("status = 'read' AND reason <> ''"),
)

readings = Table(
    "readings",
    metadata,
    *_page_key(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("field", AnyText, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("value", AnyText, nullable=False),
    Column("written", AnyText, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("status", String(16), nullable=False),
    Column("quad", JSON, nullable=False),
    Column("alternatives", JSON, nullable=False),
    Column("rules", JSON, nullable=False),
    Column("doubts", JSON, nullable=False),
    # What `written` is made of, with crops, where the job asks for it.
    Column("symbols", JSON),
    ForeignKeyConstraint(
        ["job", "document", "page"], ["pages.job", "pages.document", "pages.page"], ondelete="CASCADE"
    ),
)

chunks = Table(
    "chunks",
    metadata,
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    # WAITING or DONE.
    Column("state", String(16), nullable=False),
    # How many times it was begun: above one, its pages are read one by one.
    Column("tries", Integer, nullable=False),
    # Who has it: the id of the message that it came with, and until when that is to be believed.
    Column("claimant", String(64), nullable=False),
    Column("lease", Double, nullable=False),
    # When a message for it was last given to the broker; 0 for never.
    Column("dispatched", Double, nullable=False),
    # When it was done, how many pages (or documents) it had: for pages per second.
    Column("finished", Double),
    Column("size", Integer, nullable=False),
    Index("chunks_to_send", "state", "dispatched"),
    Index("chunks_open", "job", "state", "number"),
    Index("chunks_by_claimant", "claimant"),
    Index("chunks_finished", "job", "finished"),
)

recipes = Table(
    "recipes",
    metadata,
    Column("recipe", String(64), primary_key=True),
    # A template's file or the picture that it refers to, by the name that it has on disk for a worker.
    Column("name", String(255), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

plans = Table(
    "review_plans",
    metadata,
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    # Whether a field is settled only when two people say the same of it.
    Column("second", Boolean, nullable=False),
    # Whether these two do not see what the machine read.
    Column("blind", Boolean, nullable=False, server_default=false()),
    # The share of accepted fields that people check as well, drawn at random.
    Column("sample", Double, nullable=False),
    # How many fields of each sort were put up for review until now.
    Column("doubtful", Integer, nullable=False, server_default="0"),
    Column("sampled", Integer, nullable=False, server_default="0"),
    # How many times the sample was made larger; and the share of the fields outside of it that joins it on pages which
    # were put up for review before the last time.
    Column("raised", Integer, nullable=False, server_default="0"),
    Column("further", Double, nullable=False, server_default="0"),
)

reviews = Table(
    "reviews",
    metadata,
    *_page_key(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    # Whether it is here as one of the sample, or because it was not certain.
    Column("sample", Boolean, nullable=False),
    # What was read: the status, for counting without a look at the readings.
    Column("was", String(16), nullable=False),
    # How far it is: see `Stage` in `workers.review.values`. The next field is the first of its stage, in the order
    # of turn (how many times it was skipped) and rank (the least certain first; at random in the sample).
    Column("stage", Integer, nullable=False),
    # The person whose answer waits for a second one: see `person_key`.
    Column("keyed_by", AnyText, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("rank", Double, nullable=False),
    # Which window has it on its screen, and until when that is to be believed.
    Column("claimant", String(64), nullable=False),
    Column("lease", Double, nullable=False),
    # How many answers there were, so that nobody answers what has changed since it was shown.
    Column("answers", Integer, nullable=False),
    # Whether it is here since somebody mended it, and not as one that is up for review.
    Column("mended", Boolean, nullable=False, server_default=false()),
    # The outcome, once it is settled: how, by whom ([name, …]) and when.
    Column("kind", String(16)),
    Column("status", String(16)),
    Column("value", AnyText),
    Column("by", JSON),
    Column("at", Double),
    ForeignKeyConstraint(
        ["job", "document", "page"], ["pages.job", "pages.document", "pages.page"], ondelete="CASCADE"
    ),
    Index("reviews_in_order", "job", "stage", "keyed_by", "sample", "turn", "rank"),
    Index("reviews_by_claimant", "claimant"),
)

# Few are: how many is counted without a look at the others.
Index("reviews_mended", reviews.c.job, sqlite_where=text("mended = 1"), postgresql_where=reviews.c.mended)

# Every answer that a person gave, for good: it stays when the page is read again.
corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("document", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("field", AnyText, nullable=False),
    # Who, as the name is shown, and as what tells people apart: see `person_key`.
    Column("by", AnyText, nullable=False),
    Column("person", AnyText, nullable=False, server_default=""),
    Column("at", Double, nullable=False),
    # `accept`, `type`, `blank`, `void` or `undo`, and whether it stands against the field's format.
    Column("kind", String(16), nullable=False),
    Column("forced", Boolean, nullable=False),
    # From what to what.
    Column("was_status", String(16), nullable=False),
    Column("was_value", AnyText, nullable=False),
    Column("status", String(16), nullable=False),
    Column("value", AnyText, nullable=False),
    Index("corrections_of_field", "job", "document", "page", "position"),
    Index("corrections_by_person", "job", "person", "id"),
)

# What people say of a page as a whole.
page_marks = Table(
    "page_marks",
    metadata,
    *_page_key(),
    # Whether it should be scanned again.
    Column("rescan", Boolean, nullable=False),
    Column("comment", AnyText, nullable=False),
    Column("by", AnyText, nullable=False),
    Column("at", Double, nullable=False),
    ForeignKeyConstraint(["job", "document"], ["documents.job", "documents.number"], ondelete="CASCADE"),
)

# People who may sign in to the web page; without any, whoever knows the token may.
accounts = Table(
    "accounts",
    metadata,
    # What tells people apart: names that differ in case alone are one person's.
    Column("person", AnyText, primary_key=True),
    Column("name", AnyText, nullable=False),
    Column("role", String(16), nullable=False),
    # An Argon2 hash.
    Column("password", String(200), nullable=False),
    Column("created", Double, nullable=False),
)

# Browsers that are signed in. The id is a hash of what the browser keeps, so that whoever reads this cannot sign in.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    # Empty for whoever knew the server's token.
    Column("person", ForeignKey("accounts.person", ondelete="CASCADE"), index=True),
    Column("began", Double, nullable=False),
)
