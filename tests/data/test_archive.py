"""Pairs out of what strangers send: every layout, and every way to do harm that we know of."""

import io
import os
import random
import struct
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.data import archive
from carseg.data.archive import ArchiveError, Found, from_files, from_zip
from carseg.data.archive_match import clean_name
from carseg.data.pairs import CARVANA_ASPECT, find_pairs
from carseg.evaluation.loaded_pairs import read
from carseg.imaging import codec
from tests.factories.pictures import write_carvana

SIZE = (9, 13)


@pytest.fixture(autouse=True)
def private(tmp_path, monkeypatch) -> Path:
    """Where private folders go, so that a test can see all that is left."""
    root = tmp_path / "private"
    root.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(root))
    return root


def png(number: int = 0, size=SIZE) -> bytes:
    rng = np.random.default_rng(number)
    return codec.encode(rng.integers(0, 255, (*size, 3), dtype=np.uint8))


def mask(number: int = 0, size=SIZE) -> bytes:
    array = np.zeros(size, bool)
    array[1 : 4 + number % 4, 2:7] = True
    return codec.encode(array)


def packed(files, method=zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of (name, bytes), or of a dict."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as out:
        for name, data in files.items() if isinstance(files, dict) else files:
            out.writestr(name, data)
    return buffer.getvalue()


def patched(data: bytes, member: int, table: int, change) -> bytes:
    """With a 16-bit field changed in every header: at ``member`` bytes and at ``table`` bytes."""
    out = bytearray(data)
    for magic, at in ((b"PK\x03\x04", member), (b"PK\x01\x02", table)):
        place = out.find(magic)
        while place >= 0:
            (value,) = struct.unpack_from("<H", out, place + at)
            struct.pack_into("<H", out, place + at, change(value))
            place = out.find(magic, place + 4)
    return bytes(out)


GOOD = {f"{folder}/{stem}.png": make(n) for n, stem in enumerate("abc")
        for folder, make in (("images", png), ("masks", mask))}  # fmt: skip


def ids(found: Found) -> list[str]:
    return [pair.id for pair in found.pairs]


def kinds(found: Found) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for remark in found.remarks:
        said.setdefault(remark.kind, []).append(remark.name)
    return said


@pytest.mark.parametrize("prefix", ["", "cars/", "a/b c/d/"])
@pytest.mark.parametrize("folders", [("images", "masks"), ("Images", "MASKS")])
def test_images_and_masks_below_any_folder(prefix, folders):
    files = {f"{prefix}{folders[0]}/{s}.jpg": png(n) for n, s in enumerate("ab")}
    files |= {f"{prefix}{folders[1]}/{s}.png": mask(n) for n, s in enumerate("ab")}
    files[f"{prefix}readme.txt"] = b"words"
    for found in (from_zip(packed(files)), from_files(files.items())):
        assert ids(found) == ["a.jpg", "b.jpg"]
        assert found.summary() == "2 pairs in images/ and masks/"
        for number, pair in enumerate(found.pairs):
            rgb, truth, _, _ = read(pair)
            np.testing.assert_array_equal(rgb, codec.decode(png(number)))
            np.testing.assert_array_equal(truth, codec.decode_mask(mask(number)))
            assert (pair.group, pair.aspect) == (pair.id, None)


def test_subfolders_pair_with_their_own():
    files = {f"s/images/{d}/x.png": png(n) for n, d in enumerate(("one", "two"))}
    files |= {f"s/masks/{d}/x.png": mask(n) for n, d in enumerate(("one", "two"))}
    assert ids(from_zip(packed(files))) == ["one/x.png", "two/x.png"]


def test_several_roots_keep_their_names_apart():
    files = {f"{part}/{name}": data for part in ("dry", "wet") for name, data in GOOD.items()}
    files["wet/images/a.png"], files["wet/images/b.png"] = png(7), png(8)
    found = from_zip(packed(files))
    assert ids(found) == [
        *(f"dry/images/{s}.png" for s in "abc"),
        *(f"wet/images/{s}.png" for s in "ab"),
    ]
    assert kinds(found) == {"again": ["wet/images/c.png"]}


def test_masks_beside_pictures():
    files = {
        "x/a.jpg": png(0),
        "x/a_mask.png": mask(0),
        "x/b.webp": png(1),
        "x/b_MASK.bmp": mask(1),
    }
    found = from_zip(packed(files))
    assert ids(found) == ["a.jpg", "b.webp"]
    assert found.summary() == "2 pairs with the mask beside each picture"


def test_a_folder_called_images_alone_is_an_ordinary_folder():
    found = from_zip(packed({"images/a.jpg": png(), "images/a_mask.png": mask()}))
    assert ids(found) == ["a.jpg"]


def test_carvana_as_it_is_on_disk(tmp_path):
    root = write_carvana(tmp_path / "carvana")
    files = [(str(p.relative_to(tmp_path)), p.read_bytes()) for p in root.rglob("*") if p.is_file()]
    found = from_zip(packed(files))
    assert found.summary() == "6 pairs in train/ and train_masks/"
    for ours, theirs in zip(found.pairs, find_pairs(root), strict=True):
        assert ours.id == f"{theirs.id}.jpg"
        assert ours.group == theirs.group
        for one, other in zip(read(ours), read(theirs), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("tmp_path")
def test_a_squashed_carvana_copy_gets_its_aspect_back_and_nothing_else_does():
    stem = f"{7:012x}_01"
    files = {
        f"train/{stem}.png": png(0, (32, 32)),
        f"train_masks/{stem}_mask.png": mask(0, (32, 32)),
    }
    files |= {"train/own.png": png(1, (32, 32)), "train_masks/own.png": mask(1, (32, 32))}
    found = from_zip(packed(files))
    assert {p.id: p.aspect for p in found.pairs} == {f"{stem}.png": CARVANA_ASPECT, "own.png": None}
    assert read(found.pairs[0]).truth.shape == (32, 48)


def test_what_our_own_commands_write():
    files = {
        "a.jpg": png(0),
        "a.unet-scratch.mask.png": mask(0),
        "a.unet-scratch.overlay.png": png(5),
        "b.jpg": png(1),
        "b.truth.png": mask(1),
        "b.unet-scratch.mask.png": mask(2),
        "b.unet-scratch.against.unet-vgg16.png": png(6),
        "c.jpg": png(2),
        "c.one.mask.png": mask(1),
        "c.two.mask.png": mask(2),
    }
    found = from_zip(packed(files))
    assert ids(found) == ["a.jpg", "b.jpg"]
    np.testing.assert_array_equal(read(found.pairs[1]).truth, codec.decode_mask(mask(1)))
    assert kinds(found) == {
        "answer": ["a.jpg"],
        "several": ["c.jpg", "c.one.mask.png", "c.two.mask.png"],
    }


def test_what_has_no_partner_is_named():
    files = GOOD | {"images/lone.jpg": png(8), "images/wolf.jpg": png(9), "masks/widow.png": mask()}
    assert from_zip(packed(files)).summary() == (
        "3 pairs in images/ and masks/; 2 pictures without a mask: lone.jpg, wolf.jpg; "
        "1 mask without a picture: widow.png"
    )


def test_many_names_are_counted():
    files = GOOD | {f"images/x{n}.jpg": b"" for n in range(9)}
    said = from_zip(packed(files)).summary(lambda name: name.upper())
    assert "9 pictures without a mask: X0.JPG, X1.JPG, X2.JPG, X3.JPG, X4.JPG, 4 more" in said


def test_other_sizes_and_broken_files_are_named_and_left_out():
    files = GOOD | {
        "masks/a.png": mask(0, (5, 7)),
        "images/b.png": png(1)[:60],
        "masks/c.png": b"no picture",
        "images/d.png": png(3, (1, 1)),
        "masks/d.png": mask(3, (1, 1)),
    }
    found = from_zip(packed(files))
    assert ids(found) == ["d.png"]
    details = {(r.kind, r.name): r.detail for r in found.remarks}
    assert details["size", "a.png"] == "13x9, its mask 7x5"
    assert "damaged" in details["unreadable", "b.png"]
    assert details["unreadable", "c.png"].startswith("its mask: ")
    assert details["empty", "d.png"] == ""
    assert {p.name for p in Path(found.folder.name).iterdir()} == {"00003.mask", "00003.picture"}


def test_a_picture_that_lies_on_its_side_fits_its_upright_mask():
    lying = Image.fromarray(np.zeros((9, 13, 3), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    lying.save(buffer, "JPEG", exif=exif)
    found = from_zip(packed({"a.jpg": buffer.getvalue(), "a_mask.png": mask(0, (13, 9))}))
    assert read(found.pairs[0]).rgb.shape == (13, 9, 3)


def test_nothing_at_all_says_so(private):
    for files in ({}, {"a.txt": b"x"}, {"images/a.jpg": png()}):
        with pytest.raises(ArchiveError, match="no picture with a mask"):
            from_zip(packed(files))
        with pytest.raises(ArchiveError, match="no picture with a mask"):
            from_files(files.items())
    assert list(private.iterdir()) == []


def test_the_folder_is_private_and_goes(private):
    found = from_zip(packed(GOOD))
    folder = Path(found.folder.name)
    assert folder.parent == private
    assert folder.stat().st_mode & 0o777 == 0o700
    found.folder.cleanup()
    assert list(private.iterdir()) == []
    from_zip(packed(GOOD))  # nobody keeps it
    assert list(private.iterdir()) == []


def test_a_stop_while_it_is_unpacked_leaves_nothing(private):
    seen = []

    def stop(number, total):
        seen.append((number, total))
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        from_zip(packed(GOOD), stop)
    assert seen == [(1, 3), (2, 3)]
    assert list(private.iterdir()) == []


SLIPS = ["../../../", "/", "C:\\windows\\", "..\\..\\", "a/../../", "./.././", "\\\\host\\share\\"]


@pytest.mark.parametrize("prefix", SLIPS)
def test_no_name_becomes_a_path(prefix, tmp_path, private):
    before = {p for p in tmp_path.rglob("*") if private not in p.parents}
    files = [(f"{prefix}{name}", data) for name, data in GOOD.items()]
    for found in (from_zip(packed(files)), from_files(files)):
        assert ids(found) == ["a.png", "b.png", "c.png"]
        inside = list(Path(found.folder.name).rglob("*"))
        assert sorted({p.suffix for p in inside}) == [".mask", ".picture"]
        assert all(p.stem.isdigit() for p in inside)
    assert {p for p in tmp_path.rglob("*") if private not in p.parents} == before


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a/b.jpg", ("a", "b.jpg")),
        ("__MACOSX/a/._b.jpg", ()),
        ("a/.hidden/b.jpg", ()),
        (".DS_Store", ()),
        ("", ()),
        ("../..", ()),
        ("a\0b\n\u202ec.jpg", ("abc.jpg",)),
        ("\ud800a.jpg", ("a.jpg",)),
        ("x" * 1001, ()),
        ("d/" * 40 + "a.jpg", ()),
        ("cafe\u0301.jpg", ("caf\u00e9.jpg",)),
    ],
)
def test_names_as_they_are_shown(name, parts):
    assert clean_name(name) == parts


def test_what_systems_add_is_not_mentioned():
    extra = {"__MACOSX/images/._a.png": b"x", "images/.DS_Store": b"x", "masks/Thumbs.db": b"x"}
    assert from_zip(packed(GOOD | extra)).summary() == "3 pairs in images/ and masks/"


def test_archives_inside_stay_closed():
    found = from_zip(packed(GOOD | {"more/inner.zip": packed(GOOD), "x.tar.gz": b"x"}))
    assert len(found.items) == 3
    assert kinds(found) == {"archive": ["inner.zip", "x.tar.gz"]}


def test_accents_pair_however_they_are_written():
    composed, apart = (unicodedata.normalize(form, "Škoda é") for form in ("NFC", "NFD"))
    files = {f"images/{composed}.png": png(), f"masks/{apart}.png": mask()}
    files |= {"images/漢字 🚗.png": png(1), "masks/漢字 🚗.png": mask(1)}
    assert ids(from_zip(packed(files))) == sorted([f"{composed}.png", "漢字 🚗.png"])


def test_utf8_names_that_are_not_marked_as_such():
    data = packed({"images/ü.png": png(), "masks/ü.png": mask()})
    bare = patched(data, 6, 8, lambda flags: flags & ~0x800)
    assert bare != data
    assert ids(from_zip(bare)) == ["ü.png"]


def test_the_same_name_twice_is_unclear():
    files = [*GOOD.items(), ("images/a.png", png(5)), ("masks/b.png", mask(3))]
    with pytest.warns(UserWarning, match="Duplicate"):
        data = packed(files)
    found = from_zip(data)
    assert ids(found) == ["c.png"]
    assert set(kinds(found)) == {"several"}


def test_a_repeated_pair_counts_once():
    files = GOOD | {"images/z.png": png(0), "masks/z.png": mask(0)}
    found = from_zip(packed(files))
    assert ids(found) == ["a.png", "b.png", "c.png"]
    assert [(r.name, r.detail) for r in found.remarks] == [("z.png", "as a.png")]
    # Another truth of the same picture is another measurement.
    assert len(from_zip(packed(files | {"masks/z.png": mask(3)})).items) == 4


def test_hashes_are_those_of_the_bytes_that_were_sent():
    (item, *_) = from_zip(packed(GOOD)).items
    assert item.picture_sha256 == codec.digest(png(0))
    assert item.truth_sha256 == codec.digest(mask(0))


def test_a_locked_zip_is_one_sentence():
    for bit in (0x01, 0x41):
        locked = patched(packed(GOOD), 6, 8, lambda flags, bit=bit: flags | bit)
        with pytest.raises(ArchiveError, match="locked with a password"):
            from_zip(locked)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_rare_methods_are_refused_before_they_run(method, monkeypatch):
    monkeypatch.setattr(zipfile, "_get_decompressor", lambda _: pytest.fail("it ran"))
    with pytest.raises(ArchiveError, match="Deflate"):
        from_zip(packed(GOOD, method))


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + b"\xff" * 18, b"x" * 400, png()])
def test_no_zip_is_one_sentence(data):
    with pytest.raises(ArchiveError, match="not a ZIP, or it is damaged or cut off"):
        from_zip(data)


def test_cut_off_or_changed_anywhere_it_is_an_archive_error_or_fewer_pairs(private):
    whole = packed(GOOD)
    chance = random.Random(1)
    changed = [whole[:cut] for cut in range(0, len(whole), 23)]
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        changed.append(bytes(data))
    for data in changed:
        try:
            found = from_zip(data)
        except ArchiveError as error:
            sentence = str(error)
            assert sentence.count("\n") == 0
        else:
            assert len(found.items) <= 3
            del found
    assert list(private.iterdir()) == []


def test_one_damaged_member_costs_only_its_pair():
    data = bytearray(packed(GOOD, zipfile.ZIP_STORED))
    data[data.index(png(1)) + 50] ^= 0xFF  # the checksum no longer fits
    found = from_zip(bytes(data))
    assert ids(found) == ["a.png", "c.png"]
    assert "damaged inside the archive" in found.summary()


def test_counts_are_limited_before_the_table_is_read(monkeypatch):
    monkeypatch.setattr(archive, "MOST_FILES", 6)
    assert len(from_zip(packed(GOOD)).items) == 3
    more = GOOD | {"x.txt": b""}
    with pytest.raises(ArchiveError, match="more than 6 files"):
        from_files(more.items())
    data = packed(more)
    # What the end of the archive says of its length is no protection.
    end = data.rindex(b"PK\x05\x06")
    lie = data[: end + 8] + struct.pack("<HH", 1, 1) + data[end + 12 :]
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("it was opened"))
    for sent in (data, lie):
        with pytest.raises(ArchiveError, match="more than 6 files"):
            from_zip(sent)


