"""From input files to stage tables: the one entry of ingest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from linkage.errors import InputError
from linkage.ingest.addresses import Network, make_addresses, parse_network
from linkage.ingest.attributes import drop_attributes
from linkage.ingest.embedding import packaged_embedder
from linkage.ingest.events import close_events, drop_repeated
from linkage.ingest.file_rows import FileRows
from linkage.ingest.forgotten import Forgotten
from linkage.ingest.identifiers import BROUGHT_BY, make_identifiers, placeholder_notes
from linkage.ingest.known import KnownFiles
from linkage.ingest.known_rows import KnownRows
from linkage.ingest.lockstep import make_lockstep
from linkage.ingest.meanings import make_meanings
from linkage.ingest.quarantine import Quarantine
from linkage.ingest.row_source import RowSource
from linkage.ingest.rows import BAD_CIDR, DUPLICATE, faults, unknown_accounts
from linkage.ingest.sources import discover
from linkage.ingest.summed import SUMMED, make_summed
from linkage.ingest.tables import IngestReport
from linkage.ingest.text_readers import PromptReader
from linkage.ingest.wordlists import mail_domains
from linkage.queries import query
from linkage.schema import INPUT_TABLES
from linkage.settings import Settings
from linkage.store import Store

_INTERMEDIATE = (
    "account_row", "account_key", "account_email", "account_phone", "mail_domain", "payment",
    "user_claim", "hub", "malformed_address", "sighting", "usage", "prompt", "template",
    "prompt_held", "prompt_lone", "prompt_timed", "meaning", "crowd", "template_shared",
    *(name for name in SUMMED if name != "activity_summed"),
)

NOBODY = Forgotten()


def ingest(
    store: Store,
    inputs: Sequence[Path | str],
    *,
    settings: Settings,
    key: bytes,
    quarantine: Path,
    step: Callable[[str], None] = lambda _: None,
    prompt_readers: Sequence[PromptReader] = (),
    forgotten: Forgotten = NOBODY,
    known: KnownFiles | None = None,
) -> IngestReport:
    """Read the inputs into the stage tables and return what was read and refused.

    The tables ``account``, ``identifier``, ``holding``, ``account_kind``, ``link``,
    ``activity``, ``model``, ``decision``, ``reported_group`` and ``kind_summary`` do not depend
    on the order of rows, the split into files or the number of threads.

    Parameters
    ----------
    inputs
        Folders, files and globs; not looked at where ``known`` says what to count.
    key
        Secret key of the identifier hashes, from :func:`load_key`.
    quarantine
        Folder for bad rows; made when there is one.
    step
        Told what is being done, in a few words.
    prompt_readers
        Who reads the prompts besides: each has a stage table of its own.
    forgotten
        Accounts to leave out, with everything about them.
    known
        Files of which only new ones are read, and what is known of the others.

    Raises
    ------
    InputError
        If a table is missing or unreadable, or lacks a required column.
    QualityGateError
        If a table has more bad rows than ``settings.max_bad_rows`` allows.
    """
    step("looking at the inputs")
    notes: list[str] = []
    source: RowSource
    if known is None:
        sources = discover(inputs, settings)
        notes.extend(sources.notes)
        source = FileRows(store, sources, key=key, readers=prompt_readers)
    else:
        source = KnownRows(
            store, known, key=key, forgotten=forgotten, readers=tuple(prompt_readers),
            n_threads=settings.n_threads, overlapping=settings.overlapping, step=step,
        )
    bad = Quarantine(quarantine, settings.max_bad_rows)
    work = _Intake(store, settings, source, bad, step, forgotten, notes)
    with source:
        work.accounts()
        work.small_tables()
        work.events()
        work.finish(key)
        files = source.files()
    order = [table.name for table in INPUT_TABLES]
    counts = sorted(bad.counts, key=lambda count: order.index(count.table))
    return IngestReport(files, tuple(counts), tuple(work.notes))


@dataclass
class _Intake:
    """One ingest under way."""

    store: Store
    settings: Settings
    source: RowSource
    quarantine: Quarantine
    step: Callable[[str], None]
    forgotten: Forgotten
    notes: list[str]

    @property
    def as_of(self) -> str | None:
        """The instant after which nothing counts, as the engine reads it."""
        instant = self.settings.as_of
        return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if instant else None

    def accounts(self) -> None:
        """Make the tables of accounts: known ones, mailboxes and phones."""
        self.step("reading accounts")
        n_rows = self.source.read_rows("accounts")
        self._make("account_in_file")
        self._make("account_first", overlapping=self.settings.overlapping)
        # Of an account that later files bring again, every file's first row is a good one.
        first, same, place = (
            ("account_in_file", "and r.file_ix = f.file_ix", "f.row_no")
            if self.settings.overlapping
            else ("account_first", "", "f.place - r.file_ix * 1000000000000")
        )
        duplicate = f"(case when r.row_no <> {place} then '{DUPLICATE}:account_id' end)"
        self.quarantine.close_table(
            self.store, self.source.origin("accounts"), n_rows=n_rows,
            faults=faults("accounts", duplicate,
                          f"left join {first} as f on r.account_id = f.account_id {same}"),
        )
        n_forgotten = self.forgotten.put(self.store) + self.source.n_left_out()
        if not self._make("account_row", as_of=self.as_of):
            raise InputError(
                f"no usable row in {self.source.origin('accounts').paths[0]}",
                fix="accounts needs at least one row"
            )
        self.store.drop("raw_accounts", "account_first", "account_in_file", "forgotten")
        self.store.put("mail_domain", mail_domains())
        self._make("account_key", "account_email", "account_phone")
        self._note("select count(*) from account_row where is_test and not is_later",
                   "{:,} test accounts: their identifiers and links are left out")
        if n_forgotten:
            self.notes.append(f"{n_forgotten:,} forgotten accounts are still in the input: all "
                              "rows about them are left out")
        self._note("select count(*) from account_row where is_later",
                   "{:,} accounts were made after as_of and are left out")

    def small_tables(self) -> None:
        """Make the tables of everything but accounts and events."""
        self.step("reading payments, identifiers and links")
        for name, columns in (
            ("payments", ("account_id",)), ("identifiers", ("account_id",)),
            ("links", ("account_id_l", "account_id_r")), ("hubs", ()),
            # A decision outlives its account: one that is gone is no bad row.
            ("decisions", ()), ("groups", ("account_id",)),
        ):
            self._read(name, unknown_accounts(name, *columns) if columns else faults(name))
        self.store.view(
            "read_identifier",
            "select account_id, kind, value, hash(value) as value_code, seen_at, n_events, fault "
            "from raw_identifiers",
        )
        self._make("payment", "user_claim", "link", "decision", as_of=self.as_of)
        self.notes += drop_attributes(self.store, self.settings.kinds)
        self._make("hub", "reported_group")
        self.store.drop_view("read_identifier")
        self.store.drop("raw_payments", "raw_identifiers", "raw_links", "raw_decisions",
                        "raw_hubs", "raw_groups")

    def events(self) -> None:
        """Make the tables of events, addresses, prompts and activity."""
        source = self.source
        make_summed(self.store)
        networks = self._networks()
        overlapping = self.settings.overlapping and source.n_files("events") > 1
        self.step("parsing addresses")
        source.read_spellings(as_of=self.as_of, overlapping=overlapping)
        source.reading(lambda: make_addresses(self.store, networks))
        self.step("reading events")
        source.read_events(as_of=self.as_of, overlapping=overlapping)
        source.reading(lambda: self._make("connection"))
        n_rows = int(self.store.scalar("select coalesce(sum(n_events), 0) from connection"))
        close_events(self.store, source, self.quarantine, as_of=self.as_of,
                     n_rows=n_rows + source.n_further_events())
        self._make("event_again")
        if overlapping and self._count_once():
            self._make("connection")
        if source.has("events", "prompt") or source.has("events", "system_prompt"):
            self._prompts(overlapping=overlapping)
        self.step("counting activity")
        source.add_sums("session_summed")
        for name in ("sighting", "usage"):
            self._make(name)
            source.add_sums(name)
        self.store.drop("connection")
        self._make("activity_event")
        source.add_sums("activity_summed")
        self.store.view("activity", query("ingest", "activity").body)
        self._make("account_event", "account", "model")
        self._note("select count(*) from address where is_reserved",
                   "{:,} private or reserved addresses do not count as identifiers")
        self._note("select count(*) from account where first_event_at < created_at",
                   "{:,} accounts have events from before they were made")
        self.store.drop("address", "account_event", "event_again", "raw_networks")
        if not self._has("session"):
            source.drop_events()  # everything else is read from its sums

    def _count_once(self) -> int:
        """Let events count once that are delivered more than once; return how many did not."""
        n_again = drop_repeated(self.store)
        if n_again:
            self.notes.append(f"{n_again:,} events were delivered more than once")
        return n_again

    def _prompts(self, *, overlapping: bool) -> None:
        """Make the tables of prompts and templates."""
        self.step("reading prompts")
        self.source.read_prompts(
            as_of=self.as_of, n_threads=self.settings.n_threads, overlapping=overlapping)
        self.step("gathering templates")
        self.source.gather_templates(n_threads=self.settings.n_threads)
        self._make("prompt_held", "template_shared", "prompt_lone")
        self.source.read_instants()
        self._make("prompt_timed")
        if self._has("prompt_meaning") and isinstance(self.source, FileRows):
            self.step("comparing what prompts mean")
            n_prompts = make_meanings(
                self.store, self.source.events, packaged_embedder(), as_of=self.as_of
            )
            self.notes.append(f"{n_prompts:,} prompts were compared by their meaning")

    def finish(self, key: bytes) -> None:
        """Make the tables of identifiers."""
        if self._has("lockstep"):
            self.step("looking for accounts in step")
            make_lockstep(self.store)
        make_identifiers(self.store, self.settings, key=key, has=self._has, step=self.step,
                         spell=self.source.spell)
        self.notes.extend(placeholder_notes(self.store))
        self.source.settle_events()
        self.source.drop_events()
        self.source.drop_texts()
        self.store.drop(*_INTERMEDIATE)

    def _has(self, kind: str) -> bool:
        """Tell whether any input brings a kind."""
        if kind == "prompt_meaning" and not self.settings.semantic:
            return False
        if kind == "kit":
            return self._has("user_agent") or self._has("tls")
        table, column = BROUGHT_BY[kind]
        return self.source.has(table, column)

    def _read(self, name: str, bad: str) -> None:
        """Read one table as it is and send its bad rows to quarantine."""
        n_rows = self.source.read_rows(name)
        if self.source.n_files(name):
            self.quarantine.close_table(
                self.store, self.source.origin(name), n_rows=n_rows, faults=bad)

    def _networks(self) -> list[Network]:
        """Read the networks table."""
        n_rows = self.source.read_rows("networks")
        rows = self.store.arrow("select cidr, kind from raw_networks where fault is null")
        given = list(zip(rows.column(0).to_pylist(), rows.column(1).to_pylist(), strict=True))
        parsed = [(cidr, parse_network(cidr, kind)) for cidr, kind in given]
        bad = {cidr for cidr, network in parsed if network is None}
        if self.source.n_files("networks"):
            listed = ", ".join("'" + cidr.replace("'", "''") + "'" for cidr in sorted(bad))
            is_bad = f"(case when r.cidr in ({listed}) then '{BAD_CIDR}:cidr' end)"
            self.quarantine.close_table(
                self.store, self.source.origin("networks"), n_rows=n_rows,
                faults=faults("networks", is_bad if bad else "null"),
            )
        return [network for _, network in parsed if network is not None]

    def _make(self, *names: str, **parameters: str | bool | None) -> int:
        """Make tables of the package and return the rows of the last."""
        return [self.store.materialise(query("ingest", name), parameters) for name in names][-1]

    def _note(self, count: str, sentence: str) -> None:
        """Note a count, where there is anything to count."""
        n = self.store.scalar(count)
        if n:
            self.notes.append(sentence.format(n))
