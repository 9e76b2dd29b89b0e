"""The Lightning module: one network and its running average, one loss, one-cycle AdamW."""

from collections.abc import Callable
from typing import Any

import lightning as L
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from carseg.data.decoded import CAR, ESTIMATED
from carseg.models import ARCHITECTURES, build
from carseg.models.encoders import Start
from carseg.models.padding import padded_logits
from carseg.train.losses import LOSSES
from carseg.train.presets import Preset

VALIDATION = ("val", "street_val")
"""The prefixes of the validation sets' figures, in the order of their loaders."""


def running_average(decay: float) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """An exponential running average of weights that forgets faster in the first steps.

    After n steps the decay is (1 + n) / (10 + n), until this reaches ``decay``. With a constant
    decay the random start would stay in the average for thousands of steps.
    """

    def mixed(average: Tensor, new: Tensor, steps: Tensor | int) -> Tensor:
        keep = min(decay, (1 + int(steps)) / (10 + int(steps)))
        return torch.lerp(new.to(average.dtype), average, keep) if new.is_floating_point() else new

    return mixed


class Segmenter(L.LightningModule):
    """Trains a preset's network over ``steps`` steps of uint8 pictures and shares of car.

    The optimiser changes ``network``. ``average`` is the running average of its weights and
    buffers; the average is validated, saved and published.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, preset: Preset, steps: int) -> None:
        super().__init__()
        self.preset, self.steps = preset, steps
        self.multiple = ARCHITECTURES[preset.architecture].multiple
        self.network = build(preset.architecture, **preset.arguments)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # torch's stub lacks it
        self.loss = LOSSES[preset.loss]
        self.register_buffer("mean", torch.zeros(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.ones(3, 1, 1), persistent=False)
        self.expect(Start())
        for part in self._frozen():
            part.requires_grad_(False)
        self.begin_average()
        self.train()  # Lightning keeps every part in the mode that it finds

    def begin_average(self) -> None:
        """Start the average with the current network."""
        self.average = AveragedModel(
            self.network, avg_fn=running_average(self.preset.average), use_buffers=True
        )
        self.average.requires_grad_(False).eval()

    def expect(self, start: Start) -> None:
        """Set the normalisation that the network's first weights expect."""
        self.mean.copy_(torch.tensor(start.mean)[:, None, None])
        self.std.copy_(torch.tensor(start.std)[:, None, None])

    def _frozen(self) -> list[nn.Module]:
        return [self.network.get_submodule(name) for name in self.preset.frozen]

    def train(self, mode: bool = True) -> "Segmenter":
        """As in ``nn.Module``, but frozen parts stay in eval mode: batch-norm averages stay."""
        super().train(mode)
        for part in (*self._frozen(), self.average):
            part.eval()
        return self

    def normalised(self, pictures: Tensor) -> Tensor:
        """uint8 (N, 3, H, W) to floats as the weights expect them, channels last."""
        x = (pictures.float() / 255 - self.mean) / self.std
        return x.contiguous(memory_format=torch.channels_last)

    def forward(self, pictures: Tensor) -> Tensor:
        """uint8 (N, 3, H, W) to logits (N, classes, H, W): of the network in training, else the
        average."""
        network = self.network if self.training else self.average.module
        return padded_logits(network, self.normalised(pictures), self.multiple)

    def _losses(self, logits: Tensor, truth: Tensor) -> Tensor:
        """The loss against soft shares; estimated pixels do not count."""
        shares = truth.float() / 255
        return self.loss(logits, shares[:, CAR, None], 1 - shares[:, ESTIMATED, None])

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """The loss of one batch."""
        pictures, truth = batch
        loss = self._losses(self(pictures).float(), truth)
        self.log("loss", loss, on_step=False, on_epoch=True, sync_dist=True)
        return loss

    def optimizer_step(self, *arguments: Any, **options: Any) -> None:
        """A step of the network, then of its average."""
        super().optimizer_step(*arguments, **options)
        self.average.update_parameters(self.network)

    def validation_step(
        self, batch: tuple[Tensor, Tensor], _: int, dataloader_idx: int = 0
    ) -> None:
        """Loss, Dice and mean IoU (of car and background) at probability 0.5 and half a cell."""
        pictures, truth = batch
        logits, masks = self(pictures).float(), truth[:, CAR, None] > 127
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
        """The trained parameters with their peak rates; the encoder has its own if its share is not
        1."""
        trained = [p for p in self.network.parameters() if p.requires_grad]
        rate, share = self.preset.learning_rate, self.preset.encoder_share
        if share == 1:
            return [{"params": trained, "lr": rate}]
        encoder = [p for p in self.network.get_submodule("encoder").parameters() if p.requires_grad]
        known = {id(p) for p in encoder}
        rest = [p for p in trained if id(p) not in known]
        return [{"params": rest, "lr": rate}, {"params": encoder, "lr": rate * share}]

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
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