def test_a_member_over_the_limit_is_not_unpacked_to_its_end(monkeypatch):
    monkeypatch.setattr(archive, "MOST_FILE_BYTES", 3 * 2**20)
    read_bytes = []
    take = archive._Meter.take
    monkeypatch.setattr(
        archive._Meter, "take", lambda meter, size: (read_bytes.append(size), take(meter, size))
    )
    found = from_zip(packed(GOOD | {"images/b.png": bytes(20 * 2**20)}))
    assert ids(found) == ["a.png", "c.png"]
    assert "larger than 3 MB" in found.summary()
    assert sum(read_bytes) < 5 * 2**20


def test_a_bomb_is_stopped_while_it_is_unpacked(monkeypatch, private):
    monkeypatch.setattr(archive, "LITTLE", 2**20)
    bomb = {f"{d}/{n}.png": bytes(2**20 - 9) for n in range(5) for d in ("images", "masks")}
    with pytest.raises(ArchiveError, match="100 times its size"):
        from_zip(packed(GOOD | bomb))
    monkeypatch.setattr(archive, "LITTLE", 64 * 2**20)
    monkeypatch.setattr(archive, "MOST_UNPACKED", 2**21)
    with pytest.raises(ArchiveError, match="more than 0 GB"):
        from_zip(packed(GOOD | bomb))
    assert list(private.iterdir()) == []


