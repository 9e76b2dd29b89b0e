"""What each command does. Results go to stdout, progress and errors to stderr."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from carseg.analysis.model_card import write_card
from carseg.core.settings import weights_dir
from carseg.data.pairs import DataError, find_backgrounds, find_pairs
from carseg.imaging import codec
from carseg.imaging.codec import PictureError
from carseg.imaging.net.fetch import FetchError
from carseg.inference.device import choose
from carseg.inference.prediction import LEAST_CAR, share_words
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import CheckpointError, checkpoint_folder, drop_weights, shelf
from carseg.service.inputs import Input, expand
from carseg.service.outputs import save_results

if TYPE_CHECKING:
    from carseg.evaluation.score_sets import Options, SetOptions
    from carseg.evaluation.stress_sets import StressOptions
    from carseg.train.legs import TrainingData
    from carseg.train.run import Job

PLACE = ["model", "domain", "set", "grid", "n"]
PRINTED = [*PLACE, "dice", "low", "high", "iou", "boundary_iou"]
PRINTED_WITHOUT_CAR = [*PLACE, "area", "much"]


def models(arguments: Namespace) -> int:
    """List the checkpoints; broken ones are named on stderr."""
    found = shelf()
    if arguments.json:
        print(json.dumps([asdict(c) for c in found.configs.values()], indent=2))
    else:
        for config in found.configs.values():
            size = f"{config.parameters / 1e6:.1f} M parameters"
            print(f"{config.name:24} {size:>18}  pretrained: {config.pretrained}")
            print(f"{'':24} {config.title}. {config.summary}")
        for config in found.controls.values():
            print(f"{config.name:24} {'scores only':>18}  {config.title}")
    for problem in found.problems.values():
        print(f"carseg: {problem}", file=sys.stderr)
    if not found.configs and not arguments.json:
        print(f"No checkpoints in '{weights_dir()}'. Train one with: python -m carseg train")
    return 0


def predict(arguments: Namespace) -> int:
    """Every input through every model; an input that fails is named and the others are done."""
    predictor = Predictor(choose(arguments.device, arguments.precision))
    for name in arguments.model:
        predictor.network(name)  # a wrong name stops before any work is done
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
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"The results cannot go into '{folder}' ({error.strerror}): give a folder with --out."
        ) from error


def _predict_one(
    item: Input, predictor: Predictor, arguments: Namespace
) -> Iterator[dict[str, Any]]:
    try:
        rgb = codec.decode(item.read())
    except (PictureError, FetchError) as error:
        for name in arguments.model:
            yield {"input": item.source, "model": name, "error": str(error)}
        return
    for name in arguments.model:
        try:
            yield _predict_with(item, rgb, name, predictor, arguments)
        except (CheckpointError, OSError) as error:
            yield {"input": item.source, "model": name, "error": str(error)}


def _predict_with(
    item: Input, rgb: np.ndarray, name: str, predictor: Predictor, arguments: Namespace
) -> dict[str, Any]:
    prediction = predictor.predict(rgb, name, detail=arguments.detail)
    threshold = prediction.threshold if arguments.threshold is None else arguments.threshold
    kinds = arguments.save
    files, share = save_results(arguments.out, item.stem, rgb, prediction, kinds, threshold)
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
        "seconds": {k: round(v, 4) for k, v in prediction.seconds.items()},
        "files": files,
    }


def _tell(record: dict[str, Any], as_json: bool, bar: tqdm) -> None:
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


def dials(arguments: Namespace) -> int:
    """List the dials, or write a sheet of what they do."""
    from carseg.cli.dials import SheetOptions, write_sheet
    from carseg.dials.dial import default_dials, described

    if arguments.out is None:
        print(described(arguments.dial or default_dials()))
        return 0
    write_sheet(
        SheetOptions(
            arguments.out,
            dials=tuple(arguments.dial or ()),
            picture=arguments.picture,
            mask=arguments.mask,
            backgrounds=arguments.backgrounds,
            seed=arguments.seed,
        )
    )
    print(arguments.out)
    return 0


def train(arguments: Namespace) -> int:
    """Train a preset, or go on with a run that was interrupted."""
    from carseg.train.run import train as run  # Lightning takes seconds to import: only here

    job = _job(arguments)
    if run(job, resume=arguments.resume is not None):
        print(f"Done. Next: python -m carseg publish {job.folder} {arguments.preset}")
    else:
        print(f"Time is up. Go on with the same command and --resume {job.folder}")
    return 0


def rates(arguments: Namespace) -> int:
    """Compare learning rates on validation cars."""
    from carseg.train.rates import RATES, compare_rates

    rates = arguments.rate or RATES
    table = compare_rates(_job(arguments), rates, arguments.encoder_share, arguments.steps)
    print(table.to_string(index=False, float_format="{:.4g}".format))
    return 0


def views(arguments: Namespace) -> int:
    """Write a contact sheet of what a preset trains on."""
    from carseg.train.legs import LegData
    from carseg.train.presets import PRESETS
    from carseg.train.sheet import contact_sheet

    preset, cache = PRESETS[arguments.preset], arguments.runs / "cache"
    data = LegData(preset, _training_data(arguments), cache, arguments.seed)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(codec.encode(contact_sheet(data), "png"))
    print(arguments.out)
    return 0


def _job(arguments: Namespace) -> "Job":
    from carseg.train.presets import PRESETS
    from carseg.train.run import Job, Machine

    return Job(
        PRESETS[arguments.preset],
        _training_data(arguments),
        arguments.resume or arguments.runs / arguments.preset,
        seed=arguments.seed,
        encoder=arguments.encoder,
        base=arguments.base,
        patience=arguments.patience,
        machine=Machine(
            arguments.device,
            arguments.precision,
            arguments.devices,
            arguments.nodes,
            arguments.max_time,
        ),
    )


def _training_data(arguments: Namespace) -> "TrainingData":
    from carseg.train.legs import TrainingData

    strict, photos, backgrounds = arguments.strict, arguments.photos, arguments.backgrounds
    return TrainingData(
        find_pairs(arguments.data, arguments.layout, strict=strict),
        None if photos is None else find_pairs(photos, "pairs", strict=strict),
        None if backgrounds is None else find_backgrounds(backgrounds),
        strict,
    )


def publish(arguments: Namespace) -> int:
    """Make a checkpoint folder of a finished run."""
    from carseg.train.publish import publish as make

    config = make(
        arguments.run_folder,
        arguments.name,
        weights_dir(),
        best=arguments.best,
        snapshot=arguments.snapshot,
        full=arguments.full,
        overwrite=arguments.replace,
    )
    print(
        f"{weights_dir() / config.name}: {config.parameters:,} parameters, {config.bytes:,} bytes"
    )
    return 0


def table(_: Namespace) -> int:
    """Print the results table of the shipped scores, as the README shows it."""
    from carseg.analysis.readme_table import overview

    print(overview())
    return 0


def baselines(arguments: Namespace) -> int:
    """Make the mean mask of the train cars, and the folders that hold the baselines' scores."""
    from carseg.data.splits import select
    from carseg.evaluation.baselines import write_baselines

    pairs = find_pairs(arguments.data, arguments.layout, strict=arguments.strict)
    train = select(pairs, "carvana", "train")
    for name in write_baselines(train, weights_dir(), arguments.runs / "cache"):
        print(weights_dir() / name)
    return 0


