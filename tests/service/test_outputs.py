"""Saved files against the app's own downloads, and numbers against the prediction."""

import numpy as np
import pytest
from PIL import Image

from carseg.compositing.edges import Edges
from carseg.compositing.views import VIEWS, Look
from carseg.core.store import ByteLru
from carseg.imaging import codec
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import shelf
from carseg.service import bundle
from carseg.service.outputs import GREY_KIND, KINDS, save_results
from carseg.service.workshop import Ask, Photo, Workshop


@pytest.mark.parametrize("own", [True, False], ids=["own threshold", "another"])
@pytest.mark.usefixtures("tiny_weights")
def test_the_command_line_writes_what_the_app_downloads(picture, tmp_path, own):
    data = codec.encode(picture)
    photo = Photo(codec.digest(data), "car.png", "upload", "", data)
    shop = Workshop(Predictor("cpu"), ByteLru(50_000_000))
    ask = Ask(photo, "tiny-a", shelf().configs["tiny-a"].sha256)
    said = shop.prediction(ask)
    threshold = said.threshold if own else float(np.median(said.probability))
    look = Look() if own else Look(Edges(threshold))
    order = bundle.Order(photo, (ask,), (look,))
    written, share = save_results(tmp_path, "car", picture, said, list(KINDS), threshold=threshold)
    for kind in KINDS.keys() & VIEWS.keys():
        name = bundle.file_name(photo, "tiny-a", kind, "png")
        assert (tmp_path / name).read_bytes() == bundle.one_view(shop, order, 0, kind, "png")
    mask = np.asarray(Image.open(written["mask"]))
    assert set(np.unique(mask)) <= {0, 255}
    assert own or 0 < share < 1
    assert share == pytest.approx((mask == 255).mean())


@pytest.mark.usefixtures("tiny_weights")
def test_grey_is_the_probability(picture, tmp_path):
    said = Predictor("cpu").predict(picture, "tiny-a")
    written, _ = save_results(
        tmp_path / "new" / "folder", "car", picture, said, [GREY_KIND], threshold=0.5
    )
    assert list(written) == [GREY_KIND]
    assert written[GREY_KIND].endswith("car.tiny-a.grey.png")
    grey = np.asarray(Image.open(written[GREY_KIND]), float) / 255
    assert grey.shape == picture.shape[:2]
    np.testing.assert_allclose(grey, said.at(), atol=0.5 / 255 + 1e-6)
