"""Options that several commands share, and parsers of their values."""

import argparse
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from carseg.core.shard import Shard

if TYPE_CHECKING:
    from carseg.core.cluster import Cluster
    from carseg.imaging.car_choice import CarChoice
    from carseg.inference.device import Device

ALWAYS_READ = "an unpaired file is an error, not a warning; an unreadable file always is"


def add_data(
    p: argparse.ArgumentParser,
    more: Mapping[str, str] | None = None,
    *,
    strict: str,
    default: str | None = "carvana",
    required: bool = True,
) -> None:
    """``--data``, ``--layout``, ``--strict`` and ``--car``.

    Args:
        more: further layouts, with their description.
        strict: the help of ``--strict``.
        default: the default layout.
        required: whether the folder must be given.
    """
    from carseg.data.pairs import LAYOUTS

    layouts = {name: " and ".join(f"{folder}/" for folder in LAYOUTS[name]) for name in LAYOUTS}
    layouts |= more or {}
    known = "; ".join(f"{name}: {words}" for name, words in layouts.items())
    p.add_argument("--data", type=Path, required=required, help="the data set's folder")
    p.add_argument(
        "--layout",
        choices=layouts,
        default=default,
        help=f"{known} (default: {default or 'that of the set, or carvana'})",
    )
    p.add_argument("--strict", action="store_true", help=strict)
    add_car(p)


def add_car(p: argparse.ArgumentParser) -> None:
    """``--car``."""
    p.add_argument(
        "--car",
        type=car,
        metavar="LABEL",
        help="the car's label or colour in the masks, such as 7, #800000 or all; several with "
        "commas between them (default: the masks themselves say it)",
    )


def add_models(p: argparse.ArgumentParser) -> None:
    """``--model``, several times."""
    complete_models(
        p.add_argument(
            "--model",
            action="append",
            metavar="NAME",
            help="one of `carseg models`; may be given several times (default: all)",
        )
    )


def complete_models(action: argparse.Action) -> None:
    """Let the shell offer the names of the checkpoints here."""

    def names(**_: object) -> list[str]:
        from carseg.core.settings import weights_dir

        return sorted(path.parent.name for path in weights_dir().glob("*/config.json"))

    action.completer = names  # type: ignore[attr-defined]  # argcomplete looks for it


def add_device(p: argparse.ArgumentParser, *, engines: bool = True) -> None:
    """``--device`` and ``--precision``; with ``engines`` also ``--engine`` and ``--provider``."""
    from carseg.inference.device import DEVICES, PRECISIONS, PROVIDERS
    from carseg.inference.engines.engine import AUTO, ENGINES, USUAL

    p.add_argument(
        "--device", choices=DEVICES, default=AUTO, help="where networks run (default: auto)"
    )
    files = "; int8 and float16 need a file that `carseg export` made" if engines else ""
    p.add_argument(
        "--precision",
        choices=PRECISIONS if engines else (AUTO, *ENGINES[USUAL].precisions),
        default=AUTO,
        help=f"of the networks' arithmetic (default: auto, what suits the device){files}",
    )
    if not engines:
        return
    p.add_argument(
        "--engine",
        choices=(AUTO, *ENGINES),
        default=AUTO,
        help=f"the library that runs networks (default: auto, {USUAL} where it can)",
    )
    p.add_argument(
        "--provider",
        choices=PROVIDERS,
        default=AUTO,
        help="what runs the graphs of --engine onnx (default: auto, as --device)",
    )


def device_of(arguments: argparse.Namespace) -> "Device":
    """The device that these options describe.

    Raises:
        DeviceError, EngineError: it is not here.
    """
    from carseg.inference.device import choose_device

    a = arguments
    return choose_device(a.device, a.precision, a.engine, a.provider)


def add_shard(p: argparse.ArgumentParser) -> None:
    """``--shard``."""
    p.add_argument("--shard", type=shard, metavar="I/N", help="do part I of N, counted from 0")


def add_on(p: argparse.ArgumentParser) -> None:
    """``--on`` and ``--workers``."""
    from carseg.core.cluster import LOCAL, PLACES

    p.add_argument(
        "--on",
        choices=PLACES,
        default=LOCAL,
        help="the machine here, or the Ray cluster that RAY_ADDRESS names (default: local)",
    )
    p.add_argument(
        "--workers",
        type=count,
        metavar="N",
        help="processes on the cluster (default: one for each core, or each GPU)",
    )


