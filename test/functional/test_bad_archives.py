# SPDX-License-Identifier: Apache-2.0
"""Section 6, archives and compressions that are bombs, climb out of their folder, or are not what
their name says: named, put aside, and what lies beside them is taken in.
"""
import gzip
import io
import tarfile
import zipfile

import zstandard
from fhir_files import id_of, ndjson, patients, write_ndjson
from taking_in import kept_of, place_of, stored_ids, take_in

MIB = 2**20
GOOD = patients(5)
REST = patients(2, prefix="rest")


def ids(lines) -> list[str]:
    return sorted(id_of(line) for line in lines)


def note(table_row, case, entry, answer):
    table_row("Bad input", case=case, code=entry["code"], position=place_of(entry),
              kept=kept_of(answer))


def write_zip(path, members: dict[str, bytes]):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def write_tar(path, members: dict[str, bytes]):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def zip_bomb() -> bytes:
    """Blanks in a zip in a zip: some 60 KB that would become 64 GB."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("blanks.ndjson", b" " * (64 * MIB))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for i in range(1000):
            archive.writestr(f"{i}.zip", inner.getvalue())
    return outer.getvalue()


def test_zip_bomb(healix, tmp_path, table_row):
    folder = tmp_path / "ward"
    folder.mkdir()
    (folder / "bomb.zip").write_bytes(zip_bomb())
    write_ndjson(folder / "good.ndjson", GOOD)
    answer, entries = take_in(healix, folder)
    assert {entry["code"] for entry in entries} == {"ARCHIVE_BOMB"}
    assert all("bomb.zip" in entry["file"] for entry in entries)
    assert stored_ids(healix) == ids(GOOD)
    note(table_row, "zip bomb", entries[0], answer)
    write_zip(folder / "bomb.zip", {"a.ndjson": ndjson(REST)})
    check_second_run(healix, folder)


def test_gzip_bomb_keeps_what_came_before_it(healix, tmp_path, table_row):
    folder = tmp_path / "ward"
    folder.mkdir()
    (folder / "bomb.ndjson.gz").write_bytes(gzip.compress(ndjson(GOOD) + b"\n" * (100 * MIB)))
    answer, [entry] = take_in(healix, folder)
    assert entry["code"] == "ARCHIVE_BOMB" and entry["offset"] >= len(ndjson(GOOD)) - 1
    assert stored_ids(healix) == ids(GOOD)
    note(table_row, "gzip bomb", entry, answer)
    (folder / "bomb.ndjson.gz").write_bytes(gzip.compress(ndjson(GOOD + REST)))
    check_second_run(healix, folder)


def check_second_run(healix, path) -> None:
    """What is sent again in good form completes the work: all records are there, once."""
    answer, _ = take_in(healix, path)
    assert (answer["written"], answer["quarantined"]) == (len(REST), 0)
    assert stored_ids(healix) == ids(GOOD + REST)


def check_unsafe_path(healix, tmp_path, archive):
    answer, [entry] = take_in(healix, archive)
    assert entry["code"] == "ARCHIVE_PATH_UNSAFE"
    assert stored_ids(healix) == ids(GOOD + REST)
    assert not list(tmp_path.rglob("escaped*"))
    again, _ = take_in(healix, archive)  # the same archive again adds nothing
    assert (again["written"], again["duplicate"]) == (0, len(GOOD + REST))
    return entry, answer


def test_zip_member_that_climbs_out(healix, tmp_path, table_row):
    archive = write_zip(tmp_path / "ward/export.zip",
                        {"a.ndjson": ndjson(GOOD), "../../escaped.ndjson": ndjson(patients(1, "no")),
                         "b.ndjson": ndjson(REST)})
    note(table_row, "zip path with ..", *check_unsafe_path(healix, tmp_path, archive))


def test_tar_member_that_climbs_out(healix, tmp_path, table_row):
    archive = write_tar(tmp_path / "ward/export.tar",
                        {"a.ndjson": ndjson(GOOD), "x/../../escaped.ndjson": ndjson(patients(1, "no")),
                         "b.ndjson": ndjson(REST)})
    note(table_row, "tar path with ..", *check_unsafe_path(healix, tmp_path, archive))


def test_plain_file_that_says_gzip(healix, tmp_path, table_row):
    file = tmp_path / "ward/people.ndjson.gz"
    write_ndjson(file, GOOD)
    answer, [entry] = take_in(healix, file)
    assert (answer["written"], entry["code"]) == (0, "ARCHIVE_INVALID")
    note(table_row, "wrong compression: plain named .gz", entry, answer)

    file.write_bytes(gzip.compress(ndjson(GOOD)))  # the second run completes the work
    answer, _ = take_in(healix, file)
    assert answer["written"] == len(GOOD)


def test_zstd_that_says_gzip_is_read(healix, tmp_path, table_row):
    file = tmp_path / "ward/people.ndjson.gz"
    file.parent.mkdir()
    file.write_bytes(zstandard.compress(ndjson(GOOD)))
    answer, entries = take_in(healix, file)
    assert not entries and stored_ids(healix) == ids(GOOD)
    table_row("Bad input", case="wrong compression: zstd named .gz", code="none, it is read",
              kept=kept_of(answer))


def test_truncated_gzip(healix, tmp_path, table_row):
    """The records before the cut are good; the rest comes with the whole file."""
    lines = patients(2000, filler_bytes=0)
    whole = gzip.compress(ndjson(lines))
    file = tmp_path / "ward/people.ndjson.gz"
    file.parent.mkdir()
    file.write_bytes(whole[:len(whole) // 2])
    answer, entries = take_in(healix, file)
    assert "ARCHIVE_INVALID" in [entry["code"] for entry in entries]
    assert 0 < answer["written"] < len(lines)
    assert stored_ids(healix) == ids(lines[:answer["written"]])
    note(table_row, "truncated gzip", entries[-1], answer)

    file.write_bytes(whole)
    answer, _ = take_in(healix, file)
    assert answer["written"] + answer["duplicate"] == len(lines)
    assert stored_ids(healix) == ids(lines)


def test_damaged_member_does_not_stop_the_others(healix, tmp_path, table_row):
    lost = patients(500, "lost")
    archive = write_zip(tmp_path / "ward/export.zip",
                        {"a.ndjson": ndjson(GOOD), "b.ndjson": ndjson(lost),
                         "c.ndjson": ndjson(REST)})
    whole = archive.read_bytes()
    data = bytearray(whole)
    with zipfile.ZipFile(archive) as opened:
        info = opened.getinfo("b.ndjson")
    begin = info.header_offset + 30 + len(info.filename)
    data[begin + info.compress_size // 2] ^= 0xFF
    archive.write_bytes(data)
    answer, [entry] = take_in(healix, archive)
    assert (entry["code"], entry["extent"]) == ("ARCHIVE_INVALID", "rest")
    assert entry["length"] > info.compress_size  # the member's bytes stand in a class
    assert stored_ids(healix) == ids(GOOD + REST)
    note(table_row, "damaged zip member", entry, answer)

    archive.write_bytes(whole)
    take_in(healix, archive)
    assert stored_ids(healix) == ids(GOOD + REST + lost)


def packed_tar(data: bytes) -> bytes:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        member = tarfile.TarInfo("people.ndjson.gz")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return tar.getvalue()


def test_no_changed_record_is_stored(healix, tmp_path, table_row):
    """A flipped bit that still unpacks to text: the checksum at the end is looked at first. What lies in a
    gzip member or zstd frame of its own before it is good."""
    lines = {name: patients(300, name) for name in ("gz", "two", "zst", "tar", "tgz")}
    plain = {name: ndjson(those) for name, those in lines.items()}
    checked = zstandard.ZstdCompressor(write_checksum=True)
    packed = {
        "gz.ndjson.gz": gzip.compress(plain["gz"]),
        "two.ndjson.gz": gzip.compress(ndjson(GOOD)) + gzip.compress(plain["two"]),
        "zst.ndjson.zst": checked.compress(ndjson(REST)) + checked.compress(plain["zst"]),
        "tar.tar": packed_tar(gzip.compress(plain["tar"])),
        "tgz.tar.gz": gzip.compress(packed_tar(gzip.compress(plain["tgz"]))),
    }
    folder = tmp_path / "ward"
    folder.mkdir()
    for flip in range(5):
        for name, whole in packed.items():
            data = bytearray(whole)
            end = len(whole.rstrip(b"\0")) - 100  # a tar ends with zeros
            data[end - 100 * flip] ^= 1 << flip
            (folder / name).write_bytes(data)
        answer, entries = take_in(healix, folder)
        assert stored_ids(healix) == ids(GOOD + REST), flip
        assert answer["reasons"] == {"ARCHIVE_INVALID": len(packed)}
    note(table_row, "flipped bits in gzip, zstd, tar.gz", entries[-1], answer)

    for name, whole in packed.items():
        (folder / name).write_bytes(whole)
    answer, _ = take_in(healix, folder)
    assert answer["quarantined"] == 0
    assert stored_ids(healix) == ids(GOOD + REST + sum(lines.values(), []))


def test_archive_settings_reach_an_ingest(healix, tmp_path, table_row):
    """Each `archive.*` setting, lowered, refuses what its default takes in."""
    deep = gzip.compress(gzip.compress(ndjson(GOOD)))
    members = {f"{i}.ndjson": ndjson(patients(1, f"m{i}")) for i in range(4)}
    wide = gzip.compress(ndjson(patients(3000, "w", filler_bytes=1000)))
    cases = {
        "HEALIX_ARCHIVE_DEPTH_MAX": ("1", "deep.ndjson.gz.gz", deep, {"LIMIT_EXCEEDED": 1}),
        "HEALIX_ARCHIVE_MEMBERS_MAX": ("3", "many.tar", None, {"LIMIT_EXCEEDED": 1}),
        # The bomb ends the text inside a record, which is put aside as well.
        "HEALIX_ARCHIVE_RATIO_MAX": ("10", "wide.ndjson.gz", wide,
                                     {"ARCHIVE_BOMB": 1, "INPUT_TRUNCATED": 1}),
    }
    for variable, (value, name, content, reasons) in cases.items():
        folder = tmp_path / variable.lower()
        folder.mkdir()
        if content is None:
            write_tar(folder / name, members)
        else:
            (folder / name).write_bytes(content)
        refused = healix.json("ingest", "--check", folder, env={variable: value})
        assert refused["reasons"] == reasons, variable
        taken = healix.json("ingest", folder)
        assert taken["quarantined"] == 0 and taken["written"] > 0, variable
        table_row("Bad input", case=f"{variable}={value}", code=min(reasons), position=name,
                  kept=kept_of(refused))
