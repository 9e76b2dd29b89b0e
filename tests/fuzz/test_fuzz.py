"""Each reader of what strangers send, over damaged and made-up bytes, by hypothesis.

``CARSEG_FUZZ=20000 pytest tests/fuzz`` looks longer; see also the commands beside this file.
"""

import json
import os
import random
import warnings

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from carseg.data.archive_match import match
from carseg.data.pairs import DataError, find_pairs
from tests.fuzz import corpus, targets
from tests.fuzz.mutation import mutated
from tests.fuzz.targets import TARGETS

EXAMPLES = int(os.environ.get("CARSEG_FUZZ", "60"))
usual = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def quiet():
    """Pillow warns about what is damaged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("name", TARGETS)
def test_made_files_are_read(name: str):
    seeds = TARGETS[name].seeds()
    assert len(seeds) > 1
    for seed in seeds:
        TARGETS[name].check(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_end_well(name: str):
    @usual
    @given(st.binary(max_size=300))
    @example(b"")
    def check(data: bytes) -> None:
        TARGETS[name].check(data)

    check()


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_files_end_well(name: str):
    target = TARGETS[name]
    seeds = target.seeds()

    @usual
    @given(st.integers(0, len(seeds) - 1), st.integers(0, 2**32))
    def check(which: int, seed: int) -> None:
        target.check(mutated(seeds[which], seeds, random.Random(seed)))

    check()


# Structured: texts where a text is expected, values where a value is

KEYS = st.text(max_size=9)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def _places(held: object, at: tuple = ()) -> list[tuple]:
    """The ways to every value in what JSON holds."""
    items = [*held.items()] if isinstance(held, dict) else []
    items += [*enumerate(held)] if isinstance(held, list) else []
    return [at, *(place for key, item in items for place in _places(item, (*at, key)))]


@pytest.mark.parametrize("name", ["config", "comparison", "annotation"])
def test_another_value_in_any_place_ends_well(name: str):
    held = [json.loads(seed) for seed in TARGETS[name].seeds() if seed[:1] == b"{"]

    @usual
    @given(st.data(), JSON)
    def check(data: st.DataObject, value: object) -> None:
        whole = json.loads(json.dumps(data.draw(st.sampled_from(held))))
        *way, last = data.draw(st.sampled_from([p for p in _places(whole) if p]))
        inner = whole
        for key in way:
            inner = inner[key]
        inner[last] = value
        TARGETS[name].check(json.dumps(whole).encode())

    check()


HOSTS = st.text(st.sampled_from("0123456789abcdefx.:[]%@\\/?#-_ \u3002\uff11\u2460"), max_size=24)


def test_any_host_is_refused_or_public():
    @usual
    @given(
        st.sampled_from(["http", "https", "HTTP", "file", "gopher", ""]), HOSTS, st.text(max_size=9)
    )
    def check(scheme: str, host: str, rest: str) -> None:
        TARGETS["address"].check(f"{scheme}://{host}/{rest}".encode("utf-8", "surrogatepass"))

    check()


NAME = st.text(st.sampled_from("aA\xe4\u0308._-0 /\\~\u202e\0"), min_size=1, max_size=8)
NAMES = st.builds(
    lambda stem, end: stem + end,
    NAME,
    st.sampled_from([".png", "_mask.png", ".JPG", ".truth.png", ""]),
)


def test_any_names_make_pairs_of_each_file_once():
    @usual
    @given(st.lists(NAMES, max_size=12), st.sampled_from(["", "images/", "train/"]))
    def check(names: list[str], folder: str) -> None:
        masks = {"images/": "masks/", "train/": "train_masks/", "": ""}[folder]
        listed = [place + name for name in names for place in (folder, masks)]
        TARGETS["names"].check("\n".join(listed).encode("utf-8", "surrogatepass"))
        matches, _ = match(listed)
        assert all(one.picture != one.mask for one in matches)

    check()


FILE = st.text(st.sampled_from("aAb\xe4.\u0308- "), min_size=1, max_size=5).map(lambda t: f"x{t}x")


def test_any_folder_makes_pairs_or_one_sentence(tmp_path_factory):
    """Names in two spellings, folders named like pictures, links that lead nowhere."""
    picture, mask = corpus.pictures()[0], corpus.masks()[0]

    @usual
    @given(st.lists(st.tuples(FILE, st.integers(0, 4)), max_size=6))
    def check(files: list[tuple[str, int]]) -> None:
        root = tmp_path_factory.mktemp("set")
        for folder, data in (("images", picture), ("masks", mask)):
            (root / folder).mkdir()
            for name, kind in files:
                place = root / folder / f"{name}.png"
                if place.name in {path.name for path in place.parent.iterdir()}:
                    continue
                if kind == 0:
                    place.mkdir()
                elif kind == 1:
                    place.symlink_to(place)
                else:
                    place.write_bytes(data)
        try:
            pairs = find_pairs(root, "pairs")
        except DataError as error:
            targets.is_sentence(error)
            return
        assert len({pair.id for pair in pairs}) == len(pairs)
        assert all(file.is_file() for pair in pairs for file in pair.files)

    check()