def test_a_bomb_of_damaged_members_counts_too(monkeypatch):
    monkeypatch.setattr(archive, "LITTLE", 2**20)
    bomb = {f"{d}/{n}.png": bytes(2**20 - 9) for n in range(5) for d in ("images", "masks")}
    wrong_checksums = patched(packed(bomb), 14, 16, lambda crc: crc ^ 0xFF)
    with pytest.raises(ArchiveError, match="100 times its size"):
        from_zip(wrong_checksums)


def test_sizes_that_lie_do_not_help():
    whole = packed({"images/a.png": bytes(9000), "masks/a.png": mask()})
    for lie in (10, 0xFFFF):  # of the unpacked member, less and more than there is
        with pytest.raises(ArchiveError, match="no picture with a mask"):
            from_zip(patched(whole, 22, 24, lambda _, lie=lie: lie))


def test_two_entries_on_one_member_are_damage():
    data = bytearray(packed(GOOD, zipfile.ZIP_STORED))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    found = from_zip(bytes(data))
    assert len(found.items) == 2


def test_too_much_at_once(monkeypatch):
    monkeypatch.setattr(archive, "MOST_SENT", 400)
    for send in (lambda: from_zip(packed(GOOD)), lambda: from_files(GOOD.items())):
        with pytest.raises(ArchiveError, match="send fewer pictures"):
            send()


