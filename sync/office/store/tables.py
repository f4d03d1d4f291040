"""The office's own tables, beside the ledger's and the services'. Every key begins with the region."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()


def table_of(name: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...]) -> sa.Table:
    """A table of these columns and a region."""
    region = sa.Column("region_id", sa.Integer, nullable=False)
    return sa.Table(name, metadata, region, *columns, sa.PrimaryKeyConstraint("region_id", *key))


# One locked row per region: the only source of catalogue revisions. A sequence would let a reader skip a
# revision that commits after a later one.
regions = table_of(
    "regions",
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("epoch", sa.LargeBinary(8), nullable=False),  # changes when the database is restored
    sa.Column("pruned_revision", sa.BigInteger, nullable=False),  # tombstones up to here may be gone
    sa.Column("home_first_fen", sa.BigInteger, nullable=False, server_default="10000"),  # as in the settings
    sa.Column("pool_fen", sa.BigInteger, nullable=False, server_default="4500"),
    sa.Column("two_sites_ms", sa.BigInteger, nullable=False, server_default="600000"),
    sa.Column("unseen_cash_fen", sa.BigInteger, nullable=False, server_default="200000"),
    # From this revision on `catalogue_past` has what items said before.
    sa.Column("past_from", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("restored_at_ms", sa.BigInteger),  # set: from a backup, and some kiosk is still to be heard
    key=(),
)

# The catalogue as it stands: the latest value of each item, and tombstones (`value` is NULL). The scope is
# part of the key: two kiosks may each hold a grant for one account, and a kiosk that loses sight of an item
# needs a tombstone of its own.
catalogue_items = table_of(
    "catalogue_items",
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("lane", sa.SmallInteger, nullable=False),  # 0: block list, first; 2: pictures, last
    sa.Column("scope", sa.Text, nullable=False),  # ``: all kiosks; `site:NAME`; `journal:HEX`
    sa.Column("label", sa.Text, nullable=False),  # what people search for
    sa.Column("value", sa.LargeBinary),  # msgpack of the kind's struct in `kiosk.catalogue`
    sa.Index("catalogue_items_by_revision", "region_id", "lane", "revision"),
    sa.Index("catalogue_items_by_label", "region_id", "kind", "label"),
    sa.Index("catalogue_items_by_number", "region_id", "kind", sa.text("length(key)"), "key"),
    key=("kind", "key", "scope"),
)

# What items are found by, beside their key; see `catalogue.search_words`.
search_words = table_of(
    "search_words",
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("word", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Index("search_words_by_key", "region_id", "kind", "key"),
    key=("kind", "word", "key"),
)

# What items said that have changed since or are gone, by which records are judged; see `judging.past`.
catalogue_past = table_of(
    "catalogue_past",
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("until_revision", sa.BigInteger, nullable=False),  # which said something else
    sa.Column("value", sa.LargeBinary, nullable=False),
    key=("kind", "key", "revision"),
)

# The services that the books were folded with: for one that is not here, records of before are folded anew.
listed_services = table_of("listed_services", sa.Column("name", sa.Text, nullable=False), key=("name",))

# The revision that the catalogue stood at on some days, to know how old a tombstone is.
revision_days = table_of(
    "revision_days",
    sa.Column("day", sa.Text, nullable=False),  # ISO date, UTC
    sa.Column("revision", sa.BigInteger, nullable=False),
    key=("day",),
)

enrolment_codes = table_of(
    "enrolment_codes",
    sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
    sa.Column("used_at_ms", sa.BigInteger),
    sa.Column("device_id", sa.LargeBinary(16)),  # who used it, and the journal that was begun with it:
    sa.Column("journal_id", sa.LargeBinary(16)),  # a repeat gets the first answer again
    sa.Column("replaces", sa.LargeBinary(16)),  # the device whose place the new one takes, if any
    key=("code_hash",),
)

devices = table_of(
    "devices",
    sa.Column("device_id", sa.LargeBinary(16), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("public_key", sa.LargeBinary(32), nullable=False),
    sa.Column("key_id", sa.LargeBinary(16)),  # of `public_key`; the device id is that of the first one
    sa.Column("former_public_key", sa.LargeBinary(32)),  # the one before: a repeated change is known by it
    # A kiosk that takes another's place is as old as that one, for the oldest of a site holds its rights.
    sa.Column("enrolled_at_ms", sa.BigInteger, nullable=False),
    sa.Column("revoked_at_ms", sa.BigInteger),
    sa.Column("last_seen_ms", sa.BigInteger),  # Unix time, and the same moment by a clock that never jumps:
    sa.Column("last_seen_boot", sa.Text, nullable=False, server_default=""),  # of the office's machine
    sa.Column("last_seen_monotonic_ms", sa.BigInteger, nullable=False, server_default="0"),
    # The latest time that it was ever told, for the office's own clock may have been wrong.
    sa.Column("told_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("last_counter", sa.BigInteger, nullable=False),  # of signed requests, against replay
    sa.Column("block_cursor", sa.BigInteger, nullable=False, server_default="0"),  # block list read up to
    sa.Column("main_cursor", sa.BigInteger, nullable=False, server_default="0"),  # and the rest
    sa.Column("replaces", sa.LargeBinary(16)),  # the device whose place this one took
    sa.Column("findings", sa.BigInteger, nullable=False, server_default="0"),  # see `judging.quarantine`
    sa.Column("quarantined_at_ms", sa.BigInteger),  # is granted nothing more
    sa.Column("cash_seen_fen", sa.BigInteger, nullable=False, server_default="0"),  # see `rights.cash`
    sa.Column("cash_undone_fen", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("late_until_ms", sa.BigInteger),  # revoked, but may still send what it had not sent
    sa.Index("devices_by_key", "region_id", "key_id", unique=True),
    key=("device_id",),
)

# How kiosks last said that they are; see `keys.states`.
device_states = table_of(
    "device_states",
    sa.Column("device_id", sa.LargeBinary(16), nullable=False),
    sa.Column("told_at_ms", sa.BigInteger, nullable=False),  # by the office's clock
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("disk_free_mb", sa.BigInteger, nullable=False),
    sa.Column("clock_ahead_ms", sa.BigInteger, nullable=False),  # of the office's; negative: behind
    sa.Column("troubles", sa.Text, nullable=False),  # codes with blanks between, the worst first
    key=("device_id",),
)

# The head of every journal; its row is locked while a batch is taken in.
journals = table_of(
    "journals",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("device_id", sa.LargeBinary(16)),  # NULL: the office's own journal
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("head_seq", sa.BigInteger, nullable=False),
    sa.Column("head_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("claimed_seq", sa.BigInteger, nullable=False),  # what the kiosk says it has: the backlog
    sa.Column("sealed", sa.Boolean, nullable=False),
    sa.Column("told_epoch", sa.LargeBinary(8)),  # in which its kiosk told what rights it holds
    # Records up to here may go by prices and rights that a restored office has forgotten.
    sa.Column("unsure_to_seq", sa.BigInteger, nullable=False, server_default="0"),
    key=("journal_id",),
)

# Ids under which the office's own entries were asked for, so that a double click books once.
entry_requests = table_of(
    "entry_requests",
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),  # the office's own at that time
    sa.Column("seq", sa.BigInteger, nullable=False),
    key=("request_id",),
)

batches = table_of(
    "batches",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("first_seq", sa.BigInteger, nullable=False),
    sa.Column("last_seq", sa.BigInteger, nullable=False),
    sa.Column("received_at_ms", sa.BigInteger, nullable=False),
    key=("journal_id", "first_seq"),
)

reviews = table_of(
    "reviews",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("closed_at_ms", sa.BigInteger),
    sa.Index("reviews_by_code", "region_id", "code", "journal_id", "seq"),
    sa.Index("reviews_by_closing", "region_id", "closed_at_ms"),
    key=("journal_id", "seq", "code"),
)

# What people decided about them, one after the other; see `books.reviews`.
review_decisions = table_of(
    "review_decisions",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("n", sa.BigInteger, nullable=False),  # from 1
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),  # empty: whoever decided asked nobody
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),  # of the office's own entry; empty: none
    key=("journal_id", "seq", "code", "n"),
)

# Accounts of people who died, moved away or were entered twice; see `accounts.leaving`.
departures = table_of(
    "departures",
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("into_id", sa.BigInteger, nullable=False),  # who remains of two entries; 0: nobody
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    key=("account",),
)

# Spending rights granted so far, per account and journal, and what goes with them; see `holdings.Holding`.
grants = table_of(
    "grants",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("granted", sa.BigInteger, nullable=False),
    sa.Column("owed", sa.BigInteger, nullable=False, server_default="0"),  # courtesy to collect, in all
    sa.Column("home", sa.Boolean, nullable=False, server_default=sa.true()),  # ever the resident's home
    sa.Column("wanted", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("recalled", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("repaid", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("kept", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("waiting", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("grants_by_account", "region_id", "account", "unit"),
    key=("journal_id", "account", "unit"),
)

# What kiosks were granted of the money of people at home elsewhere, within a day; see `rights.rationing`.
visitors_granted = table_of(
    "visitors_granted",
    sa.Column("device_id", sa.LargeBinary(16), nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("fen", sa.BigInteger, nullable=False),
    key=("device_id", "account", "at_ms"),
)

# What the office's own journal says of records that it does not believe; see `books.verdicts`.
verdicts = table_of(
    "verdicts",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("of_journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("of_seq", sa.BigInteger, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),  # why, of one suspended
    sa.Index("verdicts_by_record", "region_id", "of_journal_id", "of_seq"),
    key=("journal_id", "seq"),
)

# Claims that were filed, as the office's own journal says; see `books.filings`.
filings = table_of(
    "filings",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Index("filings_by_programme", "region_id", "programme", "number"),
    key=("journal_id", "seq"),
)

# Cash that was paid into the bank, close-out by close-out, and what of it was undone (`slip` is empty), as
# the office's own journal says; see `books.bank.bankings`.
bankings = table_of(
    "bankings",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("of_journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("of_seq", sa.BigInteger, nullable=False),
    sa.Column("fen", sa.BigInteger, nullable=False),
    sa.Column("slip", sa.Text, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("day", sa.Text, nullable=False),
    sa.Index("bankings_by_record", "region_id", "of_journal_id", "of_seq"),
    sa.Index("bankings_by_slip", "region_id", "slip"),
    sa.Index("bankings_by_day", "region_id", "day"),
    key=("journal_id", "seq", "of_journal_id", "of_seq"),
)

# Top-ups that came by a bank's file, and what of them was undone (`number` is empty), as the office's own
# journal says; see `books.bank.bank_topups`.
bank_topups = table_of(
    "bank_topups",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("number", sa.Text, nullable=False),  # the bank's, of the transaction
    sa.Column("batch", sa.Text, nullable=False),
    sa.Column("site", sa.Text, nullable=False),  # where the resident was at home
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("fen", sa.BigInteger, nullable=False),
    sa.Column("undoes_journal_id", sa.LargeBinary(16)),
    sa.Column("undoes_seq", sa.BigInteger),
    sa.Index("bank_topups_by_number", "region_id", "number"),
    sa.Index("bank_topups_by_batch", "region_id", "batch"),
    sa.Index("bank_topups_undone", "region_id", "undoes_journal_id", "undoes_seq"),
    key=("journal_id", "seq"),
)

# The files themselves, as they were filed.
filed_files = table_of(
    "filed_files",
    sa.Column("sha256", sa.LargeBinary(32), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),  # compressed by zlib
    key=("sha256",),
)

clerks = table_of(
    "clerks",
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),  # empty: invited, and none chosen yet
    sa.Column("disabled_at_ms", sa.BigInteger),  # set: gets in no more
    sa.Column("seen_at_ms", sa.BigInteger, nullable=False, server_default="0"),  # to within a minute
    key=("username",),
)

# Links that are good once, with which people choose a password; see `people.invitations`.
invitations = table_of(
    "invitations",
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
    key=("username",),
)

# What an authenticator app knows of some of them, but for the key beside the books; see `second_factors`.
second_factors = table_of(
    "second_factors",
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("nonce", sa.LargeBinary(16)),  # NULL: not set up yet
    sa.Column("next_nonce", sa.LargeBinary(16)),  # of one that is being set up
    sa.Column("last_step", sa.BigInteger, nullable=False),  # the half minute of the last code that was used
    key=("username",),
)
recovery_codes = table_of(
    "recovery_codes",
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("number", sa.SmallInteger, nullable=False),
    sa.Column("code_hash", sa.Text, nullable=False),
    key=("username", "number"),
)

# What programs may see, each by its token; see `people.access.tokens`.
program_tokens = table_of(
    "program_tokens",
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("permission", sa.Text, nullable=False),
    sa.Column("division", sa.Text, nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at_ms", sa.BigInteger, nullable=False),
    key=("name", "permission", "division"),
)

# Which roles each of them has; see `people.access`.
posts = table_of(
    "posts",
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("division", sa.Text, nullable=False),  # where; empty: everywhere
    key=("username", "role", "division"),
)

# The tree of places in which posts are held, and which sites hang on it; see `people.access.areas`.
divisions = table_of(
    "divisions",
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("parent", sa.Text, nullable=False),  # empty: at the top
    key=("code",),
)
division_sites = table_of(
    "division_sites",
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("division", sa.Text, nullable=False),
    key=("site",),
)

# Buildings that hang on it, by their site and how addresses in them begin.
division_buildings = table_of(
    "division_buildings",
    sa.Column("building", sa.Text, nullable=False),
    sa.Column("division", sa.Text, nullable=False),
    key=("building",),
)

# Troubles that somebody outside is told of; see `people.alerts`.
alerts = table_of(
    "alerts",
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("said", sa.LargeBinary, nullable=False),  # JSON of the alert as it was first seen
    sa.Column("raised_at_ms", sa.BigInteger, nullable=False),
    sa.Column("gone_at_ms", sa.BigInteger),
    sa.Column("told", sa.Text, nullable=False),  # by which ways, each with a blank behind it
    sa.Column("over_told", sa.Text, nullable=False),  # by which of them it was told to be over
    sa.Column("next_try_ms", sa.BigInteger, nullable=False),
    key=("key",),
)

# Records that kiosks told before their turn; see `intake.notices`. A row goes when its record comes.
notices = table_of(
    "notices",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("device_id", sa.LargeBinary(16), nullable=False),  # who signed it
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("heard_at_ms", sa.BigInteger, nullable=False),
    key=("journal_id", "seq", "device_id"),
)

# Who did what at the office; see `people.access.audit`. Nothing in it is ever changed.
audit_log = table_of(
    "audit_log",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),  # JSON, as it was written; the rest is found in it
    sa.Column("hash", sa.LargeBinary(32), nullable=False),  # over the hash before and `raw`
    sa.Index("audit_log_by_time", "region_id", "at_ms"),
    key=("seq",),
)

# Its head; the row is locked while an entry is added.
audit_heads = table_of(
    "audit_heads",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    key=(),
)

# What waits for a second person, and what became of it; see `people.access.proposals`.
proposals = table_of(
    "proposals",
    sa.Column("proposal_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),  # JSON of the kind's struct
    sa.Column("base", sa.Text, nullable=False),  # what it starts from, as it stood
    sa.Column("site", sa.Text, nullable=False),  # empty: it is about the whole region
    sa.Column("effect", sa.LargeBinary, nullable=False),  # JSON: figures before and after, residents
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("proposed_at_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),  # empty: nobody yet
    sa.Column("decided_at_ms", sa.BigInteger, nullable=False),
    sa.Column("decided_because", sa.Text, nullable=False),
    sa.Index("proposals_by_state", "region_id", "state", "decided_at_ms"),
    key=("proposal_id",),
)

# Who is logged in. The browser has the token, the office only its hash: a copy of the books lets nobody in.
clerk_sessions = table_of(
    "clerk_sessions",
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("began_at_ms", sa.BigInteger, nullable=False),
    sa.Column("used_at_ms", sa.BigInteger, nullable=False),  # to within a minute
    sa.Column("proved_at_ms", sa.BigInteger, nullable=False, server_default="0"),  # a password or code
    key=("token_hash",),
)

# Tries to log in that failed, by what they had in common; see `login_tries`.
login_tries = table_of(
    "login_tries",
    sa.Column("key", sa.LargeBinary(32), nullable=False),
    sa.Column("failures", sa.BigInteger, nullable=False),
    sa.Column("failed_at_ms", sa.BigInteger, nullable=False),  # the last of them
    key=("key",),
)

# Sites that are watched over, and by which rule; see `services.care`.
care_sites = table_of(
    "care_sites",
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("watched", sa.Boolean, nullable=False),
    sa.Column("weeks", sa.SmallInteger, nullable=False),
    sa.Column("times", sa.SmallInteger, nullable=False),
    sa.Column("wait_minutes", sa.Integer, nullable=False),  # after a meal
    sa.Column("sign_hours", sa.Integer, nullable=False),  # how far back a sign of life counts
    sa.Column("climb_minutes", sa.Integer, nullable=False),
    key=("site",),
)

# When and where residents were last seen with their card; see `intake.seen`.
last_signs = table_of(
    "last_signs",
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    key=("resident_id",),
)

# What only the office knows of residents; see `people.register`.
dossiers = table_of(
    "dossiers",
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("told", sa.LargeBinary, nullable=False),  # JSON of `Dossier`
    sa.Column("sealed", sa.LargeBinary),  # the identity number, see `keys.identities`,
    sa.Column("mark", sa.LargeBinary(32)),  # and what it is found by
    sa.Column("turns_on", sa.Text),  # ISO date from which other categories hold
    sa.Index("dossiers_by_mark", "region_id", "mark", unique=True),
    sa.Index("dossiers_by_turn", "region_id", "turns_on"),
    key=("resident_id",),
)

# Residents as they were before each change and after it, so that one can be taken back.
resident_changes = table_of(
    "resident_changes",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("sheet", sa.BigInteger, nullable=False),  # that it came with; 0: none
    sa.Column("before", sa.LargeBinary),  # JSON of `Person`; NULL: nobody had the number
    sa.Column("after", sa.LargeBinary, nullable=False),
    sa.Index("resident_changes_by_resident", "region_id", "resident_id", "seq"),
    sa.Index("resident_changes_by_sheet", "region_id", "sheet", "resident_id"),
    key=("seq",),
)

# What the office itself did with cards; what counters did stands in their journals, see `card_events`.
card_deeds = table_of(
    "card_deeds",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("what", sa.Text, nullable=False),  # as in `card_events`
    sa.Index("card_deeds_by_resident", "region_id", "resident_id", "seq"),
    key=("seq",),
)

# Changes of a site's menus of a week that can be taken back.
menu_changes = table_of(
    "menu_changes",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("monday", sa.Text, nullable=False),  # ISO date
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("before", sa.LargeBinary, nullable=False),  # JSON of dishes by day and meal
    sa.Column("after", sa.LargeBinary, nullable=False),
    sa.Index("menu_changes_by_week", "region_id", "site", "monday", "seq"),
    key=("seq",),
)

# Lists of residents that were sent in; see `importing.sheets`.
sheets = table_of(
    "sheets",
    sa.Column("sheet", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),  # of rows that name none
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary),  # the file, see `keys.identities`; gone once it is decided
    sa.Column("added", sa.BigInteger, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False),
    key=("sheet",),
)

# Numbers that are given out once and never again, by what they number: the last one.
counters = table_of(
    "counters",
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    key=("name",),
)
