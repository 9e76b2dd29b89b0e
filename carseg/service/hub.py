"""Checkpoints from a hub repository or an https address, and to a hub repository."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carseg.core.atomic import write_atomically
from carseg.core.errors import CarsegError
from carseg.core.settings import weights_dir
from carseg.data.set_names import LONGEST_NAME, NAME_RULE, is_plain
from carseg.imaging.net.fetch import FetchError, download
from carseg.models.checkpoint import (
    CONFIG_FILE,
    WEIGHTS_FILE,
    Config,
    checkpoint_folder,
    parse_config,
    read_config,
    stated_config,
)
from carseg.models.weights import load

if TYPE_CHECKING:
    from huggingface_hub import HfApi

BESIDE = ("README.md", "history.csv")
"""What is kept of a checkpoint beside its config and weights, where it is there."""
PUSHED = (CONFIG_FILE, WEIGHTS_FILE, *BESIDE, "scores/*", "details/*", "stress/*")
MOST_TEXT = 2**22
"""Bytes of a config or a card."""
MOST_WEIGHTS = 2**31
NOT_LOGGED_IN = "You are not logged in to the hub: run `hf auth login` first."

Fetch = Callable[[str, int], bytes]
"""(file name, most bytes) to the file's bytes; raises HubError or FetchError."""


class HubError(CarsegError):
    """A checkpoint could not be fetched or sent; the message says why and what to do."""


def pull(name: str, source: str, fetch: Fetch | None = None) -> Config:
    """Fetch a checkpoint into the weights folder; it appears there whole or not at all.

    Where the folder has its config already, only the weights are fetched, and they must be those of
    that config.

    Args:
        name: of the checkpoint's folder here.
        source: a hub repository (``owner/name``) or the https address of a folder with the files.
        fetch: gets one file of ``source`` (default: over the network).

    Raises:
        HubError: no such repository or file, offline, other weights than the config states.
        FetchError: the address cannot be reached, or is not allowed.
        CheckpointError: what came is no checkpoint.
    """
    if not (is_plain(name) and len(name) <= LONGEST_NAME):
        raise HubError(f"'{name}' cannot be a checkpoint's name: it {NAME_RULE}.")
    get = fetch or opened(source)
    folder = weights_dir() / name
    files: dict[str, bytes] = {}
    if not (folder / CONFIG_FILE).is_file():
        files = {CONFIG_FILE: get(CONFIG_FILE, MOST_TEXT)} | _beside(get)
        config = parse_config(files[CONFIG_FILE], name)
    else:
        config = stated_config(folder)
    files[config.weights_file] = _weights(config, get)
    # The config comes last: without it the folder is no checkpoint.
    for file in sorted(files, key=lambda file: file == CONFIG_FILE):
        _keep(folder / file, files[file])
    return read_config(folder)


def opened(source: str) -> Fetch:
    """What gets files from a hub repository or from an https address."""
    if source.lower().startswith(("http://", "https://")):
        return lambda file, most: download(f"{source.rstrip('/')}/{file}", most)
    return lambda file, most: _from_hub(source, file, most)


def push(name: str, repo: str, *, private: bool = False, api: "HfApi | None" = None) -> str:
    """Send a checkpoint's folder to a hub repository, which is made if missing; its address.

    Args:
        api: what speaks to the hub.

    Raises:
        HubError: not logged in, not allowed, or offline.
        CheckpointError: no such checkpoint, or its weights are not here or not whole.
    """
    from huggingface_hub import HfApi

    _, config = load(name)  # altered or damaged weights are not sent
    api = api or HfApi()
    try:
        api.whoami()
        target = api.create_repo(repo, exist_ok=True, private=private).repo_id
        done: Any = api.upload_folder(
            repo_id=target,
            folder_path=checkpoint_folder(name),
            allow_patterns=list(PUSHED),
            commit_message=f"{config.title} ({config.sha256[:12]})",
        )
    except Exception as error:  # the hub raises its own kinds and those of its HTTP library
        raise HubError(hub_sentence(error, repo)) from error
    return str(done.commit_url)


def hub_sentence(error: Exception, repo: str, file: str = "") -> str:
    """What the hub's error means to a user, in one sentence."""
    from huggingface_hub import errors

    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, errors.LocalTokenNotFoundError):
        return NOT_LOGGED_IN
    if isinstance(error, errors.HFValidationError):
        return f"'{repo}' cannot be a hub repository: give its owner and name, as in owner/name."
    if isinstance(error, errors.RemoteEntryNotFoundError):
        return f"The hub repository '{repo}' has no {file}: it holds no checkpoint of carseg."
    if isinstance(error, errors.RepositoryNotFoundError) or status in {401, 403}:
        return (
            f"The hub has no repository '{repo}' for you: check its name, or run `hf auth login` "
            "as somebody who may use it."
        )
    return (
        f"The hub cannot be reached ({type(error).__name__}): check that this machine is online, "
        "and try again."
    )


def _from_hub(repo: str, file: str, most: int) -> bytes:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils import logging

    logging.set_verbosity_error()  # that it tries again is no news: what comes of it is
    try:
        path = Path(hf_hub_download(repo, file))
    except Exception as error:  # the hub raises its own kinds and those of its HTTP library
        raise HubError(hub_sentence(error, repo, file)) from error
    if path.stat().st_size > most:
        raise HubError(f"{file} of '{repo}' is larger than it should be: check the repository.")
    return path.read_bytes()


def _beside(get: Fetch) -> dict[str, bytes]:
    found = {}
    for file in BESIDE:
        try:
            found[file] = get(file, MOST_TEXT)
        except (HubError, FetchError):  # a checkpoint is whole without them
            continue
    return found


def _weights(config: Config, get: Fetch) -> bytes:
    if config.scores_only or config.bytes > MOST_WEIGHTS:
        raise HubError(
            f"'{config.name}' has no weights to fetch: "
            + ("only its scores are kept." if config.scores_only else "they are over 2 GiB.")
        )
    blob = get(config.weights_file, config.bytes)
    if hashlib.sha256(blob).hexdigest() != config.sha256:
        raise HubError(
            f"What came are not the weights that the config of '{config.name}' states (their "
            "SHA-256 is another): nothing was kept; check where you fetch from."
        )
    return blob


def _keep(path: Path, data: bytes) -> None:
    try:
        write_atomically(path, data)
    except OSError as error:
        raise HubError(
            f"'{path.parent}' cannot be written ({error.strerror}): set CARSEG_WEIGHTS to a folder "
            "of yours."
        ) from error
