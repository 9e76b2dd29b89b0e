"""Scores that a user saved: rows of ``score``, each with a picture's counts and their settings."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Double,
    Engine,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, Session, mapped_column

from carseg.measures.overlap import Counts
from carseg.results.database import reading, write
from carseg.results.scores import DOMAINS

KEY = ("weights_sha256", "picture_sha256", "truth_sha256", "settings_sha256")
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def settings_hash(
    fingerprint: str, grid: str, threshold: float, settings: Mapping[str, Any]
) -> str:
    """sha256 of everything that shaped a mask besides the weights, in any order of ``settings``.

    Args:
        fingerprint: of the network as it is used (``carseg.inference.predictor.fingerprint``).

    Raises:
        TypeError: settings that are not plain JSON values.
    """
    facts = {
        "fingerprint": fingerprint,
        "grid": grid,
        "threshold": float(threshold),
        "settings": dict(settings),
    }
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def now() -> datetime:
    """The time, UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


class Base(DeclarativeBase):
    """The tables of the saved results."""


class Score(MappedAsDataclass, Base, kw_only=True):
    """One picture, measured with one model and saved.

    The four hashes say what was measured; saving the same again replaces the rest.

    Attributes:
        model, picture, set: names for people (checkpoint, file, the user's collection).
        weights_sha256, picture_sha256, truth_sha256: of the weights' and the uploaded files' bytes.
        fingerprint: of the weights and how they were used; empty in rows from before it was kept.
        domain: one of DOMAINS.
        grid: ``160x240`` (height x width) or ``native``.
        threshold: in 0..1.
        settings: everything else that shaped the mask (edges, second look, dtype), as JSON values.
        tp, fp, fn, tn: pixels.
        boundary_iou: in 0..1, or None.
        saved_at: UTC, without a zone.

    Raises:
        ValueError: an invalid hash, domain, threshold or count.
    """

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint(*KEY, name="uq_score_measurement"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    model: Mapped[str] = mapped_column(Text)
    weights_sha256: Mapped[str] = mapped_column(String(64))
    picture: Mapped[str] = mapped_column(Text)
    picture_sha256: Mapped[str] = mapped_column(String(64))
    truth_sha256: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    domain: Mapped[str] = mapped_column(Text)
    set: Mapped[str] = mapped_column(Text)
    grid: Mapped[str] = mapped_column(Text)
    threshold: Mapped[float] = mapped_column(Double)
    tp: Mapped[int] = mapped_column(BigInteger)
    fp: Mapped[int] = mapped_column(BigInteger)
    fn: Mapped[int] = mapped_column(BigInteger)
    tn: Mapped[int] = mapped_column(BigInteger)
    boundary_iou: Mapped[float | None] = mapped_column(Double, default=None)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    saved_at: Mapped[datetime] = mapped_column(DateTime, default_factory=now)
    settings_sha256: Mapped[str] = mapped_column(String(64), init=False)

    def __post_init__(self) -> None:
        for name in (*KEY[:3], "fingerprint"):
            if not re.fullmatch("[0-9a-f]{64}", getattr(self, name)):
                raise ValueError(f"'{getattr(self, name)}' is no {name}: take 64 hex digits.")
        if self.domain not in DOMAINS:
            raise ValueError(f"The domain '{self.domain}' is unknown: take {', '.join(DOMAINS)}.")
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"The threshold {self.threshold} must lie within 0 and 1.")
        for name in ("model", "picture", "set", "grid"):
            setattr(self, name, _storable(getattr(self, name)))
        for name in ("tp", "fp", "fn", "tn"):  # NumPy's integers would be stored as bytes
            setattr(self, name, int(getattr(self, name)))
        self.threshold = float(self.threshold)
        self.boundary_iou = None if self.boundary_iou is None else float(self.boundary_iou)
        _ = self.counts
        self.settings_sha256 = settings_hash(
            self.fingerprint, self.grid, self.threshold, self.settings
        )

    @property
    def counts(self) -> Counts:
        """The four counts as one, with all derived scores."""
        return Counts(self.tp, self.fp, self.fn, self.tn)


def _storable(name: str) -> str:
    """The text without lone surrogates and NUL: file names may contain them, databases cannot."""
    return name.encode("utf-8", "replace").decode().replace("\0", "")


def upsert(dialect: str) -> Any:
    """The statement that inserts a score, or replaces the one with the same four hashes."""
    statement = _INSERT[dialect](Score.__table__)
    columns = [column.name for column in Score.__table__.columns if column.name != "id"]
    fresh = {name: statement.excluded[name] for name in columns if name not in KEY}
    return statement.on_conflict_do_update(index_elements=KEY, set_=fresh)


def save_scores(engine: Engine, scores: Iterable[Score]) -> int:
    """Save all scores or, if anything fails, none; returns how many. Known ones are replaced.

    Raises:
        ResultsError: the database cannot be written. ``saved_scores`` and ``delete_scores`` raise
            it too.
    """
    names = [column.name for column in Score.__table__.columns if column.name != "id"]
    rows = [{name: getattr(score, name) for name in names} for score in scores]
    if not rows:
        return 0
    # All writers use one order, so two that save the same pictures cannot block each other.
    rows.sort(key=lambda row: [row[name] for name in KEY])
    statement = upsert(engine.dialect.name)
    write(engine, lambda session: session.connection().execute(statement, rows))
    return len(rows)


def saved_scores(engine: Engine) -> list[Score]:
    """All saved scores, the oldest first."""
    with reading(engine) as session:
        return list(session.scalars(sa.select(Score).order_by(Score.saved_at, Score.id)))


def delete_scores(engine: Engine, ids: Sequence[int]) -> int:
    """Delete the scores with these ids; returns how many there were. Unknown ids are ignored."""
    wanted = sorted({int(number) for number in ids})

    def delete(session: Session) -> int:
        gone = 0
        for start in range(0, len(wanted), 500):  # databases limit the parameters of a statement
            chosen = Score.id.in_(wanted[start : start + 500])
            gone += session.connection().execute(sa.delete(Score).where(chosen)).rowcount
        return gone

    return write(engine, delete)
