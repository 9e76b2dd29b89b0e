"""A run: a preset, a seed and a folder. It is done in legs, and can be interrupted and resumed."""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger

from carseg.core.atomic import write_atomically
from carseg.data.splits import split_hash
from carseg.inference.device import choose_device
from carseg.models import ARCHITECTURES
from carseg.models.encoders import Start, from_teacher, load_encoder, scale_to_unit_activations
from carseg.models.weights import load
from carseg.train.callbacks import Clock, Curve, ProgressBar, Snapshots, WholeFiles, save_whole
from carseg.train.legs import LegData, TrainingData, plan_legs
from carseg.train.module import Segmenter
from carseg.train.presets import DESCRIPTIVE_FIELDS, Preset
from carseg.train.publish import FACTS, LOGS, NETWORK, RunError, current_commit, history_of

LAST, BEGUN, TEACHER = "last.ckpt", "begun.json", "teacher"


@dataclass(frozen=True)
class Machine:
    """The processors and the time that a run may use.

    Attributes:
        device, precision: as in ``carseg.inference.device.choose_device``.
        devices, nodes: processes of each node, and nodes, for DDP.
        max_hours: stop after the leg in which this time is reached; the run can be resumed.
    """

    device: str = "auto"
    precision: str = "auto"
    devices: int = 1
    nodes: int = 1
    max_hours: float | None = None

    def trainer_arguments(self) -> dict[str, Any]:
        """Arguments for Lightning's Trainer."""
        chosen = choose_device(self.device, self.precision)
        half = chosen.dtype == torch.bfloat16
        many = self.devices * self.nodes > 1
        return {
            "accelerator": {"cuda": "gpu"}.get(chosen.kind, chosen.kind),
            "devices": self.devices,
            "num_nodes": self.nodes,
            "strategy": "ddp" if many else "auto",
            "precision": "bf16-mixed" if half else "32-true",
        }


@dataclass(frozen=True)
class Job:
    """A training job: the preset, its data, its start and its folder.

    Attributes:
        encoder: the path of local weights to use instead of ImageNet's download.
        base: the name of a checkpoint to continue, instead of the preset's start.
        patience: stop after this many legs without a better validation Dice; None: never.
    """

    preset: Preset
    data: TrainingData
    folder: Path
    seed: int = 0
    encoder: str | None = None
    base: str | None = None
    patience: int | None = None
    machine: Machine = field(default_factory=Machine)


