"""``carseg predict``: masks, overlays and cut-outs of pictures."""

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from carseg.cli.command import Commands
from carseg.cli.options import (
    add_device,
    add_on,
    add_shard,
    cluster_of,
    complete_models,
    device_of,
    fraction,
    kinds,
    margin,
    megabytes,
    percent,
)

if TYPE_CHECKING:
    from tqdm import tqdm

    from carseg.compositing.alike import Alike
    from carseg.core.shard import Shard
    from carseg.service.batch.rows import Row
    from carseg.service.coco import Coco
    from carseg.service.naming import Pattern
    from carseg.service.outputs import Job


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "predict", help="masks, overlays and cut-outs of pictures", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.service.naming import FIELDS, USUAL
    from carseg.service.outputs import FORMATS, KINDS

    p.add_argument("inputs", nargs="+", metavar="INPUT", help="a file, a folder, a ZIP or a URL")
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
    fields = "; ".join(f"{{{name}}}: {text}" for name, text in FIELDS.items())
    p.add_argument(
        "--name",
        default=USUAL,
        metavar="PATTERN",
        help=f"of each file, without its ending (default: {USUAL}). {fields}",
    )
    p.add_argument("--subfolders", action="store_true", help="take those of a folder, too")
    there = p.add_mutually_exclusive_group()
    there.add_argument("--overwrite", action="store_true", help="write files anew that are there")
    there.add_argument("--skip", action="store_true", help="leave files as they are that are there")
    p.add_argument(
        "--format",
        choices=FORMATS,
        default="png",
        help="of pictures; masks and grey are PNGs in every case (default: png)",
    )
    p.add_argument("--quality", type=percent, default=90, help="of WebP and JPEG (default: 90)")
    p.add_argument(
        "--most-mb",
        type=megabytes,
        metavar="MB",
        help="of a file: WebP and JPEG are written at a lower quality until they fit",
    )
    p.add_argument(
        "--exif", action="store_true", help="keep when and how a photo was taken, never where"
    )
    p.add_argument(
        "--coco", action="store_true", help="also write MODEL.coco.json with all masks, for COCO"
    )
    p.add_argument(
        "--background",
        default="",
        metavar="BACKGROUND",
        help="of --save background: a colour such as '#ffffff', or a picture (default: light grey)",
    )
    p.add_argument(
        "--every-car",
        action="store_true",
        help="cut-outs and new backgrounds show all cars, not the largest alone",
    )
    _framing_options(p)
    p.add_argument("--threshold", type=fraction, help="above 0, below 1 (default: the model's)")
    p.add_argument("--detail", action="store_true", help="look again at the car's box")
    p.add_argument("--json", action="store_true", help="print a JSON line per picture and model")
    add_shard(p)
    add_on(p)
    add_device(p)


