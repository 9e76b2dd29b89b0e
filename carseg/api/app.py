"""The routes: ``mounted`` goes into the app's process, ``alone`` is what `carseg serve` starts."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount

from carseg.api.entrance import Entrance
from carseg.api.schemas import (
    Answer,
    CompareAsk,
    Comparison,
    Facts,
    Format,
    Health,
    Model,
    Problem,
    SegmentAsk,
)
from carseg.core import settings
from carseg.core.errors import CarsegError
from carseg.core.gate import NETWORKS
from carseg.core.version import __version__
from carseg.data.polygons import coco_mask
from carseg.inference.engines.engine import EngineError
from carseg.models.checkpoint import CheckpointError
from carseg.service import segmenting
from carseg.service.segmenting import Segmenter

PREFIX = "/api"
ABOUT = 'carseg finds the car in a photo. Errors are one sentence: `{"error": "..."}`.'
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text}
    for status, text in {
        400: "The picture, its address or another field cannot be used.",
        401: "The server wants a token.",
        404: "There is no such model.",
        413: "The request is too large.",
        422: "A field is missing or of the wrong kind.",
        429: "The server is busy; the header Retry-After says when to ask again.",
    }.items()
}
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture that was asked for, or JSON for `rle` and `json`. The facts of "
        "a picture are in headers that begin with X-Carseg.",
        "content": {
            f"image/{kind.value}": {"schema": {"type": "string", "format": "binary"}}
            for kind in Format
        },
    }
}

_FORM = Form(media_type="multipart/form-data")


def mounted(hosts: Sequence[str], token: str) -> FastAPI:
    """The routes below ``PREFIX``.

    Args:
        hosts: names that the server answers to, as in the header ``Host``; ``*`` is any.
        token: see ``Entrance``.
    """
    api = FastAPI(
        title="carseg",
        version=__version__,
        description=ABOUT,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        servers=[{"url": PREFIX}],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
            Middleware(Entrance, token=token),
        ],
    )
    api.add_exception_handler(CarsegError, _told)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)
    _add_routes(api, Segmenter())
    return api


def alone() -> Starlette:
    """The routes without the app, as the settings say."""
    inner = mounted(settings.allowed_hosts(), settings.token())
    return Starlette(routes=[Mount(PREFIX, inner)])


def _add_routes(api: FastAPI, segmenter: Segmenter) -> None:
    @api.get("/health")
    def health() -> Health:
        """Whether the server can answer."""
        here = len(segmenting.models())
        return Health(status="ok", version=__version__, models=here, waiting=NETWORKS.waiting)

    @api.get("/models", responses={401: PROBLEMS[401]})
    def models() -> list[Model]:
        """The models that can be asked for, the default one first."""
        return [Model(**one) for one in segmenting.models()]

    @api.post("/segment", responses={**FILES, **PROBLEMS}, response_model=Facts)
    def segment(ask: Annotated[SegmentAsk, _FORM]) -> Response:
        """The car of one picture: its mask, cut-out, overlay, another background, or facts."""
        frame = ask.framed
        rgb = segmenting.picture(ask.data, ask.address)
        result, own = segmenter.result(
            rgb,
            ask.model,
            ask.engine,
            ask.threshold,
            ask.behind,
            frame=frame,
            every_car=ask.every_car,
        )
        said = segmenting.facts(result)
        if ask.answer in {Answer.RLE, Answer.JSON}:
            drawn = {"mask": coco_mask(result.mask)} if ask.answer is Answer.RLE else {}
            return JSONResponse({**said, **drawn})
        kind = ask.format.value
        content = segmenting.rendered(result, ask.answer.value, own, kind, ask.quality)
        return Response(content, media_type=f"image/{kind}", headers=_headers(said))

    @api.post("/compare", responses=PROBLEMS)
    def compare(ask: Annotated[CompareAsk, _FORM]) -> Comparison:
        """Several models on one picture, and how far each two of them agree."""
        rgb = segmenting.picture(ask.data, ask.address)
        asked = dict.fromkeys(ask.models)
        results = [segmenter.result(rgb, name, ask.engine, ask.threshold)[0] for name in asked]
        said = [
            {**segmenting.facts(one), "mask": coco_mask(one.mask) if ask.masks else None}
            for one in results
        ]
        return Comparison.model_validate({"results": said, "pairs": segmenting.compared(results)})


def _headers(said: dict[str, Any]) -> dict[str, str]:
    words = {name: said[name] for name in ("model", "engine", "precision", "threshold")}
    words["car-share"], words["cars"] = said["car_share"], len(said["cars"])
    return {f"X-Carseg-{name.title()}": str(value) for name, value in words.items()}


def _told(_: Request, error: Exception) -> JSONResponse:
    # An engine that is not here is a field's fault, though its error is a checkpoint's.
    lost = isinstance(error, CheckpointError) and not isinstance(error, EngineError)
    status = 404 if lost else 400
    return JSONResponse({"error": str(error)}, status)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    where = ".".join(str(part) for part in first.get("loc", ())[1:]) or "the request"
    return JSONResponse({"error": f"{where}: {first.get('msg', 'not valid')}."}, 422)


def _http(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    text = error.detail if isinstance(error, HTTPException) else str(error)
    return JSONResponse({"error": f"{text.rstrip('.')}."}, status, headers)
