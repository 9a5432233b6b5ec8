# SPDX-License-Identifier: Apache-2.0
"""Gate 4: the peak memory of an ingest is flat within 10 % and at most 512 MiB at 0.5, 2 and 8 GiB
of NDJSON, as one file, as 100,000 files, as one archive.

HEALIX_BENCH_GIB=0.5,2 narrows the sizes (8 GiB needs about 40 GiB of disk and half an hour).
"""
import os
import pathlib
import shutil
import subprocess
import sys

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
    """Yields the lines again and again with other ids, `total` bytes in all."""
    done, turn = 0, 0
    while done < total:
        block = lines.replace(b'"id":"', b'"id":"r%d-' % turn)
        yield block
        done += len(block)
        turn += 1


def as_one_file(folder: pathlib.Path, lines: bytes, total: int) -> pathlib.Path:
    path = folder / "one" / "Observation.ndjson"
    path.parent.mkdir()
    with open(path, "wb") as handle:
        for block in blocks(lines, total):
            handle.write(block)
    return path.parent


def as_many_files(folder: pathlib.Path, lines: bytes, total: int) -> pathlib.Path:
    parent = folder / "many"
    number, done = 0, 0
    for block in blocks(lines, total):
        at = 0
        while at < len(block) and number < FILES:
            size = total * (number + 1) // FILES - done
            # At least one line; the last file of a block takes what is left of it.
            end = max(block.rfind(b"\n", at, at + size), block.find(b"\n", at)) + 1
            done += end - at
            path = parent / f"{number // 1000:03}" / f"{number:06}.ndjson"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(block[at:end])
            at = end
            number += 1
    return parent


def as_archive(folder: pathlib.Path, lines: bytes, total: int) -> pathlib.Path:
    source = as_one_file(folder, lines, total)
    archive = folder / "arch" / "export.tar.zst"
    archive.parent.mkdir()
    subprocess.run(f"tar -C '{source.parent}' -c '{source.name}' | zstd -1 -q -T2 -o '{archive}'",
                   shell=True, check=True)
    shutil.rmtree(source)
    return archive.parent


def main() -> int:
    gates = Gates("memory")
    sizes = [float(size) for size in os.environ.get("HEALIX_BENCH_GIB", "0.5,2,8").split(",")]
    shapes = {"one file": as_one_file, "100,000 files": as_many_files, "one archive": as_archive}
    peaks: dict = {name: [] for name in shapes}
    for gib in sizes:
        for name, make in shapes.items():
            with Work() as work:
                path = make(work, make_lines(work), int(gib * 1024) * MIB)
                Run("init", work / "home")
                run = Run("--home", work / "home", "ingest", "--source", "bench", path)
                peak = run.peak_bytes / MIB
                peaks[name].append(peak)
                rate = run.answer["bytes"] / MIB / run.seconds if isinstance(
                    run.answer["bytes"], int) else 0
                gates.check(f"peak, {gib} GiB as {name} ({rate:.0f} MiB/s)", peak, 512, "MiB")
    for name, values in peaks.items():
        gates.check(f"largest over smallest peak, {name}", max(values) / min(values), 1.1)
    return gates.exit_code()


if __name__ == "__main__":
    sys.exit(main())
