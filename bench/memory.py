# SPDX-License-Identifier: Apache-2.0
"""Gate 4: the peak memory of an ingest is flat within 10 % and at most 512 MiB at 0.5, 2 and 8 GiB
of NDJSON, as one file, as 100,000 files, as one archive.

HEALIX_BENCH_GIB=0.5,2 and HEALIX_BENCH_SHAPES=file,archive (of file, files, archive) narrow it; all
of it needs about 20 GiB of disk. With one size the flatness is not judged.
"""
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from gate import Gates, Run, Work  # noqa: E402

MIB = 1 << 20
FILES = 100_000


def make_lines(folder: pathlib.Path) -> bytes:
    """Returns about 64 MiB of synthetic Observations, one per line."""
    Run("synth", "--patients", 2000, "--seed", 4, "-o", folder / "seed")
    lines = (folder / "seed" / "Observation.ndjson").read_bytes()
    shutil.rmtree(folder / "seed")
    return lines[:lines.rfind(b"\n", 0, 64 * MIB) + 1]


def blocks(lines: bytes, total: int):
    """Yields the lines again and again with other ids, at least `total` bytes in all."""
    done, turn = 0, 0
    while done < total:
        block = lines.replace(b'"id":"', b'"id":"r%d-' % turn)
        yield block
        done += len(block)
        turn += 1


class BlocksAsFile(io.RawIOBase):
    """Lets blocks be read like a file."""

    def __init__(self, source):
        self.source = source
        self.rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if not self.rest:
            self.rest = memoryview(next(self.source, b""))
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size


def as_one_file(folder: pathlib.Path, lines: bytes, total: int) -> None:
    with open(folder / "Observation.ndjson", "wb") as handle:
        for block in blocks(lines, total):
            handle.write(block)


def as_many_files(folder: pathlib.Path, lines: bytes, total: int) -> None:
    number, done = 0, 0
    for block in blocks(lines, total):
        at = 0
        while at < len(block) and number < FILES:
            size = total * (number + 1) // FILES - done
            # At least one line; the last file of a block takes what is left of it.
            end = max(block.rfind(b"\n", at, at + size), block.find(b"\n", at)) + 1
            done += end - at
            if number % 1000 == 0:
                (folder / f"{number // 1000:03}").mkdir()
            with open(f"{folder}/{number // 1000:03}/{number:06}.ndjson", "wb") as handle:
                handle.write(memoryview(block)[at:end])
            at = end
            number += 1


def as_archive(folder: pathlib.Path, lines: bytes, total: int) -> None:
    member = tarfile.TarInfo("Observation.ndjson")
    member.size = sum(len(block) for block in blocks(lines, total))
    command = ["zstd", "-1", "-q", "-T0", "-o", str(folder / "export.tar.zst")]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as zstd:
        with tarfile.open(fileobj=zstd.stdin, mode="w|", bufsize=MIB) as archive:
            archive.addfile(member, io.BufferedReader(BlocksAsFile(blocks(lines, total)), MIB))
        zstd.stdin.close()
    if zstd.returncode != 0:
        raise RuntimeError(f"{command}: exit {zstd.returncode}")


SHAPES = {"file": ("one file", as_one_file), "files": ("100,000 files", as_many_files),
          "archive": ("one archive", as_archive)}


def main() -> int:
    gates = Gates("memory")
    sizes = [float(size) for size in os.environ.get("HEALIX_BENCH_GIB", "0.5,2,8").split(",")]
    shapes = os.environ.get("HEALIX_BENCH_SHAPES", ",".join(SHAPES)).split(",")
    peaks: dict = {shape: [] for shape in shapes}
    with Work() as seed:
        lines = make_lines(seed)
    for gib in sizes:
        for shape in shapes:
            name, make = SHAPES[shape]
            with Work() as work:
                (work / "data").mkdir()
                make(work / "data", lines, int(gib * 1024) * MIB)
                Run("init", work / "home")
                run = Run("--home", work / "home", "ingest", "--source", "bench", work / "data")
                rate = run.answer["bytes"] / MIB / run.seconds
                peak = run.peak_bytes / MIB
                peaks[shape].append(peak)
                gates.check(f"peak, {gib} GiB as {name} ({rate:.0f} MiB/s)", peak, 512, "MiB")
    for shape, values in peaks.items():
        if len(values) > 1:
            gates.check(f"largest over smallest peak, {SHAPES[shape][0]}",
                        max(values) / min(values), 1.1)
    return gates.exit_code()


if __name__ == "__main__":
    sys.exit(main())
