"""Only what ran in the same way is compared."""

from carseg.analysis.frames import summarise
from carseg.analysis.ways import same_way
from tests.factories.scores import score_set
from tests.factories.stress import stress_set


def names(results):
    return [(r.model, r.engine, r.dtype) for r in results]


def test_most_decide_and_each_model_is_there_once():
    sets = [
        score_set("a", dtype="bfloat16"),
        score_set("a", engine="onnx"),
        score_set("b", dtype="bfloat16"),
        score_set("c", dtype="float32"),
        score_set("baseline-mean", dtype="float16"),
    ]
    kept, apart = same_way(sets)
    assert [r.model for r in kept] == ["a", "b", "baseline-mean"]
    assert names(apart) == [("a", "onnx", "float32"), ("c", "torch", "float32")]


def test_a_brought_graph_is_compared_in_its_first_way():
    sets = [
        score_set("ours", dtype="bfloat16"),
        score_set("theirs", engine="openvino", dtype="bfloat16"),
        score_set("theirs", engine="onnx"),
    ]
    kept, apart = same_way(sets, {"theirs"})
    assert names(kept) == [("ours", "torch", "bfloat16"), ("theirs", "onnx", "float32")]
    assert names(apart) == [("theirs", "openvino", "bfloat16")]
    alone, _ = same_way(sets[1:], {"theirs"})
    assert names(alone) == [("theirs", "onnx", "float32")]


def test_each_set_and_dial_decides_for_itself():
    usual, other = stress_set("a"), stress_set("a", dial="light", engine="onnx")
    kept, apart = same_way([usual, other])
    assert kept == [usual, other]
    assert not apart
    assert same_way([usual, stress_set("b", dtype="other"), stress_set("c")])[1][0].model == "b"


def test_equal_precisions_of_two_engines_are_not_averaged():
    table = summarise([score_set("a"), score_set("a", engine="onnx")])
    assert len(table) == 2
    assert table["settings_sha256"].nunique() == 2
