"""The architectures, their registry, encoder starts and the checkpoint format."""

from carseg.models.registry import ARCHITECTURES, Architecture, build

__all__ = ["ARCHITECTURES", "Architecture", "build"]
