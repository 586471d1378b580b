"""One night: look, run, check, publish, load, export; each stage is over once and for all.

A night is named after its files, settings and version. Killed at any moment, the next start
goes on after the last stage that is over: what a stage makes is renamed into place when whole,
and is only then written down in the journal.
"""

import json
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from linkage import job
from linkage.errors import InputError, LinkageError
from linkage.ingest.folds import drop_folds
from linkage.ingest.known import KNOWN, keep_only
from linkage.lock import locked
from linkage.nightly.config import NightlySettings, Verb
from linkage.nightly.files import Arrived, arrived, as_rows, read_again
from linkage.nightly.gates import Closed, Numbers, closed_gates, drift, numbers_of
from linkage.nightly.journal import EventLog, Journal, write_at_once
from linkage.nightly.metrics import exposition, message
from linkage.nightly.plan import place_of, stages_over
from linkage.publish import published
from linkage.report import write_overview
from linkage.rings.changes import n_changes
from linkage.rings.nights import Nights, read_book, write_book
from linkage.rings.read import read_manifest
from linkage.stages import Progress

log = logging.getLogger(__name__)

RUN_ID = "%Y-%m-%dT%H%M%SZ"


@dataclass(frozen=True)
class NightResult:
    """What a night came to."""

    exit_code: int
    """Of the contract: 0 done, 4 a gate closed, else that of the verb that failed."""
    message: str
    """For a chat: at most eight lines."""
    closed: tuple[Closed, ...]
    did: tuple[str, ...]
    """Stages that this start did; those of an earlier start of the same night are not in it."""


