"""What made a result: the network, how it was used, and where it ran."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Provenance:
    """Everything that the masks of a result depend on, except the pictures.

    Attributes:
        model: name of the checkpoint or baseline.
        weights_sha256: of its weights.
        fingerprint: of the weights and how they were used
            (``carseg.inference.predictor.fingerprint``).
        threshold: of the mask, 0..1.
        dtype: of the network's arithmetic, such as ``bfloat16``.
        device: where it ran, such as ``cpu``.
        engine: the library that ran it (``carseg.inference.engines``).
    """

    model: str
    weights_sha256: str
    fingerprint: str
    threshold: float
    dtype: str
    device: str
    engine: str = "torch"
