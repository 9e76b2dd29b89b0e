"""The Lightning module: one network, one loss, one-cycle AdamW, frozen parts that stay frozen."""

import lightning as L
import torch
from torch import Tensor, nn

from carseg.data.decoded import ESTIMATED, NO_CAR
from carseg.models import ARCHITECTURES, build
from carseg.models.encoders import Start
from carseg.models.padding import padded_logits
from carseg.train.losses import LOSSES
from carseg.train.presets import Preset

ESTIMATED_WEIGHT = 0.15
"""How much a pixel counts that is car by estimate only: an annotated one counts 1."""
VALIDATION = ("val", "street_val")
"""The prefixes of the validation sets' figures, in the order of their loaders."""


class Segmenter(L.LightningModule):
    """Trains a preset's network over ``steps`` steps of uint8 pictures and truth levels."""

    def __init__(self, preset: Preset, steps: int) -> None:
        super().__init__()
        self.preset, self.steps = preset, steps
        self.multiple = ARCHITECTURES[preset.architecture].multiple
        self.network = build(preset.architecture, **preset.arguments)
        self.network.to(memory_format=torch.channels_last)
        self.loss = LOSSES[preset.loss]
        self.register_buffer("mean", torch.zeros(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.ones(3, 1, 1), persistent=False)
        self.expect(Start())
        for part in self._frozen():
            part.requires_grad_(False)

    def expect(self, start: Start) -> None:
        """Normalise pictures as the weights that the network starts from want it."""
        self.mean.copy_(torch.tensor(start.mean)[:, None, None])
        self.std.copy_(torch.tensor(start.std)[:, None, None])

    def _frozen(self) -> list[nn.Module]:
        return [self.network.get_submodule(name) for name in self.preset.frozen]

    def train(self, mode: bool = True) -> "Segmenter":
        """As in ``nn.Module``, but frozen parts keep their batch-norm statistics: always eval."""
        super().train(mode)
        for part in self._frozen():
            part.eval()
        return self

    def forward(self, pictures: Tensor) -> Tensor:
        """uint8 (N, 3, H, W) to logits (N, classes, H, W)."""
        x = (pictures.float() / 255 - self.mean) / self.std
        x = x.contiguous(memory_format=torch.channels_last)
        return padded_logits(self.network, x, self.multiple)

    def _losses(self, logits: Tensor, truth: Tensor) -> Tensor:
        car = (truth != NO_CAR).float()
        weight = torch.where(truth == ESTIMATED, ESTIMATED_WEIGHT, 1.0)
        return self.loss(logits, car, weight)

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """The loss of one batch."""
        pictures, truth = batch
        loss = self._losses(self(pictures).float(), truth)
        self.log("loss", loss, on_step=False, on_epoch=True, sync_dist=True)
        return loss

    def validation_step(
        self, batch: tuple[Tensor, Tensor], _: int, dataloader_idx: int = 0
    ) -> None:
        """Loss, Dice and mean IoU (of car and background) at probability 0.5."""
        pictures, truth = batch
        logits, masks = self(pictures).float(), truth != NO_CAR
        car = logits > 0
        both = (car & masks).sum((1, 2, 3))
        sizes = car.sum((1, 2, 3)) + masks.sum((1, 2, 3))
        union = sizes - both
        pixels = masks[0].numel()
        iou = both / union.clamp(min=1)
        background_iou = (pixels - union) / (pixels - both).clamp(min=1)
        figures = {
            "loss": self._losses(logits, truth),
            "dice": (2 * both / sizes.clamp(min=1)).mean(),
            "miou": ((iou + background_iou) / 2).mean(),
        }
        prefix = VALIDATION[dataloader_idx]
        named = {f"{prefix}_{name}": value for name, value in figures.items()}
        self.log_dict(named, on_epoch=True, sync_dist=True, add_dataloader_idx=False)

    def _groups(self) -> list[dict]:
        """What is trained, and at which peak rate: the encoder apart where its share is not 1."""
        trained = [p for p in self.network.parameters() if p.requires_grad]
        rate, share = self.preset.learning_rate, self.preset.encoder_share
        if share == 1:
            return [{"params": trained, "lr": rate}]
        encoder = [p for p in self.network.get_submodule("encoder").parameters() if p.requires_grad]
        known = {id(p) for p in encoder}
        rest = [p for p in trained if id(p) not in known]
        return [{"params": rest, "lr": rate}, {"params": encoder, "lr": rate * share}]

    def configure_optimizers(self) -> dict:
        """AdamW on what is trained, one-cycle over all steps (Smith 2017, arXiv 1708.07120)."""
        groups = self._groups()
        optimizer = torch.optim.AdamW(groups, weight_decay=self.preset.weight_decay)
        rates = [group["lr"] for group in groups]
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=rates, total_steps=self.steps, pct_start=0.15
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }
