"""Made scores for the tests of tables and pages."""

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from carseg import results
from carseg.inference.predictor import fingerprint
from carseg.measures.overlap import Counts, PictureScore
from carseg.models.checkpoint import stated_config
from carseg.results import Score, ScoreSet

SHA = "a" * 64


def score_set(model: str = "m", domain: str = "studio", n: int = 6, **changes) -> ScoreSet:
    pictures = tuple(
        PictureScore(f"p{i}", f"car{i}", Counts(90 - i, 10, i, 900), 0.5 + i / 100)
        for i in range(n)
    )
    facts = {
        "model": model,
        "weights_sha256": SHA,
        "fingerprint": SHA,
        "domain": domain,
        "set": "carvana" if domain == "studio" else "street-photo",
        "split": "test",
        "split_sha256": SHA,
        "grid": "160x240",
        "threshold": 0.5,
        "dtype": "float32",
        "device": "cpu",
        "date": "2025-01-02",
        "command": "python -m carseg evaluate",
        "pictures": pictures,
    }
    return ScoreSet(**(facts | changes))


def dice_set(model: str, benchmark: tuple[str, str], dice: dict[str, float], **changes) -> ScoreSet:
    """Scores of pictures with exactly these Dice (three digits); the group is what precedes _."""
    pictures = []
    for name, value in dice.items():
        hits = round(1000 * value)
        counts = Counts(hits, 1000 - hits, 1000 - hits, 2000)
        pictures.append(PictureScore(name, name.partition("_")[0], counts, 0.5))
    facts = {
        "domain": "studio" if benchmark[0].startswith("carvana") else "street",
        **{"set": benchmark[0], "grid": benchmark[1], "pictures": tuple(pictures)},
    }
    return score_set(model, **(facts | changes))


def saved_score(picture: str, minute: int = 0, **changes) -> Score:
    def sha(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    facts = {
        "model": "m",
        "weights_sha256": SHA,
        "fingerprint": SHA,
        "picture": picture,
        "picture_sha256": sha(picture),
        "truth_sha256": SHA,
        "domain": "street",
        "set": "mine",
        "grid": "native",
        "threshold": 0.5,
        "tp": 80,
        "fp": 20,
        "fn": 20,
        "tn": 880,
        "saved_at": datetime(2025, 1, 2, 3, minute),
    }
    return Score(**(facts | changes))


def ship(root: Path, *scores: ScoreSet) -> None:
    """Put scores beside the checkpoints they name, as measured with exactly those networks."""
    for one in scores:
        config = stated_config(root / one.model)
        own = {"weights_sha256": config.sha256, "fingerprint": fingerprint(config)}
        results.write_scores(root / one.model, replace(one, **own))


def save(*scores: Score) -> None:
    """Save scores where the environment says, as another process would."""
    engine = results.open_engine()
    results.save_scores(engine, scores)
    engine.dispose()


def names_saved() -> list[str]:
    """The pictures of the saved scores, oldest first."""
    engine = results.open_engine()
    names = [score.picture for score in results.saved_scores(engine)]
    engine.dispose()
    return names
