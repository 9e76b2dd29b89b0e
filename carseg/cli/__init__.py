"""The command line: ``python -m carseg models | predict | evaluate | train | publish ...``."""

import argparse
import logging
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from carseg.cli import commands
from carseg.core.shard import Shard
from carseg.data.pairs import LAYOUTS, DataError
from carseg.data.sets import SETS
from carseg.imaging.codec import PictureError
from carseg.imaging.net.fetch import FetchError
from carseg.inference.device import DEVICES, PRECISIONS, DeviceError
from carseg.models.checkpoint import LEAST_AREA, MOST_AREA, CheckpointError
from carseg.models.encoders import EncoderError
from carseg.results import DOMAINS
from carseg.service.outputs import KINDS
from carseg.stats.juncture import DELTA
from carseg.train.presets import PRESETS
from carseg.train.publish import RunError

# What a user can put right: told in one sentence, without a traceback.
USER_ERRORS = (
    CheckpointError,
    DataError,
    DeviceError,
    EncoderError,
    FetchError,
    PictureError,
    RunError,
)
DATA_LAYOUTS = {name: " and ".join(f"{folder}/" for folder in LAYOUTS[name]) for name in LAYOUTS}
ALWAYS_READ = "an unpaired file is an error, not a warning; one that cannot be read always is"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 good, 1 an input failed, 2 wrong usage)."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("carseg").setLevel(logging.INFO)
    arguments = parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except USER_ERRORS as error:
        print(f"carseg: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("carseg: stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser("python -m carseg", description=__import__("carseg").__doc__)
    verbs = top.add_subparsers(required=True, metavar="COMMAND")
    _models(verbs.add_parser("models", help="list the checkpoints"))
    _predict(verbs.add_parser("predict", help="masks, overlays and cut-outs of pictures"))
    _evaluate(verbs.add_parser("evaluate", help="score checkpoints on pictures with masks"))
    _stress(verbs.add_parser("stress", help="score checkpoints along dials, studio to street"))
    _dials(verbs.add_parser("dials", help="list the dials, or draw what they do"))
    _train(verbs.add_parser("train", help="train a preset"))
    verbs.add_parser("table", help="print the shipped results").set_defaults(run=commands.table)
    _views(verbs.add_parser("views", help="a contact sheet of what a preset trains on"))
    _rates(verbs.add_parser("rates", help="compare learning rates of a preset"))
    _publish(verbs.add_parser("publish", help="make a checkpoint of a finished run"))
    _baselines(verbs.add_parser("baselines", help="make the mean mask of a data set's train cars"))
    _drop(verbs.add_parser("drop", help="delete a checkpoint's weights, keep its scores"))
    return top


def _models(p: argparse.ArgumentParser) -> None:
    p.add_argument("--json", action="store_true", help="print one JSON array")
    p.set_defaults(run=commands.models)


def _predict(p: argparse.ArgumentParser) -> None:
    p.add_argument("inputs", nargs="+", metavar="INPUT", help="a file, a folder or a URL")
    p.add_argument(
        "--model",
        action="append",
        required=True,
        metavar="NAME",
        help="one of `python -m carseg models`; may be given several times",
    )
    p.add_argument("--out", type=Path, required=True, help="the folder for the results")
    kinds = ", ".join(f"{kind} ({words})" for kind, words in KINDS.items())
    p.add_argument("--save", type=_kinds, default=["mask"], help=f"comma list of {kinds}")
    p.add_argument("--threshold", type=_fraction, help="above 0, below 1 (default: the model's)")
    p.add_argument("--detail", action="store_true", help="look again at the car's box")
    p.add_argument("--json", action="store_true", help="print a JSON line per picture and model")
    _device(p)
    p.set_defaults(run=commands.predict)


def _evaluate(p: argparse.ArgumentParser) -> None:
    layouts = {**DATA_LAYOUTS, "backgrounds": "a folder of pictures without cars"}
    _data(p, layouts, default=None, required=False, strict=ALWAYS_READ)
    p.add_argument("--split", help="train, val, test or all (carvana: test)")
    _models_of(p)
    p.add_argument("--baselines", action="store_true", help="ceiling, mean and empty mask as well")
    p.add_argument("--domain", choices=DOMAINS, help="default: by layout")
    p.add_argument(
        "--set",
        dest="set_name",
        metavar="NAME",
        help=f"{', '.join(SETS)} choose their pictures; any other names what is in the folder",
    )
    p.add_argument("--size", help="native, model, stored or HxW (carvana: 160x240)")
    p.add_argument(
        "--area",
        type=_area,
        metavar="PIXELS",
        help="use the networks on a grid of so many pixels, or HxW, instead of their own; not kept",
    )
    p.add_argument("--shard", type=_shard, metavar="I/N", help="do part I of N, counted from 0")
    p.add_argument("--refine", action="store_true", help="score outlines that follow the photo")
    p.add_argument("--details", action="store_true", help="measure where the masks are wrong too")
    p.add_argument("--save", action="store_true", help="keep the counts beside the weights")
    p.add_argument("--json", action="store_true", help="print a JSON array, an object per model")
    _device(p)
    p.set_defaults(run=commands.evaluate)


def _stress(p: argparse.ArgumentParser) -> None:
    _data(p, default=None, strict=ALWAYS_READ)
    p.add_argument("--backgrounds", type=Path, help="a folder with the held-out backgrounds")
    _models_of(p)
    p.add_argument("--dial", type=_dial, action="append", help="default: each family, and combined")
    p.add_argument("--n", type=int, help="pictures, spread over cars (default: 96)")
    p.add_argument("--seed", type=int, default=0, help="of the dials (default: 0)")
    p.add_argument("--delta", type=_fraction, default=DELTA, help="the lead in Dice of a juncture")
    p.add_argument(
        "--set",
        dest="set_name",
        metavar="NAME",
        help="as in evaluate (default: carvana-test; with --layout, the folder's name)",
    )
    p.add_argument("--split", help="train, val, test or all (default: the set's)")
    p.add_argument("--shard", type=_shard, metavar="I/N", help="do part I of N, counted from 0")
    p.add_argument("--save", action="store_true", help="keep the counts beside the weights")
    p.add_argument("--json", action="store_true", help="print JSON, intervals and bands included")
    _device(p)
    p.set_defaults(run=commands.stress, domain=None, size=None)


def _train(p: argparse.ArgumentParser) -> None:
    _training(p)
    p.add_argument("--from", dest="base", metavar="NAME", help="go on from a checkpoint's weights")
    p.add_argument("--resume", type=Path, metavar="RUN", help="go on with this run folder")
    p.add_argument("--max-time", type=float, metavar="HOURS", help="stop then, to be resumed")
    p.add_argument("--patience", type=int, metavar="LEGS", help="stop when nothing gets better")
    p.set_defaults(run=commands.train)


def _dials(p: argparse.ArgumentParser) -> None:
    p.add_argument("--dial", action="append", type=_dial, metavar="NAME", help="all unless given")
    p.add_argument("--out", type=Path, help="write a sheet of severities: a png, webp or jpeg file")
    p.add_argument("--picture", type=Path, help="of a car, instead of a sample picture")
    p.add_argument("--mask", type=Path, help="the picture's true mask")
    p.add_argument("--backgrounds", type=Path, help="a folder of pictures without a car")
    p.add_argument("--seed", type=int, default=0, help="another wind, another place")
    p.set_defaults(run=commands.dials)


def _views(p: argparse.ArgumentParser) -> None:
    _learning(p)
    p.add_argument("--out", type=Path, default=Path("views.png"), help="the PNG to write")
    p.set_defaults(run=commands.views)


def _rates(p: argparse.ArgumentParser) -> None:
    _training(p)
    p.add_argument(
        "--rate",
        type=_fraction,
        action="append",
        metavar="R",
        help="a peak rate to try; may be given several times (default: 1e-4, 3e-4 and 1e-3)",
    )
    p.add_argument(
        "--encoder-share",
        type=_share,
        action="append",
        metavar="S",
        help="a share of the rate for the encoder, 0 to 1, 0: frozen; may be given several times "
        "(default: the preset's)",
    )
    p.add_argument("--steps", type=int, default=500, help="of each run, in batches of 8")
    p.set_defaults(run=commands.rates, base=None, resume=None, max_time=None, patience=None)


def _learning(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "preset",
        choices=sorted(PRESETS),
        metavar="PRESET",
        help=f"what is trained, and on what: {', '.join(sorted(PRESETS))}",
    )
    _data(p, strict="a broken or unpaired file is an error, not a warning")
    p.add_argument("--photos", type=Path, help="street photographs: images/, masks/, parts/")
    p.add_argument("--backgrounds", type=Path, help="a folder of pictures without a car")
    p.add_argument("--runs", type=Path, default=Path("runs"), help="the folder of runs")
    p.add_argument("--seed", type=int, default=0, help="of weights and views (default: 0)")


def _training(p: argparse.ArgumentParser) -> None:
    _learning(p)
    p.add_argument("--encoder", help="a local file of encoder weights instead of the download")
    p.add_argument(
        "--devices", type=int, default=1, help="processes on each machine, for DDP (default: 1)"
    )
    p.add_argument("--nodes", type=int, default=1, help="machines, for DDP (default: 1)")
    _device(p)


def _publish(p: argparse.ArgumentParser) -> None:
    p.add_argument("run_folder", type=Path, metavar="RUN", help="the folder of a finished run")
    p.add_argument(
        "name", help="of the checkpoint: a preset's gives it that one's title and limits"
    )
    which = p.add_mutually_exclusive_group()
    which.add_argument("--best", action="store_true", help="the best on validation, not the last")
    which.add_argument(
        "--snapshot", type=int, metavar="N", help="the one after N pictures of the run"
    )
    p.add_argument("--full", action="store_true", help="keep fp32: twice the size")
    p.add_argument("--replace", action="store_true", help="overwrite another run's checkpoint")
    p.set_defaults(run=commands.publish)


def _baselines(p: argparse.ArgumentParser) -> None:
    _data(p, strict="an unpaired file is an error, not a warning")
    p.add_argument("--runs", type=Path, default=Path("runs"), help="the folder of runs")
    p.set_defaults(run=commands.baselines)


def _drop(p: argparse.ArgumentParser) -> None:
    p.add_argument("name", nargs="+", help="one of `python -m carseg models`")
    p.set_defaults(run=commands.drop)


def _data(
    p: argparse.ArgumentParser,
    layouts: Mapping[str, str] = DATA_LAYOUTS,
    *,
    strict: str,
    default: str | None = "carvana",
    required: bool = True,
) -> None:
    known = "; ".join(f"{name}: {words}" for name, words in layouts.items())
    p.add_argument("--data", type=Path, required=required, help="the data set's folder")
    p.add_argument(
        "--layout",
        choices=layouts,
        default=default,
        help=f"{known} (default: {default or 'that of the set, or carvana'})",
    )
    p.add_argument("--strict", action="store_true", help=strict)


def _models_of(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--model",
        action="append",
        metavar="NAME",
        help="one of `python -m carseg models`; may be given several times (default: all)",
    )


def _device(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--device", choices=DEVICES, default="auto", help="where networks run (default: auto)"
    )
    p.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="of the networks' arithmetic (default: auto, what suits the device)",
    )