def train(job: Job, *, resume: bool = False, cache: Path | None = None) -> bool:
    """Do the job, or resume it from its folder's last checkpoint.

    Args:
        cache: the folder for decoded pictures; by default beside the run's folder.

    Returns:
        whether the run is finished; if not, its time was up and it can be resumed.

    Raises:
        RunError: there is nothing to resume, the folder has another run, an unfinished run would be
            lost (without ``resume``), the base has another network, or ``encoder`` has no use.
        EncoderError, CheckpointError: the start is not available.
        DataError: the preset needs data that were not given.
    """
    last = job.folder / LAST
    _check(job, last.is_file(), resume)
    data = LegData(job.preset, job.data, cache or job.folder.parent / "cache", job.seed)
    job.folder.mkdir(parents=True, exist_ok=True)
    _remember(job, data, resume)
    L.seed_everything(job.seed, workers=True, verbose=False)
    legs = plan_legs(job.preset)
    module = Segmenter(job.preset, sum((leg.stop - leg.start) // leg.batch for leg in legs))
    start, base = _start(module, job, data)
    module.begin_average()
    ids = "".join(f"{pair.id}\n" for pair in sorted(data.train_pairs, key=lambda p: p.id))
    write_atomically(job.folder / "ids.txt", ids)
    clock = Clock(job.machine.max_hours)
    trainer = L.Trainer(
        max_epochs=len(legs),
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        gradient_clip_val=1.0,
        logger=_log(job.folder),
        log_every_n_steps=1,
        callbacks=[
            clock,
            Curve(job.folder),
            ProgressBar(job.preset.pictures),
            Snapshots(job.folder),
            *_keepers(job),
        ],
        plugins=[WholeFiles()],
        default_root_dir=job.folder,
        enable_progress_bar=False,
        enable_model_summary=False,
        **job.machine.trainer_arguments(),
    )
    trainer.fit(module, datamodule=data, ckpt_path=last if resume else None)
    finished = not clock.stopped
    if finished and trainer.is_global_zero:
        done = legs[min(trainer.current_epoch, len(legs)) - 1].stop
        facts = _facts(job, data, start, base, done) | {"hours": round(clock.hours, 2)}
        write_atomically(job.folder / FACTS, json.dumps(facts, indent=2))
        save_whole(module.average.module.state_dict(), job.folder / NETWORK)
    return finished


def _log(folder: Path) -> CSVLogger:
    """A new log for each call: a resumed run continues in the next log."""
    number = len(list(folder.glob(f"{LOGS}/*")))
    return CSVLogger(folder, name=LOGS, version=f"{number:03d}", flush_logs_every_n_steps=1)


def _check(job: Job, has_last: bool, resume: bool) -> None:
    if resume and not has_last:
        raise RunError(f"'{job.folder}' holds nothing to resume: leave out --resume to begin.")
    if not resume and has_last:
        raise RunError(
            f"'{job.folder}' holds a run already: go on with --resume {job.folder}, "
            "or give another folder with --runs."
        )
    alone = job.base is not None or job.preset.encoder in {"random", TEACHER}
    if job.encoder is not None and alone:
        own = "at random" if job.preset.encoder == "random" else "with its teacher's encoder"
        start = own if job.base is None else f"from the checkpoint '{job.base}'"
        raise RunError(f"This run starts {start}: leave out --encoder.")


def _remember(job: Job, data: LegData, resume: bool) -> None:
    """Save the job's facts in the folder, so that a run is only resumed as the same job."""
    recipe = {k: v for k, v in job.preset.as_dict().items() if k not in DESCRIPTIVE_FIELDS}
    facts = {"preset": recipe, "seed": job.seed, "set of pictures": split_hash(data.train_pairs)}
    facts = json.loads(json.dumps(facts))  # tuples become lists, as in the file
    path = job.folder / BEGUN
    if not resume:
        write_atomically(path, json.dumps(facts, indent=2))
        return
    before = json.loads(path.read_text())
    # A run that was begun before a preset could say this says it too.
    before["preset"] = {"teaching": None} | before.get("preset", {})
    if changed := [name for name in facts if before.get(name) != facts[name]]:
        raise RunError(
            f"The run in '{job.folder}' was begun with another {' and another '.join(changed)}: "
            "resume it with what it began with, or begin a new one in another folder."
        )


def _keepers(job: Job) -> list[L.Callback]:
    """Callbacks that save the last and the best leg, and early stopping if it is wanted."""
    keep = partial(ModelCheckpoint, job.folder, enable_version_counter=False)
    # Two callbacks, because one that watches a score writes nothing if that score does not improve,
    # not even its ``save_last``.
    kept: list[L.Callback] = [
        keep(filename=Path(LAST).stem),
        keep(filename="best", monitor="val_dice", mode="max"),
    ]
    if job.patience is None:
        return kept
    return [EarlyStopping("val_dice", mode="max", patience=job.patience, min_delta=1e-4), *kept]


def _start(module: Segmenter, job: Job, data: LegData) -> tuple[Start, dict[str, Any]]:
    """Load the first weights into the network; returns facts about them."""
    preset = module.preset
    if job.base is not None:
        network, config = load(job.base)
        try:
            module.network.load_state_dict(network.state_dict())
        except RuntimeError as error:
            raise RunError(
                f"'{job.base}' ({config.architecture}) does not fit this preset's network "
                f"({preset.architecture}): go on from a checkpoint of the same network."
            ) from error
        kept = {k: getattr(config, k) for k in ("name", "sha256", "preset", "pictures_seen")}
        kept |= {"trained": config.trained, "history": history_of(job.base)}
        start = Start(config.pretrained, config.mean, config.std, dict(config.encoder))
        module.expect(start)
        return start, {"base": kept}
    if preset.encoder == TEACHER:
        return _from_teacher(module), {}
    name = ARCHITECTURES[preset.architecture].encoder
    if name is None or preset.encoder == "random":
        return Start(), {}
    encoder = module.network.get_submodule("encoder")
    start = load_encoder(encoder, name, job.encoder or preset.encoder)
    module.expect(start)
    if preset.unit_activations:
        batches = (module.normalised(pictures) for pictures in data.one_view_per_car())
        means = scale_to_unit_activations(encoder, batches)
        start = start.scaled(means)
    return start, {}


def _from_teacher(module: Segmenter) -> Start:
    """Begin with the teacher's own encoder."""
    teaching = module.preset.teaching
    if teaching is None:
        raise RunError("This preset begins with its teacher's encoder, and it names no teacher.")
    network, config = load(teaching.teacher)
    encoder = module.network.get_submodule("encoder")
    words = f"encoder of {config.name} ({config.pretrained})"
    facts = {"teacher": config.name, "teacher_sha256": config.sha256}
    start = Start(words, config.mean, config.std, facts)
    module.expect(from_teacher(encoder, config.name, network, start))
    return start


def _facts(
    job: Job, data: LegData, start: Start, base: dict[str, Any], seen: int
) -> dict[str, Any]:
    """The facts about the run, as plain data for run.json."""
    device = choose_device(job.machine.device, job.machine.precision)
    return {
        "preset": job.preset.as_dict(),
        "seed": job.seed,
        **asdict(start),
        **base,
        "data": data.describe(),
        "split_sha256": split_hash(data.train_pairs),
        "pictures_seen": seen + base.get("base", {}).get("pictures_seen", 0),
        "legs": [leg.stop for leg in data.legs],
        "commit": current_commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "hardware": device.name,
        "precision": f"{device.dtype_name} autocast"
        if device.dtype_name != "float32"
        else "float32",
    }