class Night:
    """One start of the nightly job.

    Parameters
    ----------
    told
        The job.
    accept
        Publish although gates are closed: a person looked.
    progress
        Who watches the run.
    """

    def __init__(
        self, told: NightlySettings, *, accept: bool = False, progress: Progress | None = None
    ) -> None:
        self._told, self._accept, self._progress = told, accept, progress
        self._did: list[str] = []
        self._new = 0
        self._closed: tuple[Closed, ...] = ()
        self._journal = Journal(told.state / "night.json")

    def go(self) -> NightResult:
        """Do what is not done yet.

        Raises
        ------
        LockedError
            If another night holds the lock for longer than this one waits.
        LinkageError
            If a stage fails; the rings that were live stay live.
        """
        told = self._told
        lock = locked(told.state / ".nightly.lock", f"the night in {told.state}",
                      wait_s=told.wait_minutes * 60)
        with lock:
            try:
                self._journal = Journal.read(told.state / "night.json")
                result = self._go()
            except LinkageError as error:
                self._tell_failure(error.exit_code, error.problem)
                raise
            except KeyboardInterrupt:
                self._tell_failure(130, "interrupted")
                raise
            self._metrics(result.exit_code)
            return result

    def _go(self) -> NightResult:
        """Do the stages, with the lock held."""
        journal = self._journal
        found = arrived(self._told, journal.files)
        self._new = len(found.new)
        self._log = EventLog(self._told.log_file, found.night)
        done = stages_over(self._told, journal, found)
        if "finish" in done:
            self._log.say("nothing new", run_id=journal.run_id)
            text = f"linkage {journal.run_id}: nothing new, the rings stay as they are"
            return NightResult(0, text, (), ())
        journal.begin(found.night, done)
        self._log.say("begin", files=len(found.files), new=len(found.new), gone=len(found.gone),
                      already_done=list(journal.done))
        if found.gone and not self._told.knows:
            log.warning("%d files of the last night are gone: their rows no longer count",
                        len(found.gone))
        before = journal.published[-1] if journal.published else None
        place = place_of(self._told, found)
        if "publish" not in journal.done:
            self._stage("run", lambda: self._run(found, place))
            numbers = numbers_of(place / "out")
            self._closed = closed_gates(numbers, journal.published, self._told.gates)
            self._tell_report(place / "out", numbers)
            for gate in self._closed:
                self._log.say("gate closed", gate=gate.gate, what=gate.what, accept=self._accept)
            if self._closed and not self._accept:
                text = message(numbers, before, _words(place / "out"), self._closed)
                self._log.say("end", exit_code=4, seconds_of_run=numbers.seconds)
                return NightResult(4, text, self._closed, tuple(self._did))
            self._stage("gates", lambda: None)
            self._stage("publish", lambda: self._publish(place, numbers, found))
        else:
            numbers = numbers_of(self._told.out)
        text = message(numbers, before, _words(self._told.out), ())
        codes = [self._verb(verb) for verb in self._told.verbs]
        failed = next((code for code in codes if code), 0)
        if not failed:
            self._stage("finish", lambda: self._clean(place))
        self._log.say("end", exit_code=failed, run_id=numbers.run_id, rings=numbers.rings,
                      members=numbers.members, enforced=numbers.enforced)
        return NightResult(failed, text, self._closed, tuple(self._did))

    def _stage(self, name: str, work: Callable[[], None]) -> None:
        """Do a stage that is not over, and write down that it is."""
        if name in self._journal.done:
            return
        begun = time.monotonic()
        self._log.say("stage begins", stage=name)
        try:
            work()
        except OSError as error:
            raise InputError(
                f"stage {name} cannot write {error.filename or self._told.state}: "
                f"{error.strerror or error}",
                fix="free some disk space, or name folders you may write, and start again",
            ) from error
        self._did.append(name)
        self._journal.note(name)
        self._log.say("stage ends", stage=name, seconds=round(time.monotonic() - begun, 3))

    def _run(self, found: Arrived, place: Path) -> None:
        """Make tonight's rings beside those that are live."""
        for other in self._told.state.glob("tonight/*"):
            if other != place:
                shutil.rmtree(other)
        at = self._at()
        known = found.known(
            self._told.state / KNOWN, retention_days=self._told.retention_days,
            at=self._told.run.as_of or at,
        ) if self._told.knows else None

        result = read_again(lambda: job.run(
            [file.path for file in found.once], place / "out", settings=self._told.run,
            state=self._told.state, replace=True, progress=self._progress, at=at, is_live=False,
            known=known,
        ), len(found.files))
        write_book(result.book, place / f"book-{result.night}")

    def _tell_report(self, out: Path, numbers: Numbers) -> None:
        """Put the gates, and what moved since the last nights, into the manifest and report."""
        manifest = read_manifest(out)
        manifest["gates"] = manifest["gates"] | {
            "open": not self._closed, "closed": [asdict(gate) for gate in self._closed],
            "accepted": bool(self._closed) and self._accept,
        }
        manifest["drift"] = [
            asdict(one) for one in drift(numbers, self._journal.published, self._told.gates)
        ]
        write_at_once(out / "manifest.json", json.dumps(manifest, indent=2) + "\n")
        write_overview(out)

    def _at(self) -> datetime:
        """Return when the run is made: never before the last one, whatever the clock says."""
        now = datetime.now(UTC)
        last = max((one.run_id for one in self._journal.published), default="")
        if not last or now.strftime(RUN_ID) > last:
            return now
        log.warning("the clock says %s, the last run was at %s: the clock went back",
                    now.strftime(RUN_ID), last)
        return datetime.strptime(last, RUN_ID).replace(tzinfo=UTC) + timedelta(seconds=1)

    def _publish(self, place: Path, numbers: Numbers, found: Arrived) -> None:
        """Make tonight's rings the live ones."""
        with published(self._told.out, replace=True) as folder:
            shutil.copytree(place / "out", folder, dirs_exist_ok=True, copy_function=_link)
        book = next(place.glob("book-*"))
        Nights(self._told.state / "rings").keep(book.name.removeprefix("book-"), read_book(book))
        self._journal.publish(numbers, as_rows(found.counted_later))

    def _verb(self, verb: Verb) -> int:
        """Run a verb on the live rings; what fails is tried again by the next start."""
        if verb.name in self._journal.done:
            return 0
        begun = time.monotonic()
        command = [sys.executable, "-m", "linkage", verb.name, str(self._told.out), *verb.options]
        if verb.name == "export":
            command += ["--state", str(self._told.state)]
        self._log.say("stage begins", stage=verb.name)
        # Its results are this job's messages: stdout is for the summary alone.
        code = subprocess.run(command, stdout=2, check=False).returncode
        code = 1 if code < 0 else code
        self._log.say("stage ends", stage=verb.name, exit_code=code,
                      seconds=round(time.monotonic() - begun, 3))
        if not code:
            self._did.append(verb.name)
            self._journal.note(verb.name)
        return code

    def _clean(self, place: Path) -> None:
        """Remove what the night needed, and what no night will need."""
        shutil.rmtree(place, ignore_errors=True)
        keep_only(self._told.state / KNOWN, {one["entry"] for one in self._journal.files})
        drop_folds(self._told.state / KNOWN)

    def _tell_failure(self, exit_code: int, problem: str) -> None:
        """Write down that the night failed, as far as anything can be written."""
        with suppress(LinkageError):
            EventLog(self._told.log_file, self._journal.night).say(
                "end", exit_code=exit_code, problem=problem)
        with suppress(LinkageError):
            self._metrics(exit_code)

    def _metrics(self, exit_code: int) -> None:
        """Write the textfile, where one is asked for."""
        path = self._told.metrics
        if path is None:
            return
        last = self._journal.history[-1] if self._journal.history else None
        live = Numbers(**{k: v for k, v in last.items() if k != "night"}) if last else None
        at = datetime.strptime(live.run_id, RUN_ID).replace(tzinfo=UTC) if live else None
        write_at_once(path, exposition(
            live, exit_code=exit_code, ended_at=time.time(),
            published_at=at.timestamp() if at else None, n_new_files=self._new,
            closed=() if exit_code == 0 else self._closed,
        ))


def _words(out: Path) -> dict[str, int]:
    """Count rings by what became of them."""
    return {word: n for word, n in n_changes(out).items() if word != "continued"}


def _link(source: str, place: str) -> str:
    """Give a file a second name, or copy it where the file system cannot."""
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)
    return place
