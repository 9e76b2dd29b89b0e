"""``carseg add``: an ONNX segmenter of others beside ours."""

import argparse
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from carseg.cli.command import Commands
from carseg.cli.options import fraction, sides, three_numbers

if TYPE_CHECKING:
    from carseg.service.adding import Proposal


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "add", help="bring an ONNX segmenter, to compare it with ours", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.models.profiles import PROFILES

    p.add_argument("file", type=Path, metavar="FILE.onnx", help="the graph")
    p.add_argument("--name", required=True, help="of the checkpoint that it becomes")
    p.add_argument("--like", choices=PROFILES, help="the family that it is of (default: guessed)")
    p.add_argument("--title", help="what people read (default: the family's, or the name)")
    p.add_argument("--size", type=sides, metavar="HxW", help="of its input")
    p.add_argument("--mean", type=three_numbers, metavar="R,G,B", help="on values in 0..1")
    p.add_argument("--std", type=three_numbers, metavar="R,G,B", help="the spread; 1: none")
    p.add_argument("--layout", choices=("nchw", "nhwc"), help="the order of the input's sides")
    p.add_argument("--colours", choices=("rgb", "bgr"), help="their order (default: rgb)")
    p.add_argument("--output", metavar="NAME", help="the output to read (default: the first)")
    p.add_argument(
        "--activation",
        choices=("sigmoid", "softmax", "none", "labels"),
        help="what makes probabilities of it; none: it has them; labels: numbers of classes",
    )
    p.add_argument("--car", type=int, metavar="N", help="the channel or class of the car, from 0")
    p.add_argument("--threshold", type=fraction, default=0.5, help="of the mask (default: 0.5)")
    p.add_argument("--licence", help="of the graph, in words")
    p.add_argument("--source", help="where it comes from, in words")
    p.add_argument("--yes", action="store_true", help="take what was guessed without asking")


def run(arguments: argparse.Namespace) -> int:
    """Look at the graph, say how it would be used, ask where that was guessed, and add it."""
    from carseg.service.adding import AddError, AddOptions, add, propose

    given = AddOptions(**{f.name: getattr(arguments, f.name) for f in fields(AddOptions)})
    found = propose(given)
    _tell(found)
    if arguments.like is None and not arguments.yes and not _agreed():
        raise AddError(
            "Nothing was added. If this is how the graph is used, add --yes; else say what is "
            "known with --like, --size, --mean, --std, --activation or --car."
        )
    folder = add(given, found)
    print(f"{folder}: {found.config.title}. Try: carseg predict PHOTO --model {given.name}")
    return 0


def _tell(found: "Proposal") -> None:
    config = found.config
    size = config.arguments["size"]
    lines = {
        "input": f"{size[0]}x{size[1]}" if size else f"about {config.area:,} pixels",
        "layout": config.arguments["layout"],
        "normalisation": f"mean {_three(config.mean)}, spread {_three(config.std)}",
        "output": repr(config.arguments["output"]),
        "activation": config.arguments["activation"],
        "car": "the only channel" if config.classes == 1 else f"class {config.car}",
        "licence": config.arguments["licence"],
    }
    for what, words in lines.items():
        print(f"{what:14} {found.why.get(what, words)}")
    print(f"{'one picture':14} {found.answer['seconds']:.2f} s here")


def _three(values: tuple[float, float, float]) -> str:
    return " ".join(f"{value:.4g}" for value in values)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    return input("Use it so? [y/N] ").strip().lower() in {"y", "yes"}
