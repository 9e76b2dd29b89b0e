"""``carseg export``: a checkpoint as a file for other engines."""

import argparse
from dataclasses import fields
from pathlib import Path

from carseg.cli.command import Commands
from carseg.cli.options import ALWAYS_READ, add_data, complete_models


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "export", help="a checkpoint as ONNX, OpenVINO or TorchScript", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.inference.export.files import ENDINGS

    complete_models(p.add_argument("model", metavar="NAME", help="one of `carseg models`"))
    p.add_argument(
        "--format", dest="kind", choices=ENDINGS, default="onnx", help="of the file (default: onnx)"
    )
    p.add_argument("--int8", action="store_true", help="compute in int8; needs --calibrate")
    p.add_argument(
        "--calibrate", type=Path, metavar="DIR", help="a folder of pictures that int8 is set up on"
    )
    p.add_argument("--half", action="store_true", help="weights in float16: half the size")
    p.add_argument("--out", type=Path, help="a file or a folder (default: beside the weights)")
    add_data(p, default="pairs", required=False, strict=ALWAYS_READ)


def run(arguments: argparse.Namespace) -> int:
    """Write the file, compared with PyTorch on the pictures of --data, or on the samples."""
    from carseg.service.exporting import ExportOptions, export

    given = {field.name: getattr(arguments, field.name) for field in fields(ExportOptions)}
    files, found = export(ExportOptions(**given))
    for file in files:
        print(f"{file}  {file.stat().st_size / 1e6:.1f} MB")
    for parity in found:
        print(parity)
    return 0
