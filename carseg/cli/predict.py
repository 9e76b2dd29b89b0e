"""``carseg predict``: masks, overlays and cut-outs of pictures."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carseg.cli.command import Commands
from carseg.cli.options import add_device, complete_models, device_of, fraction, kinds
from carseg.core.errors import disk_error

if TYPE_CHECKING:
    import numpy as np
    from tqdm import tqdm

    from carseg.inference.predictor import Predictor
    from carseg.service.inputs import Input


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "predict", help="masks, overlays and cut-outs of pictures", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.service.outputs import KINDS

    p.add_argument("inputs", nargs="+", metavar="INPUT", help="a file, a folder or a URL")
    complete_models(
        p.add_argument(
            "--model",
            action="append",
            metavar="NAME",
            help="one of `carseg models`; may be given several times (default: street-best, or the "
            "first that is here)",
        )
    )
    p.add_argument(
        "--out", type=Path, default=Path(), help="the folder for the results (default: this one)"
    )
    words = ", ".join(f"{kind} ({held})" for kind, held in KINDS.items())
    p.add_argument("--save", type=kinds, default=["mask"], help=f"comma list of {words}")
    p.add_argument("--threshold", type=fraction, help="above 0, below 1 (default: the model's)")
    p.add_argument("--detail", action="store_true", help="look again at the car's box")
    p.add_argument("--json", action="store_true", help="print a JSON line per picture and model")
    add_device(p)


def run(arguments: argparse.Namespace) -> int:
    """Run every model on every input. If an input fails, it is named, and the others are done."""
    from tqdm import tqdm

    from carseg.inference.predictor import Predictor
    from carseg.models.checkpoint import default_model
    from carseg.service.inputs import expand

    arguments.model = arguments.model or [default_model()]
    predictor = Predictor(device_of(arguments))
    for name in arguments.model:
        predictor.engine(name)  # so that a wrong name fails before any work is done
    _make(arguments.out)
    inputs = expand(arguments.inputs)
    failed = 0
    jobs = len(inputs) * len(arguments.model)
    with tqdm(total=jobs, unit="picture", disable=None if jobs > 1 else True) as bar:
        for item in inputs:
            for record in _predict_one(item, predictor, arguments):
                failed += "error" in record
                bar.update()
                _tell(record, arguments.json, bar)
    return 1 if failed else 0


def _make(folder: Path) -> None:
    from carseg.data.pairs import DataError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"'{folder}' cannot be written ({error.strerror}): give another folder with --out."
        ) from error


def _predict_one(
    item: "Input", predictor: "Predictor", arguments: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    from carseg.imaging.codec import PictureError, decode, note_on
    from carseg.imaging.net.fetch import FetchError
    from carseg.models.checkpoint import CheckpointError

    try:
        data = item.read()
        rgb = decode(data)
    except (PictureError, FetchError) as error:
        for name in arguments.model:
            yield {"input": item.source, "model": name, "error": str(error)}
        return
    if note := note_on(data):
        print(f"carseg: {item.source}: {note}", file=sys.stderr)
    for name in arguments.model:
        try:
            yield _predict_with(item, rgb, name, predictor, arguments)
        except CheckpointError as error:
            yield {"input": item.source, "model": name, "error": str(error)}
        except OSError as error:
            yield {"input": item.source, "model": name, "error": disk_error(error)}


def _predict_with(
    item: "Input",
    rgb: "np.ndarray",
    name: str,
    predictor: "Predictor",
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    from carseg.inference.prediction import LEAST_CAR
    from carseg.service.outputs import save_results

    prediction = predictor.predict(rgb, name, detail=arguments.detail)
    threshold = prediction.threshold if arguments.threshold is None else arguments.threshold
    kinds = arguments.save
    files, share = save_results(
        arguments.out, item.stem, rgb, prediction, kinds, threshold=threshold
    )
    return {
        "input": item.source,
        "model": name,
        "sha256": prediction.sha256,
        "size": list(prediction.size),
        "grid": list(prediction.grid),
        "threshold": threshold,
        "car_share": round(share, 6),
        "car_found": share >= LEAST_CAR,
        "device": prediction.device,
        "dtype": prediction.dtype,
        "engine": prediction.engine,
        "seconds": {k: round(v, 4) for k, v in prediction.seconds.items()},
        "files": files,
    }


def _tell(record: dict[str, Any], as_json: bool, bar: "tqdm") -> None:
    from carseg.inference.prediction import share_words

    if "error" in record:
        bar.write(f"carseg: {record['input']}: {record['error']}", file=sys.stderr)
    if as_json:
        bar.write(json.dumps(record), file=sys.stdout)
    elif "error" not in record:
        share = share_words(record["car_share"])
        bar.write(
            f"{record['input']}  {record['model']}  {share}  {', '.join(record['files'].values())}",
            file=sys.stdout,
        )
