"""Checkpoints come and go whole, or not at all, with one sentence for what went wrong."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import pytest
from huggingface_hub import errors

from carseg.core.errors import CarsegError
from carseg.imaging.net.fetch import FetchError
from carseg.models.checkpoint import drop_weights, shelf, stated_config
from carseg.models.weights import load
from carseg.service.hub import NOT_LOGGED_IN, HubError, opened, pull, push


class Shop:
    """What stands at the other end: a folder whose files are given out and counted."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked = folder, []

    def __call__(self, file: str, most: int) -> bytes:
        self.asked.append(file)
        path = self.folder / file
        if not path.is_file():
            raise FetchError("not there")
        assert path.stat().st_size <= most
        return path.read_bytes()


@pytest.fixture
def shop(tiny_weights, tmp_path) -> Shop:
    """``tiny-a`` is far away, ``tiny-b`` is here."""
    (tiny_weights / "tiny-a" / "README.md").write_text("a card")
    return Shop(Path(shutil.move(tiny_weights / "tiny-a", tmp_path / "far")))


def test_a_checkpoint_is_fetched_whole(shop, tiny_weights):
    config = pull("tiny-a", "", shop)
    assert list(shelf().configs) == ["tiny-a", "tiny-b"]
    assert config == stated_config(tiny_weights / "tiny-a")
    load("tiny-a")
    assert (tiny_weights / "tiny-a" / "README.md").read_text() == "a card"


def test_where_the_config_is_here_only_the_weights_are_fetched(shop, tiny_weights):
    (tiny_weights / "tiny-a").mkdir()
    shutil.copy(shop.folder / "config.json", tiny_weights / "tiny-a")
    assert list(shelf().absent) == ["tiny-a"]
    pull("tiny-a", "", shop)
    assert shop.asked == ["model.safetensors"]
    load("tiny-a")


def test_other_weights_than_the_config_states_are_not_kept(shop, tiny_weights):
    weights = shop.folder / "model.safetensors"
    blob = bytearray(weights.read_bytes())
    blob[-1] ^= 1
    weights.write_bytes(blob)
    with pytest.raises(HubError, match="SHA-256 is another"):
        pull("tiny-a", "", shop)
    assert not (tiny_weights / "tiny-a").exists()


@pytest.mark.parametrize("file", ["config.json", "model.safetensors"])
def test_a_missing_file_leaves_nothing(shop, tiny_weights, file):
    (shop.folder / file).unlink()
    with pytest.raises(FetchError):
        pull("tiny-a", "", shop)
    assert not (tiny_weights / "tiny-a").exists()


def test_a_config_that_is_none_is_refused(shop, tiny_weights):
    (shop.folder / "config.json").write_text("{}")
    with pytest.raises(CarsegError, match=r"config\.json of checkpoint 'tiny-a' is not valid"):
        pull("tiny-a", "", shop)
    assert not (tiny_weights / "tiny-a").exists()


def test_controls_have_nothing_to_fetch(shop):
    drop_weights(shop.folder)
    with pytest.raises(HubError, match="only its scores are kept"):
        pull("tiny-a", "", shop)


@pytest.mark.parametrize("name", ["../x", "", ".", "a/b", "x" * 300])
def test_a_name_is_never_a_path(shop, name):
    with pytest.raises(HubError, match="cannot be a checkpoint's name"):
        pull(name, "", shop)
    assert shop.asked == []


@pytest.mark.usefixtures("tiny_weights")
def test_an_address_is_fetched_with_its_guards():
    for address in ("https://127.0.0.1/model", "http://cars.example/model"):
        with pytest.raises(FetchError):
            opened(address)("config.json", 9)


def response(status: int) -> SimpleNamespace:
    return SimpleNamespace(status_code=status, headers={}, request=None)


def missing(kind: type[Exception], status: int = 404) -> Exception:
    error = kind.__new__(kind)
    Exception.__init__(error, "the hub's own words")
    error.response = response(status)
    return error


SAYINGS = [
    (ConnectionError("no route"), "check that this machine is online"),
    (errors.OfflineModeIsEnabled("offline"), "check that this machine is online"),
    (missing(errors.LocalEntryNotFoundError), "check that this machine is online"),
    (missing(errors.RemoteEntryNotFoundError), "holds no checkpoint of carseg"),
    (missing(errors.RepositoryNotFoundError), "no repository 'some/one' for you"),
    (missing(errors.HfHubHTTPError, 403), "hf auth login"),
    (errors.HFValidationError("bad"), "as in owner/name"),
]


@pytest.mark.parametrize(("error", "says"), SAYINGS)
def test_what_the_hub_says_becomes_one_sentence(monkeypatch, tiny_weights, error, says):
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fails)
    with pytest.raises(HubError, match=says) as said:
        pull("new", "some/one")
    assert "\n" not in str(said.value)
    assert not (tiny_weights / "new").exists()


def test_files_of_a_repository_are_read_and_their_size_is_checked(monkeypatch, tmp_path):
    (tmp_path / "config.json").write_bytes(b"12345")
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda _, file: str(tmp_path / file))
    assert opened("some/one")("config.json", 5) == b"12345"
    with pytest.raises(HubError, match="larger than it should be"):
        opened("some/one")("config.json", 4)


class Api:
    """What a hub does with what it is sent."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.made, self.sent = error, {}, {}

    def whoami(self) -> dict[str, str]:
        if self.error:
            raise self.error
        return {"name": "some"}

    def create_repo(self, repo: str, **options: bool) -> SimpleNamespace:
        self.made[repo] = options
        return SimpleNamespace(repo_id=repo)

    def upload_folder(self, **what: object) -> SimpleNamespace:
        self.sent = what
        return SimpleNamespace(commit_url=f"https://hub.example/{what['repo_id']}")


def test_a_checkpoint_is_sent_with_its_card_and_scores_and_nothing_else(tiny_weights):
    folder = tiny_weights / "tiny-a"
    (folder / "scores").mkdir()
    for file in ("scores/x.csv", "README.md", "notes.txt", ".secret"):
        (folder / file).write_text("x")
    api = Api()
    assert push("tiny-a", "some/one", private=True, api=api) == "https://hub.example/some/one"
    assert api.made == {"some/one": {"exist_ok": True, "private": True}}
    kept = huggingface_hub.utils.filter_repo_objects(
        [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()],
        allow_patterns=api.sent["allow_patterns"],
    )
    assert set(kept) == {"config.json", "model.safetensors", "README.md", "scores/x.csv"}
    assert api.sent["folder_path"] == folder


@pytest.mark.usefixtures("tiny_weights")
def test_without_login_nothing_is_sent():
    api = Api(errors.LocalTokenNotFoundError("no token"))
    with pytest.raises(HubError) as said:
        push("tiny-a", "some/one", api=api)
    assert str(said.value) == NOT_LOGGED_IN
    assert api.made == api.sent == {}


def test_controls_and_unknown_names_are_not_sent(tiny_weights):
    drop_weights(tiny_weights / "tiny-b")
    for name, says in (
        ("tiny-b", "Only the scores of the control"),
        ("typo", "no checkpoint 'typo'"),
    ):
        with pytest.raises(CarsegError, match=says):
            push(name, "some/one", api=Api())


def test_damaged_weights_are_not_sent(tiny_weights):
    weights = tiny_weights / "tiny-a" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    api = Api()
    with pytest.raises(CarsegError, match="altered or damaged"):
        push("tiny-a", "some/one", api=api)
    assert api.made == api.sent == {}
