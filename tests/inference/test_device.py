import pytest
import torch

from carseg.inference.device import DeviceError, choose_device


def have(monkeypatch, cuda, mps):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Card 9000")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)


@pytest.mark.parametrize(
    ("cuda", "mps", "kind", "says"),
    [
        (True, True, "cuda", "NVIDIA"),
        (False, True, "mps", "Apple"),
        (False, False, "cpu", "finds no GPU"),
    ],
)
def test_auto_takes_cuda_then_mps_then_cpu(monkeypatch, cuda, mps, kind, says):
    have(monkeypatch, cuda, mps)
    chosen = choose_device("auto")
    assert chosen.kind == kind
    assert says in chosen.why


def test_asking_for_an_absent_gpu_is_an_error_that_names_the_way_out(monkeypatch):
    have(monkeypatch, False, False)
    with pytest.raises(DeviceError, match="--device auto"):
        choose_device("cuda")


def test_cpu_is_always_there(monkeypatch):
    have(monkeypatch, True, False)
    assert choose_device("cpu").kind == "cpu"
    assert "as asked for" in choose_device("cpu").why


def test_bf16_only_where_the_processor_has_it(monkeypatch):
    have(monkeypatch, False, False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True}, raising=False)
    assert choose_device("cpu").dtype == torch.bfloat16
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict, raising=False)
    assert choose_device("cpu").dtype == torch.float32
    assert choose_device("cpu").dtype_name == "float32"


def test_unknown_device():
    with pytest.raises(DeviceError, match="Known are"):
        choose_device("tpu")
