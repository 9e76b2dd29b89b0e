"""How known families of ONNX segmenters are used: what their files do not say themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Rgb = tuple[float, float, float]

IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
CENTRED = (0.5, 0.5, 0.5), (1.0, 1.0, 1.0)
PLAIN = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
BYTES = (0.0, 0.0, 0.0), (1 / 255, 1 / 255, 1 / 255)
"""Mean and spread of values in 0..1; with BYTES a graph gets 0 to 255."""
VOC, CITYSCAPES, ADE20K = 21, 19, 150
CAR_IN = {VOC: 7, CITYSCAPES: 13, ADE20K: 20}
"""By the number of classes of a public data set: the number of its class car."""


@dataclass(frozen=True)
class Profile:
    """A family.

    Attributes:
        title: what people call it.
        side: of its square input, where the graph does not say.
        normalisation: mean and spread, RGB, on values in 0..1.
        activation: as in ``carseg.models.bounds.GraphArguments``.
        summary: what it finds.
        licence, source: of the files that are meant.
    """

    title: str
    side: int
    normalisation: tuple[Rgb, Rgb]
    activation: str
    summary: str
    licence: str = "not stated"
    source: str = ""


_SALIENT = "It finds what stands out in a picture, whatever that is; here that should be the car."
PROFILES: Mapping[str, Profile] = {
    "u2net": Profile(
        "U2-Net", 320, IMAGENET, "none", _SALIENT, "Apache-2.0", "Qin et al. 2020, as in rembg"
    ),
    "isnet": Profile(
        "IS-Net", 1024, CENTRED, "none", _SALIENT, "Apache-2.0", "Qin et al. 2022 (DIS)"
    ),
    "birefnet": Profile(
        "BiRefNet", 1024, IMAGENET, "sigmoid", _SALIENT, "MIT", "Zheng et al. 2024, as in rembg"
    ),
    "deeplab": Profile(
        "DeepLabV3",
        520,
        IMAGENET,
        "softmax",
        "It tells the classes of PASCAL VOC apart; one of them is the car.",
        "BSD-3-Clause",
        "Chen et al. 2017, as in torchvision",
    ),
}
"""By the name that ``carseg add --like`` takes."""


def graph_arguments(**known: Any) -> dict[str, Any]:
    """The arguments of a brought graph's config; what is not given is as usual."""
    usual = {
        "size": None,
        "multiple": 1,
        "layout": "nchw",
        "colours": "rgb",
        "output": "",
        "activation": "sigmoid",
        "licence": "not stated",
        "source": "",
    }
    return usual | known
