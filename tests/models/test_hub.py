"""Checkpoint folders are the hub's own: its loaders open them and say what ours says."""

import json

import pytest
import segmentation_models_pytorch as smp
import torch

from carseg.core.settings import ROOT
from carseg.models import build
from carseg.models.checkpoint import Config, rewrite_config, shelf, stated_config
from carseg.models.plain_cnn import PlainCNN
from carseg.models.transunet import TransUNet
from carseg.models.unet import UNet
from carseg.models.weights import load, save_checkpoint
from tests.factories.checkpoints import FACTS

NETWORKS = {
    "smp-unet-mobilenet_v2": (smp, {}),
    "unet": (UNet, {"widths": [4, 8]}),
    "cnn-plain": (PlainCNN, {"widths": [4, 8]}),
    "transunet-dilated": (TransUNet, {"widths": [4, 8], "layers": 1, "heads": 2, "mlp": 8}),
}
SHIPPED = shelf(ROOT / "weights")


@torch.inference_mode()
def same_logits(ours, theirs) -> None:
    picture = torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    assert not theirs.training
    torch.testing.assert_close(theirs(picture), ours(picture), rtol=0, atol=0)


@pytest.mark.parametrize("architecture", NETWORKS)
def test_the_hub_opens_what_we_save(architecture, tmp_path):
    opener, arguments = NETWORKS[architecture]
    network = build(architecture, 2, **arguments)
    facts = FACTS | {"architecture": architecture, "arguments": arguments, "classes": 2, "car": 1}
    save_checkpoint(network, tmp_path / "made", facts)
    ours, _ = load("made", tmp_path)
    same_logits(ours, opener.from_pretrained(str(tmp_path / "made")))


@pytest.mark.parametrize(
    "name", [n for n, c in SHIPPED.configs.items() if c.architecture.startswith("smp-")][:2]
)
def test_smp_opens_the_shipped_folders(name):
    ours, _ = load(name, ROOT / "weights")
    same_logits(ours, smp.from_pretrained(str(ROOT / "weights" / name)))


def test_our_own_classes_open_the_shipped_folders():
    config = next(c for c in SHIPPED.configs.values() if c.architecture == "transunet-dilated")
    ours, _ = load(config.name, ROOT / "weights")
    same_logits(ours, TransUNet.from_pretrained(str(ROOT / "weights" / config.name)))


def test_what_the_hub_saves_is_opened_again(tmp_path):
    network = UNet(widths=[4, 8], classes=2).eval()
    network.save_pretrained(tmp_path / "theirs")
    same_logits(network, UNet.from_pretrained(str(tmp_path / "theirs")))


@pytest.mark.parametrize("name", SHIPPED.known)
def test_every_shipped_config_is_written_as_today(name, tmp_path):
    written = (ROOT / "weights" / name / "config.json").read_text()
    (tmp_path / name).mkdir()
    (tmp_path / name / "config.json").write_text(written)
    assert rewrite_config(tmp_path / name) == stated_config(ROOT / "weights" / name)
    assert (tmp_path / name / "config.json").read_text() == written


def test_rewriting_an_older_config_changes_no_fact(tiny_weights):
    folder = tiny_weights / "tiny-a"
    before = stated_config(folder)
    facts = json.loads((folder / "config.json").read_text())
    older = {k: v for k, v in facts.items() if k in Config.__dataclass_fields__} | {"name": "old"}
    (folder / "config.json").write_text(json.dumps(older))
    weights = (folder / "model.safetensors").read_bytes()
    assert stated_config(folder) == rewrite_config(folder) == before
    assert json.loads((folder / "config.json").read_text()) == facts
    assert (folder / "model.safetensors").read_bytes() == weights


def test_torch_hub_offers_checkpoints_networks_and_a_predictor(picture):

    def of(entry: str, *arguments: object):
        return torch.hub.load(str(ROOT), entry, *arguments, source="local")

    ours, _ = load("street-best", ROOT / "weights")
    same_logits(ours, of("checkpoint"))
    assert type(of("network", "unet")).__name__ == "UNet"
    assert of("predictor", "cpu").predict(picture, "street-best").size == picture.shape[:2]