def test_no_room_is_one_sentence(monkeypatch, private):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ArchiveError, match="no room"):
        from_zip(packed(GOOD))
    assert os.listdir(private) == []  # noqa: PTH208 (Path is patched)


def test_a_member_without_a_name_costs_nothing_else():
    pair = {"images/a.png": png(), "masks/a.png": mask()}
    whole = packed(pair)
    assert [item.pair.id for item in from_zip(renamed(packed({**pair, "Q": b"x"}))).items] == [
        "a.png"
    ]
    assert [item.pair.id for item in from_zip(whole).items] == ["a.png"]


def renamed(data: bytes) -> bytes:
    """A ZIP whose member Q has a name of no letters."""
    end = data.index(b"PK\x01\x02")
    local = data.index(b"Q", data.rindex(b"PK\x03\x04", 0, end))
    table = data.rindex(b"PK\x01\x02")
    out = bytearray(data)
    out[table + 28 : table + 30] = b"\0\0"  # the length of the name
    out[table + 32 : table + 34] = b"\1\0"  # the letter becomes its comment
    assert local < end
    return bytes(out)


def test_whatever_breaks_inside_is_a_sentence(monkeypatch, private):
    def breaks(*_):
        raise IndexError("string index out of range")

    data = packed({"images/a.png": png(), "masks/a.png": mask()})
    monkeypatch.setattr(archive, "match", breaks)
    with pytest.raises(ArchiveError, match="damaged or cut off"):
        from_zip(data)
    assert list(private.iterdir()) == []


def test_the_pixels_of_a_set_are_bounded_before_they_are_decoded(monkeypatch, private):
    files = {f"images/{n}.png": png(n) for n in range(3)} | {
        f"masks/{n}.png": mask() for n in range(3)
    }
    monkeypatch.setattr(archive, "MOST_PIXELS", 6 * SIZE[0] * SIZE[1])
    assert len(from_zip(packed(files)).items) == 3
    monkeypatch.setattr(archive, "MOST_PIXELS", 6 * SIZE[0] * SIZE[1] - 1)
    for read_all in (lambda: from_zip(packed(files)), lambda: from_files(files.items())):
        with pytest.raises(ArchiveError, match="billion pixels together"):
            read_all()
    assert list(private.iterdir()) == []
