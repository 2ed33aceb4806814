"""Mutated survey files: does every one end in a Survey, in bounded memory and time?

Run from the repository's root:  python -m benchmarks.hostile_bytes --count 20000 --seed 1
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import herbgis as hg
from herbgis.reading.sources import READ
from tests.helpers.survey_files import CASES

_MEMORY_BYTES = 4 * 1024**3
_SECONDS = 30.0
_SUFFIXES = sorted(READ | {".zip"})
_PROCESSES = 2


def seeds(folder: Path) -> list[Path]:
    """A sound file of every cell of the matrix; a folder (.gdb) is left out, its zip is there."""
    paths = []
    for number, case in enumerate(CASES.values()):
        place = folder / str(number)
        place.mkdir()
        path = case.write(case.frame(), place)
        if path.is_file():
            paths.append(path)
    return paths


def flip(data: bytearray, rng: random.Random) -> bytearray:
    """Some bytes changed."""
    for _ in range(rng.randint(1, 20)):
        data[rng.randrange(len(data))] = rng.choice((0, 255, rng.randrange(256)))
    return data


def cut(data: bytearray, rng: random.Random) -> bytearray:
    """The end gone, or a piece from within."""
    start = rng.randrange(len(data))
    end = len(data) if rng.random() < 0.5 else rng.randrange(start, len(data))
    return data[:start] + data[end:]


def insert(data: bytearray, rng: random.Random) -> bytearray:
    """Bytes put in: random, or such as break parsers."""
    said = (
        *(b"\xff\xfe", b"<![CDATA[", b'"', bytes(8)),
        *(b"9" * 400, b"e999", b"[" * 3000, b"<a>" * 500),
    )
    new = rng.choice((*said, rng.randbytes(rng.randint(1, 200))))
    at = rng.randrange(len(data) + 1)
    return data[:at] + new + data[at:]


def repeat(data: bytearray, rng: random.Random) -> bytearray:
    """A block said many times."""
    start = rng.randrange(len(data))
    block = data[start : start + rng.randint(1, 2000)]
    return data[:start] + block * rng.randint(2, 50) + data[start:]


def swap(data: bytearray, rng: random.Random) -> bytearray:
    """The halves in the other order."""
    at = rng.randrange(len(data) + 1)
    return data[at:] + data[:at]


def inside(data: bytearray, rng: random.Random) -> bytearray:
    """A member of a zip changed, and the zip sound again; other files are flipped."""
    try:
        with zipfile.ZipFile(io.BytesIO(bytes(data))) as opened:
            members = {entry.filename: opened.read(entry) for entry in opened.infolist()}
    except Exception:  # noqa: BLE001 - no zip, or no longer one
        return flip(data, rng)
    chosen = rng.choice([name for name in members if members[name]] or [""])
    if not chosen:
        return data
    members[chosen] = bytes(rng.choice(PLAIN)(bytearray(members[chosen]), rng))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return bytearray(packed.getvalue())


Mutation = Callable[[bytearray, random.Random], bytearray]
PLAIN: tuple[Mutation, ...] = (flip, cut, insert, repeat, swap)
MUTATIONS: tuple[Mutation, ...] = (*PLAIN, inside)


@dataclass
class Tally:
    """How inputs of a suffix ended."""

    ends: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0


def mutated(seed: Path, number: int, base_seed: int, room: Path) -> Path:
    """One mutated file in a room of its own, with the sound parts that lie beside it."""
    rng = random.Random(f"{base_seed}/{number}")  # noqa: S311 - repeatable, not secret
    for sibling in seed.parent.iterdir():
        if sibling.is_file():
            shutil.copyfile(sibling, room / sibling.name)
    parts = sorted(path for path in room.iterdir() if path.stat().st_size)
    # Mostly the file itself, sometimes a part of it such as .dbf or .shx.
    chosen = room / seed.name if rng.random() < 0.6 else rng.choice(parts)
    data = bytearray(chosen.read_bytes())
    for _ in range(rng.randint(1, 4)):
        data = rng.choice(MUTATIONS)(data, rng) if data else data
    chosen.write_bytes(bytes(data))
    if rng.random() < 0.1:
        other = (room / seed.name).with_suffix(rng.choice(_SUFFIXES))
        (room / seed.name).rename(other)
        return other
    return room / seed.name


def read(job: tuple[Path, int, int, Path | None]) -> tuple[str, str, float]:
    """Read one mutated file: its suffix, how that ended, and the seconds it took."""
    seed, number, base_seed, keep = job
    with tempfile.TemporaryDirectory() as folder:
        path = mutated(seed, number, base_seed, Path(folder))
        began = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, _SECONDS)
        try:
            survey = hg.read_survey(path)
            end = "survey" if _accounts(survey) else "NOT ACCOUNTED FOR"
        except hg.HerbgisError:
            end = "HerbgisError"
        except _OverTimeError:
            end = "OVER TIME"
        except BaseException as error:  # noqa: BLE001 - what must not happen is counted here
            end = f"RAISED {type(error).__name__}: {error}"[:200]
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        seconds = time.perf_counter() - began
        if keep is not None and end not in {"survey", "HerbgisError"}:
            shutil.copytree(folder, keep / f"{number}{path.suffix}", dirs_exist_ok=True)
    return path.suffix, end, seconds


def _accounts(survey: hg.Survey) -> bool:
    """Every promised record arrived or is counted as lost; an empty survey says why."""
    codes = set(survey.issues["code"])
    promised, arrived = survey.files["records"].sum(), survey.files["read"].sum()
    whole = promised <= arrived or bool({"HG001", "HG002"} & codes)
    said = bool(codes) or survey.files["assumptions"].map(bool).all()
    return whole and arrived == len(survey.bases) and (len(survey.bases) > 0 or said)


class _OverTimeError(BaseException):
    """No `Exception`, so that no reader takes it for a damaged file."""


def _over_time(_signal: int, _frame: object) -> None:
    raise _OverTimeError


def _bounded() -> None:
    signal.signal(signal.SIGALRM, _over_time)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def results(
    jobs: list[tuple[Path, int, int, Path | None]],
) -> Iterator[tuple[str, str, float]]:
    """Every job's end; a process that dies would raise here."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(_PROCESSES, initializer=_bounded) as pool:
        yield from pool.imap_unordered(read, jobs, chunksize=20)


def main() -> int:
    """Print the figures; the status is 1 where an input ended in anything but a Survey."""
    parser = argparse.ArgumentParser(description="Mutated survey files and how reading them ends.")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the inputs that ended otherwise")
    options = parser.parse_args()
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = seeds(Path(folder))
        jobs = [
            (files[number % len(files)], number, options.seed, options.keep)
            for number in range(options.count)
        ]
        for done, (suffix, end, seconds) in enumerate(results(jobs), 1):
            tally = tallies.setdefault(suffix, Tally())
            tally.ends[end] += 1
            tally.slowest_s = max(tally.slowest_s, seconds)
            if done % max(options.count // 20, 1) == 0:
                print(f"{done / options.count:.0%}", file=sys.stderr, flush=True)
    bad = 0
    for suffix, tally in sorted(tallies.items()):
        bad += sum(n for end, n in tally.ends.items() if end not in {"survey", "HerbgisError"})
        ends = ", ".join(f"{n} {end}" for end, n in tally.ends.most_common())
        print(f"{suffix:9} {ends}; slowest {tally.slowest_s:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{options.count} inputs, {bad} otherwise; largest process {peak:.0f} MB")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
