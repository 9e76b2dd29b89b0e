"""What must hold on a GPU: ``.ci/gpu-bench`` runs it there. Most of it also runs on the CPU."""

import numpy as np
import pytest
import torch

from carseg.data.samples import samples
from carseg.imaging.codec import decode
from carseg.inference.device import choose_device
from carseg.inference.engines.torch import TorchEngine
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import shelf

GPU = pytest.param(
    "cuda",
    marks=[
        pytest.mark.gpu,
        pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"),
    ],
)
MODEL = "street-best"
pytestmark = pytest.mark.skipif(MODEL not in shelf().configs, reason="the weights are not here")


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * (a & b).sum() / max(1, a.sum() + b.sum())


@pytest.mark.parametrize("device", ["cpu", GPU])
@pytest.mark.parametrize(
    ("precision", "least"), [("float32", 0.9995), ("bfloat16", 0.99), ("float16", 0.998)]
)
def test_masks_are_those_of_the_cpu(device, precision, least):
    if device == "cpu" and precision == "float16":
        pytest.skip("few processors are fast at it")
    found = Predictor(choose_device(device, precision, "torch"))
    exact = Predictor(choose_device("cpu", "float32", "torch")).in_torch
    for sample in list(samples().values())[::10]:
        rgb = decode(sample.path)
        said = found.predict(rgb, MODEL)
        assert (said.device, said.dtype) == (device, precision)
        assert dice(said.mask(), exact.predict(rgb, MODEL).mask()) > least


@pytest.mark.parametrize("device", ["cpu", GPU])
def test_a_batch_is_its_pictures_one_by_one(device):
    predictor = Predictor(choose_device(device, "float32", "torch"))
    views = [decode(s.path) for s in samples().values() if s.group == "studio"][:3]
    together = predictor.predict_batch(views, MODEL)
    for rgb, said in zip(views, together, strict=True):
        alone = predictor.predict_batch([rgb], MODEL)[0]
        np.testing.assert_allclose(said.probability, alone.probability, atol=2e-3)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_full_gpu_hands_over_to_the_cpu():
    engine = TorchEngine.load(MODEL, None, choose_device("cuda"))
    batch = np.random.default_rng(0).integers(0, 256, (2, 288, 448, 3), np.uint8)
    expected = engine.logits(batch)
    torch.cuda.empty_cache()
    held = torch.cuda.memory_reserved() / torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(held)
    try:
        found = engine.logits(batch)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert engine.way.device == "cpu"
    assert np.abs(found - expected).mean() < 0.2