def cluster_of(arguments: argparse.Namespace, device: "Device") -> "Cluster | None":
    """The cluster that these options describe; None: this machine.

    Raises:
        ClusterError: Ray is not installed, or --workers is given without it.
    """
    from carseg.core.cluster import RAY, Cluster, ClusterError

    if arguments.on != RAY:
        if arguments.workers is not None:
            raise ClusterError("--workers belongs to a cluster: give --on ray, too.")
        return None
    return Cluster(arguments.workers, gpus=int(device.kind == "cuda"))


def shard(text: str) -> Shard:
    """``0/2`` as the first of two parts."""
    try:
        return Shard.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def car(text: str) -> "CarChoice":
    """``7``, ``#800000``, ``red`` or several of them as a choice."""
    from carseg.imaging.car_choice import CarChoice, CarChoiceError

    try:
        return CarChoice.parse(text)
    except CarChoiceError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def kinds(text: str) -> list[str]:
    """A comma list of the kinds of files that ``predict`` can save, each once."""
    from carseg.service.outputs import KINDS

    found = [kind.strip() for kind in text.split(",") if kind.strip()]
    wrong = sorted(set(found) - set(KINDS))
    if wrong or not found:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(KINDS)}")
    return list(dict.fromkeys(found))


def area(text: str) -> int:
    """``38400`` or ``160x240`` as the pixels of a grid."""
    from carseg.models.checkpoint import LEAST_AREA, MOST_AREA

    sides = text.split("x")
    plain = len(sides) <= 2 and all(side.isascii() and side.isdigit() for side in sides)
    pixels = math.prod(map(int, sides)) if plain else 0
    if not LEAST_AREA <= pixels <= MOST_AREA:
        raise argparse.ArgumentTypeError(
            f"give {LEAST_AREA:,} to {MOST_AREA:,} pixels of a grid, such as 38400 or 160x240"
        )
    return pixels


def sides(text: str) -> tuple[int, int]:
    """``1024x1024`` as (height, width)."""
    parts = text.split("x")
    if len(parts) != 2 or not all(p.isascii() and p.isdigit() for p in parts):
        raise argparse.ArgumentTypeError("give height x width, such as 1024x1024")
    height, width = map(int, parts)
    if not (16 <= height <= 4096 and 16 <= width <= 4096):
        raise argparse.ArgumentTypeError("give sides from 16 to 4096 pixels")
    return height, width


def three_numbers(text: str) -> tuple[float, float, float]:
    """``0.5,0.5,0.5``, or ``0.5`` for all three."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) not in (1, 3) or not all(map(math.isfinite, values)):
        raise argparse.ArgumentTypeError("give one number or three, such as 0.485,0.456,0.406")
    red, green, blue = values * 3 if len(values) == 1 else values
    return red, green, blue


def dial(text: str) -> str:
    """The name of a dial."""
    from carseg.dials import DIALS

    if text not in DIALS:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(DIALS)}")
    return text


def unit_share(text: str) -> float:
    """A number from 0 to 1."""
    value = _number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("give a number from 0 to 1, such as 0.1")
    return value


def fraction(text: str) -> float:
    """A number above 0 and below 1."""
    value = _number(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("give a number between 0 and 1, such as 0.5")
    return value


def megabytes(text: str) -> float:
    """A number above 0."""
    value = _number(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("give a number of megabytes above 0, such as 2")
    return value


def count(text: str) -> int:
    """A whole number from 1 on."""
    value = _number(text)
    if not 1 <= value < 1e6 or value != int(value):
        raise argparse.ArgumentTypeError("give a whole number from 1 on")
    return int(value)


def margin(text: str) -> float:
    """``8%`` or ``8`` as a number from 0 to 50."""
    from carseg.compositing.framing import MOST_MARGIN

    value = _number(text.strip().removesuffix("%"))
    if not 0 <= value <= MOST_MARGIN:
        raise argparse.ArgumentTypeError(f"give per cent from 0 to {MOST_MARGIN}, such as 8%")
    return value


def percent(text: str) -> int:
    """A whole number from 1 to 100."""
    value = _number(text)
    if value not in range(1, 101):
        raise argparse.ArgumentTypeError("give a whole number from 1 to 100")
    return int(value)


def _number(text: str) -> float:
    """The typed number; -1 for anything else, which every option rejects."""
    try:
        return float(text)
    except ValueError:
        return -1.0
