"""Exports of made networks, each made once: an export takes seconds."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from carseg.inference.device import choose_device
from carseg.inference.engines.engine import EngineError
from carseg.inference.export import openvino_graph
from carseg.inference.export.facts import KEY, fits
from carseg.inference.export.files import ENDINGS, beside
from carseg.inference.export.make import make
from carseg.inference.export.parity import Bound, ExportError
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import read_config
from carseg.models.weights import load
from tests.factories.exported import TRANSUNET, job, pictures, write_network

MODELS = {
    "unet": {"widths": [4, 8, 16]},
    "transunet-dilated": TRANSUNET,
    "mini": {"width": 0.25, "channels": 8, "block": "inverted"},
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The folder of checkpoints, with their ONNX files beside the weights."""
    root = tmp_path_factory.mktemp("exported")
    for name, arguments in MODELS.items():
        write_network(root, name, name, **arguments)
        make(job(root, name, "onnx"), beside(root / name, "onnx", "float32"))
    return root


@pytest.fixture
def known(exported, monkeypatch):
    """The graphs of ``exported`` again, which were made by the exporter: each takes seconds."""

    def graph(wanted):
        return onnx.load(exported / wanted.config.name / "model.onnx")

    monkeypatch.setattr("carseg.inference.export.make._onnx_graph", graph)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("batch", "height", "width"), [(1, 33, 47), (2, 50, 31), (2, 64, 96), (3, 97, 16)]
)
def test_any_batch_and_size_is_the_network(exported, name, batch, height, width):
    network, _ = load(name, exported)
    x = torch.randn(batch, 3, height, width, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = network(x).numpy()
    session = onnxruntime.InferenceSession(exported / name / "model.onnx")
    (found,) = session.run(None, {"picture": x.numpy()})
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_the_file_says_what_it_is_and_not_where_it_was_made(exported, name):
    path = exported / name / "model.onnx"
    graph = onnx.load(path)
    facts = json.loads({p.key: p.value for p in graph.metadata_props}[KEY])
    config = read_config(exported / name)
    assert fits(facts, config)
    assert facts["weights_sha256"] == config.sha256
    assert facts["mean"] == [0.5, 0.5, 0.5]
    (parity,) = facts["parity"]
    assert parity["precision"] == "float32"
    assert parity["pictures"] == parity["truths"] == 2
    assert parity["logits"] < 1e-4
    assert parity["pixels"] == 0
    assert parity["dice"] == parity["reference_dice"]
    assert b"site-packages" not in path.read_bytes()
    assert not any(node.metadata_props for node in graph.graph.node)
    assert {node.domain for node in graph.graph.node} == {""}
    assert "BatchNormalization" not in {node.op_type for node in graph.graph.node}


def test_the_engines_answer_as_pytorch(exported, picture):
    usual = Predictor(choose_device("cpu", "float32", "torch"), exported)
    other = np.ascontiguousarray(picture[:, ::-1])
    for name in MODELS:
        expected = usual.predict_batch([picture, other], name)
        for engine in ("onnx", "openvino"):
            predictor = Predictor(choose_device("cpu", "float32", engine), exported)
            found = predictor.predict_batch([picture, other], name)
            assert {(p.engine, p.dtype) for p in found} == {(engine, "float32")}
            for a, b in zip(found, expected, strict=True):
                np.testing.assert_allclose(a.probability, b.probability, atol=1e-3)
            assert predictor.in_torch.predict(picture, name).engine == "torch"


@pytest.mark.usefixtures("known")
def test_an_export_that_misses_its_bound_is_refused_with_the_figures(exported, tmp_path):
    path = tmp_path / "refused.onnx"
    tight = {"float32": Bound(logits=-1.0)}
    with pytest.raises(ExportError, match=r"largest logit difference .* \(bound -1\)"):
        make(job(exported, "unet", "onnx", bounds=tight), path)
    assert not path.exists()


@pytest.mark.usefixtures("known")
def test_a_graph_of_another_network_is_refused(exported, tmp_path):
    shifted = job(exported, "unet", "onnx")
    with torch.no_grad():
        shifted.network.head.bias += 0.01
    path = tmp_path / "broken.onnx"
    with pytest.raises(ExportError, match=r"largest logit difference 0\.01"):
        make(shifted, path)
    assert not path.exists()


@pytest.mark.usefixtures("known")
def test_openvino_and_torchscript(exported, tmp_path):
    path = tmp_path / f"unet{ENDINGS['openvino']}"
    found = make(job(exported, "unet", "openvino", bf16=True), path)
    assert [p.precision for p in found] == ["float32", "bfloat16"]
    model = openvino_graph.read(path)
    facts = openvino_graph.facts_in(model)
    assert fits(facts, read_config(exported / "unet"))
    assert [p["precision"] for p in facts["parity"]] == ["float32", "bfloat16"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["unet.bin", "unet.xml"]

    path = tmp_path / f"unet{ENDINGS['torchscript']}"
    make(job(exported, "unet", "torchscript"), path)
    more = {KEY: ""}
    script = torch.jit.load(path, _extra_files=more)
    assert fits(json.loads(more[KEY]), read_config(exported / "unet"))
    network, _ = load("unet", exported)
    x = torch.randn(3, 3, 37, 50)
    with torch.inference_mode():
        torch.testing.assert_close(script(x), network(x), atol=1e-5, rtol=0)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("kind", ["onnx", "openvino"])
def test_int8_is_calibrated_and_runs(exported, kind):
    path = beside(exported / "unet", kind, "int8")
    calibration = [sample.rgb for sample in pictures(3)]
    loose = {"int8": Bound(dice=0.2)}  # a network that was never trained stands on the fence
    (found,) = make(
        job(exported, "unet", kind, "int8", calibration=calibration, bounds=loose), path
    )
    assert found.precision == "int8"
    assert 0 < found.logits < 1
    predictor = Predictor(choose_device("cpu", "int8", kind), exported)
    said = predictor.predict(pictures()[0].rgb, "unet")
    assert (said.engine, said.dtype) == (kind, "int8")


@pytest.mark.usefixtures("known")
def test_half_is_half_the_size(exported):
    path = beside(exported / "unet", "onnx", "float16")
    make(job(exported, "unet", "onnx", "float16"), path)
    graph = onnx.load(path)
    kinds = {i.data_type for i in graph.graph.initializer if i.dims and np.prod(i.dims) > 8}
    assert kinds == {onnx.TensorProto.FLOAT16}
    said = Predictor(choose_device("cpu", "float16", "onnx"), exported).predict(
        pictures()[0].rgb, "unet"
    )
    assert said.dtype == "float16"


def test_a_file_that_is_not_there_names_the_command(exported):
    predictor = Predictor(choose_device("cpu", "int8", "openvino"), exported)
    with pytest.raises(EngineError, match="carseg export transunet-dilated"):
        predictor.engine("transunet-dilated")


def test_a_file_of_other_weights_is_not_used(exported, tmp_path, monkeypatch):
    monkeypatch.setenv("CARSEG_HOME", str(tmp_path / "home"))
    root = tmp_path / "weights"
    write_network(root, "unet", "unet", widths=[4, 8])
    (root / "unet" / "model.onnx").write_bytes((exported / "unet" / "model.onnx").read_bytes())
    picture = pictures()[0].rgb
    said = Predictor(choose_device("cpu", "float32", "onnx"), root).predict(picture, "unet")
    expected = Predictor(choose_device("cpu", "float32", "torch"), root).predict(picture, "unet")
    np.testing.assert_allclose(said.probability, expected.probability, atol=1e-3)
    assert len(list((tmp_path / "home" / "engines").iterdir())) == 1