def drop(arguments: Namespace) -> int:
    """Delete the weights of controls; their scores, curves and cards stay."""
    # A wrong name stops before anything is deleted.
    for folder in [checkpoint_folder(name) for name in arguments.name]:
        config = drop_weights(folder)
        write_card(folder)
        print(f"{config.name}: only its scores are kept now.")
    return 0


def evaluate(arguments: Namespace) -> int:
    """Score checkpoints on a data set; a model that fails is named and the others are done.

    Of pictures without a car it tells the share that is called car (``carseg.analysis.car_free``).
    """
    from carseg.analysis.boards import Place
    from carseg.analysis.car_free import car_free
    from carseg.analysis.frames import per_picture, summarise
    from carseg.evaluation.score_sets import score_sets

    done, failed = score_sets(_scoring(arguments))
    if arguments.json or done:
        table, printed = summarise(done), PRINTED
        if done and not any(p.counts.tp + p.counts.fn for scores in done for p in scores.pictures):
            free = car_free(per_picture(done), Place(done[0].set, done[0].grid))
            table = table.merge(free[["model", "area", "much"]], on="model")
            printed = PRINTED_WITHOUT_CAR
        if arguments.json:
            print(table.to_json(orient="records", indent=2))
        else:
            print(table[printed].to_string(index=False, float_format="{:.4f}".format))
    for problem in failed:
        print(f"carseg: {problem}", file=sys.stderr)
    return 1 if failed else 0


def _scoring(arguments: Namespace) -> "Options":
    from carseg.evaluation.score_sets import Options

    return Options(
        _set_options(arguments),
        choose(arguments.device, arguments.precision),
        models=tuple(arguments.model or ()),
        baselines=arguments.baselines,
        area=arguments.area,
        refine=arguments.refine,
        details=arguments.details,
        shard=arguments.shard,
        save=arguments.save,
    )


def _set_options(arguments: Namespace) -> "SetOptions":
    """Which pictures the command line means."""
    from carseg.evaluation.score_sets import SetOptions

    return SetOptions(
        **{field.name: getattr(arguments, field.name) for field in fields(SetOptions)}
    )


def stress(arguments: Namespace) -> int:
    """Score checkpoints along dials; a model that fails is named and the others are done."""
    from carseg.analysis.stress import report, report_json
    from carseg.evaluation.stress_sets import stress_sets

    done, failed = stress_sets(_stressing(arguments))
    if arguments.json or done:
        print((report_json if arguments.json else report)(done, arguments.delta))
    for problem in failed:
        print(f"carseg: {problem}", file=sys.stderr)
    return 1 if failed else 0


def _stressing(arguments: Namespace) -> "StressOptions":
    from carseg.evaluation.stress_pictures import PICTURES
    from carseg.evaluation.stress_sets import StressOptions

    return StressOptions(
        _set_options(arguments),
        choose(arguments.device, arguments.precision),
        models=tuple(arguments.model or ()),
        dials=tuple(arguments.dial or ()),
        number=PICTURES if arguments.n is None else arguments.n,
        backgrounds=arguments.backgrounds,
        seed=arguments.seed,
        shard=arguments.shard,
        save=arguments.save,
    )
