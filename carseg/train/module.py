"""The Lightning module: one network, one loss, one-cycle AdamW, frozen parts that stay frozen."""

import lightning as L
import torch
from torch import Tensor, nn

from carseg.models import ARCHITECTURES, build
from carseg.models.padding import padded_logits
from carseg.train.losses import LOSSES
from carseg.train.presets import Preset


class Segmenter(L.LightningModule):
    """Trains a preset's network over ``steps`` steps of uint8 pictures and bool masks."""

    def __init__(self, preset: Preset, steps: int) -> None:
        super().__init__()
        self.preset, self.steps = preset, steps
        self.multiple = ARCHITECTURES[preset.architecture].multiple
        self.network = build(preset.architecture, **preset.arguments)
        self.network.to(memory_format=torch.channels_last)
        self.loss = LOSSES[preset.loss]
        self.register_buffer("mean", torch.tensor(preset.mean)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(preset.std)[:, None, None], persistent=False)
        for part in self._frozen():
            part.requires_grad_(False)

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

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """The loss of one batch."""
        pictures, masks = batch
        loss = self.loss(self(pictures).float(), masks.float())
        self.log("loss", loss, prog_bar=True, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch: tuple[Tensor, Tensor], _: int) -> None:
        """Loss, Dice and mean IoU (of car and background) at probability 0.5."""
        pictures, masks = batch
        logits = self(pictures).float()
        car = logits > 0
        both = (car & masks).sum((1, 2, 3))
        sizes = car.sum((1, 2, 3)) + masks.sum((1, 2, 3))
        union = sizes - both
        pixels = masks[0].numel()
        iou = both / union.clamp(min=1)
        background_iou = (pixels - union) / (pixels - both).clamp(min=1)
        self.log("val_loss", self.loss(logits, masks.float()), on_epoch=True)
        self.log("val_dice", (2 * both / sizes.clamp(min=1)).mean(), prog_bar=True, on_epoch=True)
        self.log("val_miou", ((iou + background_iou) / 2).mean(), on_epoch=True)

    def configure_optimizers(self) -> dict:
        """AdamW on what is trained, one-cycle over all steps (Smith 2017, arXiv 1708.07120)."""
        trained = [p for p in self.network.parameters() if p.requires_grad]
        rate, decay = self.preset.learning_rate, self.preset.weight_decay
        optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=rate, total_steps=self.steps, pct_start=0.15
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }
