"""The built page of docs/demo in Chromium: a picture in, the mask that the Predictor gives out.

``make demo`` builds it, with npm. Where it is not built these tests are skipped.
"""

import base64
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.core.settings import ROOT
from carseg.inference.device import choose_device
from carseg.inference.export.facts import fits
from carseg.inference.export.files import beside, stated_facts
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import CONFIG_FILE, read_config
from tests.browser.driving import click
from tests.browser.serving import files
from tests.browser.test_accessibility import faults
from tests.factories.demo import build_script, built_page

SAMPLE = ROOT / "sample_images" / "street" / "hatchback-dusk.jpg"
WIDTHS = {390: 844, 1280: 900, 2560: 1440}
DROP = """([text, name, kind]) => {
    const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
    const held = new DataTransfer();
    held.items.add(new File([bytes], name, { type: kind }));
    return held;
}"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built page, with the page's own files as they are now."""
    made = built_page()
    if not (made / "model.json").is_file():
        missing = f"The page is not built in {made}: run make demo, which needs npm."
        (pytest.fail if os.environ.get("CARSEG_REQUIRE_DEMO") else pytest.skip)(missing)
    place = tmp_path_factory.mktemp("demo") / "page"
    shutil.copytree(made, place)
    build_script().copy_page(place)
    return place


@pytest.fixture(scope="module")
def served(built: Path) -> Iterator[str]:
    with files(built) as address:
        yield address


@pytest.fixture
def demo(served: str, visit):
    """The page, once its network is there."""
    page = visit(f"{served}/index.html", "Cut out a car")
    page.wait_for_selector("body[data-ready]")
    return page


@pytest.fixture(scope="module")
def predictor(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """The library with the very file that the page has."""
    (graph,) = built.glob("*.onnx")
    facts = stated_facts(graph)
    name, precision = str(facts["model"]), str(facts["precision"])
    folder = tmp_path_factory.mktemp("weights") / name
    shutil.copytree(ROOT / "weights" / name, folder)
    shutil.copyfile(graph, beside(folder, "onnx", precision))
    assert fits(facts, read_config(folder)), "The page was built with other weights: make demo"
    assert (folder / CONFIG_FILE).is_file()
    return Predictor(choose_device("cpu", precision, "onnx"), folder.parent)


def held(page, data: bytes, name: str, kind: str = "image/jpeg"):
    """What a hand drags or copies: a file."""
    return page.evaluate_handle(DROP, [base64.b64encode(data).decode(), name, kind])


def drop(page, data: bytes, name: str) -> None:
    page.dispatch_event("#stage", "drop", {"dataTransfer": held(page, data, name)})


def answered(page, text: str = "of the picture is car") -> str:
    page.locator("#status", has_text=text).wait_for()
    return page.locator("#status").inner_text()


def saved(page, view: str) -> np.ndarray:
    click(page, page.locator(f"label[for={view}]"))
    with page.expect_download() as download:
        click(page, page.locator("#save"))
    assert download.value.suggested_filename.endswith(f".{view}.png")
    return np.asarray(Image.open(download.value.path()))


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def turned(place: Path) -> Path:
    """The sample with its pixels on the side, and a note that says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = place / "turned.jpg"
    Image.open(SAMPLE).rotate(90, expand=True).save(path, quality=95, exif=exif)
    return path


def test_a_dropped_picture_gets_the_predictors_mask(demo, predictor, served):
    drop(demo, SAMPLE.read_bytes(), "my car.jpg")
    said = answered(demo)
    (model,) = {path.name for path in predictor.root.iterdir()}
    expected = predictor.predict(SAMPLE, model)
    mask = saved(demo, "mask")
    photo = np.asarray(Image.open(SAMPLE))
    assert mask.shape[:2] == photo.shape[:2]
    found = mask[..., 0] > 127
    assert found.any()
    assert iou(found, expected.mask()) >= 0.99
    assert f"{100 * found.mean():.1f} % of the picture is car" in said
    assert "Network" in said
    cutout = saved(demo, "cutout")
    assert iou(cutout[..., 3] >= 128, expected.mask()) >= 0.99
    solid = cutout[..., 3] == 255
    assert np.abs(cutout[solid][:, :3].astype(int) - photo[solid]).max() <= 4
    demo.locator("#background").check()
    demo.locator("#colour").fill("#0b6e99")
    behind = saved(demo, "background")[..., :3][cutout[..., 3] == 0]
    assert len(behind) > 1000
    assert np.abs(behind.astype(int) - [0x0B, 0x6E, 0x99]).max() == 0
    assert [a for a in demo.asked if not a.startswith((served, f"blob:{served}"))] == []


def test_a_picture_can_be_chosen_or_pasted_and_is_turned_upright(demo, predictor, tmp_path):
    path = turned(tmp_path)
    (model,) = {path.name for path in predictor.root.iterdir()}
    expected = predictor.predict(path, model).mask()
    demo.locator("#file").set_input_files(path)
    answered(demo)
    chosen = saved(demo, "mask")[..., 0] > 127
    assert chosen.shape == expected.shape
    assert iou(chosen, expected) >= 0.99
    transfer = held(demo, SAMPLE.read_bytes(), "pasted.jpg")
    demo.evaluate(
        "held => dispatchEvent(new ClipboardEvent('paste', { clipboardData: held }))", transfer
    )
    demo.locator("#picture[aria-label='Mask of pasted.jpg']").wait_for()


def test_what_is_no_picture_is_said_under_the_chooser_and_nothing_is_lost(demo):
    click(demo, demo.locator("[data-sample]").first)
    before = answered(demo)
    drop(demo, b"no picture at all", "letter.txt")
    alert = demo.get_by_role("alert")
    alert.get_by_text("“letter.txt” cannot be read as a picture by this browser").wait_for()
    assert demo.locator("#status").inner_text() == before
    assert demo.locator("#picture").is_visible()
    nothing = demo.evaluate_handle("() => new DataTransfer()")
    demo.dispatch_event("body", "drop", {"dataTransfer": nothing})
    alert.get_by_text("That was no file: save the picture first").wait_for()
    click(demo, demo.locator("[data-sample]").nth(1))
    alert.wait_for(state="hidden")


def test_keys_alone_choose_a_view_and_save(demo):
    demo.locator("#file").focus()
    demo.keyboard.press("Tab")  # the samples: without a result there is nothing to show
    demo.keyboard.press("Enter")
    answered(demo)
    demo.locator("#file").focus()
    demo.keyboard.press("Tab")
    demo.keyboard.press("ArrowDown")
    assert demo.locator("#cutout").is_checked()
    demo.keyboard.press("Tab")
    with demo.expect_download() as download:
        demo.keyboard.press("Enter")
    assert download.value.suggested_filename == "sedan-sunny.cutout.png"


def test_it_fits_every_screen_in_light_and_dark(demo, tmp_path):
    shots = Path(os.environ.get("CARSEG_ARTIFACTS", tmp_path)) / "screens"
    shots.mkdir(parents=True, exist_ok=True)
    for state in ("empty", "full"):
        if state == "full":
            click(demo, demo.locator("[data-sample]").first)
            answered(demo)
        for width, height in WIDTHS.items():
            demo.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                demo.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                demo.screenshot(path=shots / f"demo-{state}-{scheme}-{width}.png")
                assert demo.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
                assert not faults(demo), (state, scheme, width)