def _kinds(text: str) -> list[str]:
    kinds = [kind.strip() for kind in text.split(",") if kind.strip()]
    wrong = sorted(set(kinds) - set(KINDS))
    if wrong or not kinds:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(KINDS)}")
    return list(dict.fromkeys(kinds))


def _area(text: str) -> int:
    """``38400`` or ``160x240`` to the pixels of a grid."""
    sides = text.split("x")
    plain = len(sides) <= 2 and all(side.isascii() and side.isdigit() for side in sides)
    pixels = math.prod(map(int, sides)) if plain else 0
    if not LEAST_AREA <= pixels <= MOST_AREA:
        raise argparse.ArgumentTypeError(
            f"give {LEAST_AREA:,} to {MOST_AREA:,} pixels of a grid, such as 38400 or 160x240"
        )
    return pixels


def _shard(text: str) -> Shard:
    try:
        return Shard.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _dial(text: str) -> str:
    from carseg.dials import DIALS

    if text not in DIALS:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(DIALS)}")
    return text


def _share(text: str) -> float:
    value = _number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("give a number from 0 to 1, such as 0.1")
    return value


def _number(text: str) -> float:
    """What was typed; no number is -1, which no option takes."""
    try:
        return float(text)
    except ValueError:
        return -1.0


def _fraction(text: str) -> float:
    value = _number(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("give a number between 0 and 1, such as 0.5")
    return value
