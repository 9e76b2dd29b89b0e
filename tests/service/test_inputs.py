import pytest
from PIL import Image

from carseg.imaging.codec import PictureError
from carseg.service.inputs import expand


@pytest.fixture
def folder(tmp_path):
    for name in ("b.png", "a.jpg", "note.txt"):
        if name.endswith("txt"):
            (tmp_path / name).write_text("x")
        else:
            Image.new("RGB", (4, 4)).save(tmp_path / name)
    (tmp_path / "deeper").mkdir()
    return tmp_path


def test_a_folder_is_its_pictures_by_name(folder):
    assert [item.stem for item in expand([str(folder)])] == ["a", "b"]


def test_equal_stems_are_kept_apart(folder):
    items = expand([str(folder / "a.jpg"), str(folder), "https://example.org/x/A.png?y=1"])
    assert [item.stem for item in items] == ["a", "a-2", "b", "A-3"]


@pytest.mark.parametrize(
    ("url", "stem"),
    [
        ("https://example.org/cars/my%20car.jpg", "my_car"),
        ("https://example.org/", "picture"),
        ("https://example.org/..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("http://example.org/%00bad%2e", "bad"),
    ],
)
def test_a_url_never_becomes_a_path(url, stem):
    (item,) = expand([url])
    assert item.stem == stem


def test_nothing_is_fetched_before_it_is_read(monkeypatch):
    monkeypatch.setattr("carseg.service.inputs.fetch", lambda url: f"got {url}".encode())
    (item,) = expand(["https://example.org/a.png"])
    assert item.read() == b"got https://example.org/a.png"


def test_what_is_missing_is_named(folder):
    (absent,) = expand([str(folder / "absent.jpg")])
    with pytest.raises(PictureError, match=r"absent\.jpg' is not there"):
        absent.read()
    (empty,) = expand([str(folder / "deeper")])
    with pytest.raises(PictureError, match="holds no pictures"):
        empty.read()


def test_hidden_files_are_no_inputs_and_every_format_is(folder):
    for name in ("._a.jpg", ".DS_Store.png", "c.JFIF", "d.heic"):
        (folder / name).write_bytes(b"x")
    assert [item.stem for item in expand([str(folder)])] == ["a", "b", "c", "d"]


def test_each_input_has_a_file_name_of_its_own(tmp_path):
    for place in ("a/car.PNG", "b/car.png", "b/day one/car.jpg"):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    folders = [
        str(tmp_path / "a"),
        str(tmp_path / "b"),
        "https://example.org/my%20van.webp?x=1.png",
    ]
    found = [item.file for item in expand(folders, subfolders=True)]
    assert found == ["car.png", "car-2.png", "day one/car.jpg", "my_van.webp"]
