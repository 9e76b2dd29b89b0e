from dataclasses import replace

import numpy as np
import pytest
import torch

from carseg.inference.device import choose_device
from carseg.inference.engines.engine import ENGINES, EngineError, EngineKind, Way, probabilities
from carseg.inference.engines.torch import TorchEngine
from carseg.inference.predictor import Predictor, provenance
from tests.factories.configs import config


def test_the_usual_engine_is_the_network_in_pytorch(tiny_weights, picture):
    predictor = Predictor(choose_device("cpu", "float32", "torch"), tiny_weights)
    engine, _ = predictor.engine("tiny-a")
    assert engine.way == Way("torch", "float32", "cpu")
    network, used = predictor.network("tiny-a")
    batch = np.ascontiguousarray(picture[None, :48, :72])
    x = (torch.from_numpy(batch).permute(0, 3, 1, 2) / 255 - 0.5) / 0.25
    with torch.inference_mode():
        expected = network(x).numpy()
    np.testing.assert_allclose(engine.logits(batch), expected, atol=1e-5)
    said = predictor.predict(picture, "tiny-a")
    assert (said.engine, said.dtype, said.device) == ("torch", "float32", "cpu")
    made = provenance(used, engine.way)
    assert (made.engine, made.dtype, made.device) == ("torch", "float32", "cpu")


def test_probabilities_are_torchs():
    rng = np.random.default_rng(3)
    one = rng.normal(0, 30, (2, 1, 5, 7)).astype(np.float32)
    expected = torch.sigmoid(torch.from_numpy(one)[:, 0]).half().numpy()
    np.testing.assert_allclose(probabilities(one, config()), expected, atol=1e-3)
    many = rng.normal(0, 30, (2, 4, 5, 7)).astype(np.float32)
    expected = torch.softmax(torch.from_numpy(many), 1)[:, 2].half().numpy()
    found = probabilities(many, config(classes=4, car=2))
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert found.dtype == np.float16


def test_an_engine_that_is_not_here_names_the_way_to_have_it(monkeypatch):
    absent = EngineKind("Nowhere", "no.such:Thing", ("float32",), ("no_such_package",), "nowhere")
    monkeypatch.setitem(ENGINES, "nowhere", absent)
    with pytest.raises(EngineError, match=r"pip install 'carseg\[nowhere\]'"):
        choose_device("cpu", engine="nowhere")
    with pytest.raises(EngineError, match=r"pip install 'carseg\[nowhere\]'"):
        _ = absent.load


def test_what_there_is_not_is_a_sentence():
    with pytest.raises(EngineError, match="Known are: auto, torch"):
        choose_device("cpu", engine="abacus")
    with pytest.raises(EngineError, match="bfloat16, float32"):
        choose_device("cpu", "int8", "torch")


def test_networks_are_looked_into_in_pytorch(tiny_weights):
    usual = Predictor("cpu", tiny_weights)
    inside = usual.in_torch
    assert inside.device.as_trained
    assert inside.in_torch is inside


def _fails_above(monkeypatch, most, kind):
    """Let passes of more than ``most`` pictures on a kind of device be out of memory."""
    run, sizes = TorchEngine._pass, []

    def narrow(self, batch):
        sizes.append((self.device.kind, len(batch)))
        if self.device.kind == kind and len(batch) > most:
            raise torch.OutOfMemoryError("made")
        return run(self, batch)

    monkeypatch.setattr(TorchEngine, "_pass", narrow)
    return sizes


def test_without_memory_for_a_batch_it_is_done_in_halves(tiny_weights, monkeypatch):
    engine, _ = Predictor(choose_device("cpu", "float32"), tiny_weights).engine("tiny-a")
    batch = np.random.default_rng(0).integers(0, 256, (5, 48, 72, 3), np.uint8)
    expected = engine.logits(batch)
    sizes = _fails_above(monkeypatch, 2, "cpu")
    np.testing.assert_allclose(engine.logits(batch), expected, atol=1e-5)
    assert [n for _, n in sizes] == [5, 2, 3, 1, 2]
    assert engine.way.device == "cpu"


def test_without_memory_for_one_picture_the_cpu_takes_over_and_says_so(
    tiny_weights, monkeypatch, picture, caplog
):
    cpu = Predictor("cpu", tiny_weights)
    expected = cpu.predict(picture, "tiny-a")
    # No GPU is needed: the pass that would run on it fails before it begins.
    gpu = Predictor("cpu", tiny_weights)
    engine, _ = gpu.engine("tiny-a")
    engine.device = replace(engine.device, kind="cuda")
    sizes = _fails_above(monkeypatch, 0, "cuda")
    with monkeypatch.context() as m:
        m.setattr(torch.cuda, "empty_cache", lambda: None)
        said = gpu.predict(picture, "tiny-a")
        again = gpu.predict(picture, "tiny-a")
    assert sizes == [("cuda", 1), ("cpu", 1), ("cpu", 1)]
    assert said.device == again.device == "cpu"
    assert "'tiny-a' goes on on the CPU" in caplog.text
    np.testing.assert_array_equal(said.probability, expected.probability)


def test_what_suits_a_device_is_a_precision_that_needs_no_file():
    half = replace(choose_device("cpu"), dtype=torch.float16)
    assert half.precision_in("onnx") == half.precision_in("openvino") == "float32"
    fast = replace(choose_device("cpu"), dtype=torch.bfloat16)
    assert (fast.precision_in("onnx"), fast.precision_in("openvino")) == ("float32", "bfloat16")
    asked = replace(fast, engine="onnx", precision="int8")
    assert (asked.precision_in("onnx"), asked.precision_in("openvino")) == ("int8", "bfloat16")
