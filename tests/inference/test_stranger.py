import numpy as np
import onnx
import pytest
from onnx import helper

from carseg.inference.stranger import StrangerError, look, proved, try_out
from tests.factories.graphs import constant, dark, endless


def test_what_a_graph_holds(tmp_path):
    found = look(dark(tmp_path / "g.onnx", sides=(48, 64), classes=2))
    assert (found.image.name, found.image.type) == ("x", "float32")
    assert found.image.shape == (None, 3, 48, 64)
    assert [o.name for o in found.outputs] == ["logits"]
    assert (found.nodes, found.parameters, found.opset) == (1, 6, 17)


def test_it_is_tried_out_once(tmp_path, monkeypatch):
    monkeypatch.setenv("CARSEG_HOME", str(tmp_path / "home"))
    path = dark(tmp_path / "g.onnx", end="Sigmoid")
    answer = try_out(path, (1, 3, 32, 40))
    assert answer["shape"] == [1, 1, 32, 40]
    assert 0 < answer["low"] < answer["high"] <= 0.5
    proved(path, "a", (1, 3, 32, 40))
    path.unlink()
    proved(path, "a", (1, 3, 32, 40))


def no_standard(path):
    node = helper.make_node("FusedMatMul", ["x", "x"], ["y"], domain="com.microsoft")
    return dark(path, inner=(node,))


def elsewhere(path):
    dark(path)
    model = onnx.load(path)
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    path.write_bytes(model.SerializeToString())
    return path


def hidden(path):
    """An operator that is not of the standard, within a branch."""
    node = helper.make_node("Gelu", ["v"], ["g"], domain="com.microsoft")
    branch = helper.make_graph([node], "b", [], [helper.make_empty_tensor_value_info("g")])
    choice = helper.make_node("If", ["yes"], ["chosen"], then_branch=branch, else_branch=branch)
    more = (constant("yes", np.array(True)), constant("v", np.ones(1, np.float32)), choice)
    return dark(path, inner=more)


def nothing(path):
    path.write_bytes(b"this is no graph")
    return path


def two_inputs(path):
    dark(path)
    model = onnx.load(path)
    model.graph.input.append(helper.make_tensor_value_info("y", 1, [1, 3, 8, 8]))
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (no_standard, "operators of the ONNX standard"),
        (hidden, "operators of the ONNX standard"),
        (elsewhere, "weights in another file"),
        (nothing, "no ONNX file"),
        (two_inputs, "no single input"),
    ],
)
def test_what_is_not_taken(tmp_path, make, says):
    with pytest.raises(StrangerError, match=says):
        look(make(tmp_path / "g.onnx"))


def test_a_graph_that_does_not_come_back_is_ended(tmp_path):
    path = dark(tmp_path / "g.onnx", inner=endless())
    # It must be read by somebody, or the library leaves the loop out.
    model = onnx.load(path)
    model.graph.output.append(helper.make_tensor_value_info("looped", 1, [1]))
    path.write_bytes(model.SerializeToString())
    with pytest.raises(StrangerError, match="did not answer within 8 s"):
        try_out(path, (1, 3, 32, 32), "looped", deadline=8)


def test_a_graph_that_wants_all_memory_costs_its_own_process(tmp_path):
    size = constant("size", np.array([2**40], np.int64))
    value = onnx.numpy_helper.from_array(np.ones(1, np.float32))
    path = dark(
        tmp_path / "g.onnx",
        inner=(size, helper.make_node("ConstantOfShape", ["size"], ["huge"], value=value)),
    )
    model = onnx.load(path)
    model.graph.output.append(helper.make_tensor_value_info("huge", 1, None))
    path.write_bytes(model.SerializeToString())
    with pytest.raises(StrangerError, match=r"memory|fails|opened"):
        try_out(path, (1, 3, 32, 32), "huge", deadline=60)


def test_a_graph_that_does_not_take_the_picture(tmp_path):
    path = dark(tmp_path / "g.onnx", sides=(48, 64))
    with pytest.raises(StrangerError, match=r"fails on a picture of \(1, 3, 32, 32\)"):
        try_out(path, (1, 3, 32, 32))


def test_weights_in_another_file_are_found_within_a_branch(tmp_path):
    far = onnx.numpy_helper.from_array(np.ones(1, np.float32), "far")
    node = helper.make_node("Identity", ["far"], ["g"])
    ends = [helper.make_empty_tensor_value_info("g")]
    branch = helper.make_graph([node], "b", [], ends, [far])
    choice = helper.make_node("If", ["yes"], ["chosen"], then_branch=branch, else_branch=branch)
    path = dark(tmp_path / "g.onnx", inner=(constant("yes", np.array(True)), choice))
    model = onnx.load(path)
    tensor = model.graph.node[1].attribute[0].g.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    path.write_bytes(model.SerializeToString())
    with pytest.raises(StrangerError, match="weights in another file"):
        look(path)
