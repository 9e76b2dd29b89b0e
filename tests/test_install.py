"""The first thing to go wrong on a new machine: torch and torchvision that do not match."""


def test_torch_torchvision_and_smp_load_together():
    import segmentation_models_pytorch as smp
    import torch
    import torchvision

    boxes = torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 2.0]])
    kept = torchvision.ops.nms(boxes, torch.tensor([0.9, 0.8]), 0.5)
    assert kept.tolist() == [0]
    assert smp.Unet("mobilenet_v2", encoder_weights=None) is not None