def _framing_options(p: argparse.ArgumentParser) -> None:
    from carseg.compositing.alike import SCALES
    from carseg.data.car_names import RULES

    rules = "; ".join(f"{name}: {text}" for name, text in RULES.items())
    p.add_argument(
        "--sets",
        choices=RULES,
        default="auto",
        help=f"how pictures of one car are known. {rules} (default: auto)",
    )
    p.add_argument(
        "--frame",
        metavar="SHAPE",
        help="of cut-outs and new backgrounds: width:height, such as 4:3, or free; pictures of one "
        "car are framed alike, with the car in the middle, on one ground line",
    )
    p.add_argument(
        "--margin",
        type=margin,
        metavar="%",
        help="around the car, of the longer side of its box (default: 8%%)",
    )
    scales = "; ".join(f"{name}: {text}" for name, text in SCALES.items())
    p.add_argument(
        "--scale",
        choices=SCALES,
        help=f"what is alike in a frame. {scales} (default: photo)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run every model on every input. If an input fails, it is named, and the others are done."""
    from tqdm import tqdm

    from carseg.inference.predictor import Predictor
    from carseg.models.checkpoint import default_model
    from carseg.service.batch.alike import cars_with, framed, places
    from carseg.service.batch.cluster import OnCluster
    from carseg.service.batch.picture import Settings
    from carseg.service.batch.pipeline import Here
    from carseg.service.cutout import behind_the_car
    from carseg.service.inputs import expand
    from carseg.service.outputs import Coding, OutputError, planned

    arguments.model = list(dict.fromkeys(arguments.model or [default_model()]))
    pattern, frame = _pattern(arguments), _frame(arguments)
    if arguments.shard is not None and arguments.coco:
        raise OutputError("--coco makes one file of all pictures: leave out --shard, or --coco.")
    predictor = Predictor(device_of(arguments))
    cluster = cluster_of(arguments, predictor.device)
    for name in arguments.model:
        predictor.engine(name)  # so that a wrong name fails before any work is done
    behind_the_car(arguments.background or None)
    _make(arguments.out)
    most = arguments.most_mb and int(arguments.most_mb * 1e6)
    settings = Settings(
        coding=Coding(arguments.format, arguments.quality, most),
        threshold=arguments.threshold,
        detail=arguments.detail,
        exif=arguments.exif,
        background=arguments.background,
        every_car=arguments.every_car,
        coco=arguments.coco,
    )
    inputs = expand(arguments.inputs, subfolders=arguments.subfolders, without=arguments.out)
    jobs = planned(
        inputs,
        arguments.model,
        arguments.save,
        folder=arguments.out,
        pattern=pattern,
        coding=settings.coding,
        sets=arguments.sets,
    )
    left = _left(jobs, arguments)
    workplace = (
        Here(predictor, settings)
        if cluster is None
        else OnCluster(cluster, predictor, arguments.model, settings)
    )
    failed = 0
    with tqdm(total=len(left), unit="picture", disable=None if len(left) > 1 else True) as bar:
        pictures = [jobs for jobs in _by_picture(left) if _owned(jobs[0], arguments.shard)]
        bar.total = sum(map(len, pictures))
        if frame is not None and pictures:
            cars = cars_with(_by_picture(jobs), pictures)
            pictures = framed(pictures, places(cars, workplace.look(cars), frame))
        try:
            for rows in workplace.run(pictures):
                failed += any(row.error for row in rows)
                _take(rows, arguments, bar)
        finally:  # also of a run that is stopped, so that --skip goes on there
            for path, coco in arguments.masks.items():
                coco.write(path)
    return 1 if failed else 0


def _pattern(arguments: argparse.Namespace) -> "Pattern":
    from carseg.service.naming import Pattern

    return Pattern.parse(arguments.name, len(arguments.model), len(set(arguments.save)))


def _frame(arguments: argparse.Namespace) -> "Alike | None":
    """The frame that was asked for.

    Raises:
        FrameError: there is no such frame, or nothing that it is for.
    """
    from carseg.compositing.framing import FrameError
    from carseg.service.batch.alike import FRAMED
    from carseg.service.cutout import alike

    if arguments.frame is None:
        if arguments.margin is not None or arguments.scale is not None:
            raise FrameError("--margin and --scale belong to a frame: give --frame, such as 4:3.")
        return None
    if not FRAMED & set(arguments.save):
        kinds = " or ".join(sorted(FRAMED))
        raise FrameError(f"--frame is for {kinds}: name one of them in --save.")
    given = 8 if arguments.margin is None else arguments.margin
    return alike(arguments.frame, given, arguments.scale or "photo")


def _owned(job: "Job", shard: "Shard | None") -> bool:
    """Whether this part of the work has the job; pictures of one car are never parted."""
    return shard is None or shard.owns(f"{job.item.folder}/{job.view.car}")


def _by_picture(jobs: Sequence["Job"]) -> list[list["Job"]]:
    return [list(group) for _, group in groupby(jobs, key=lambda job: job.item)]


def _coco(arguments: argparse.Namespace) -> dict[Path, "Coco"]:
    """A COCO file for each model, with what is skipped; nothing if it was not asked for."""
    from carseg.service.coco import Coco

    if not arguments.coco:
        return {}
    found = {arguments.out / f"{name}.coco.json": Coco(name) for name in arguments.model}
    for path, coco in found.items():
        if arguments.skip:
            coco.take(path)
    return found


def _left(jobs: Sequence["Job"], arguments: argparse.Namespace) -> list["Job"]:
    """What is to be done, once it is known what becomes of files that are there.

    Raises:
        OutputError: nobody says it.
    """
    from carseg.service.outputs import OutputError

    arguments.masks = _coco(arguments)
    there = [path for job in jobs for path in job.files.values() if path.exists()]
    coco = [arguments.out / f"{name}.coco.json" for name in arguments.model if arguments.coco]
    there += [path for path in coco if path.exists()]
    if arguments.overwrite or not there:
        return list(jobs)
    if not arguments.skip:
        told = f"{len(there)} of the files are there already, such as {there[0]}"
        if not sys.stdin.isatty():
            raise OutputError(f"{told}: give --overwrite or --skip.")
        answer = input(f"{told}. [o]verwrite, [s]kip or [c]ancel? ").strip().lower()
        if answer not in {"o", "overwrite", "s", "skip"}:
            raise OutputError("Nothing was done.")
        arguments.skip = answer[0] == "s"
    if not arguments.skip:
        return list(jobs)
    arguments.masks = _coco(arguments)  # a run that was stopped has written none
    known = {coco.model: coco for coco in arguments.masks.values()}
    return [
        job.without(there)
        for job in jobs
        if not set(job.files.values()) <= set(there)
        or (arguments.coco and job.item.file not in known[job.model])
    ]


def _make(folder: Path) -> None:
    from carseg.data.pairs import DataError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"'{folder}' cannot be written ({error.strerror}): give another folder with --out."
        ) from error


def _take(rows: Sequence["Row"], arguments: argparse.Namespace, bar: "tqdm") -> None:
    """Say what became of a picture, and keep its masks for COCO."""
    for note in dict.fromkeys(row.note for row in rows if row.note):
        bar.write(f"carseg: {rows[0].source}: {note}", file=sys.stderr)
    for row in rows:
        for coco in arguments.masks.values():
            if coco.model == row.model and row.coco is not None:
                coco.add(row.name, row.coco)
        bar.update()
        _tell(row, arguments.json, bar)


def _tell(row: "Row", as_json: bool, bar: "tqdm") -> None:
    from carseg.inference.prediction import share_words

    if row.error:
        bar.write(f"carseg: {row.source}: {row.error}", file=sys.stderr)
    if as_json:
        bar.write(json.dumps(row.record()), file=sys.stdout)
    elif not row.error:
        share = share_words(row.facts["car_share"])
        bar.write(
            f"{row.source}  {row.model}  {share}  {', '.join(row.files.values())}",
            file=sys.stdout,
        )
