"""The chapters of the Learn page: a module each, with ``draw``; only the chosen one is run."""

from importlib import import_module

CHAPTERS = {
    "convolution": "Convolution",
    "receptive_field": "Receptive field",
    "relu": "ReLU",
    "batch_norm": "Batch norm",
    "dropout": "Dropout",
    "transposed": "Transposed convolution",
    "encoder_decoder": "Encoder and decoder",
    "skips": "Skip connections",
    "unet": "U-Net",
    "vgg16": "VGG16",
    "transfer": "Transfer learning",
    "dice_loss": "Dice loss",
    "overlap": "Dice, IoU, boundary",
    "accuracy": "Why 75 % is nothing",
    "maps": "Feature maps",
    "filters": "First filters",
}
"""The chapters' modules and titles, in reading order."""


def draw_chapter(chapter: str) -> None:
    """Draw a chapter of ``CHAPTERS``; its module is imported at its first use."""
    import_module(f"{__name__}.chapters.{chapter}").draw()
