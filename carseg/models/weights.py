"""The weights of a checkpoint: from ``model.safetensors`` to a network, and back.

Only safetensors are read, and only if their SHA-256 is the one in the config.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_safetensors
from safetensors.torch import save as save_safetensors
from torch import nn

from carseg.core.atomic import write_atomically
from carseg.models import bounds, proof
from carseg.models.checkpoint import (
    WEIGHTS_FILE,
    CheckpointError,
    Config,
    checkpoint_folder,
    parse_config,
    read_config,
    write_config,
)
from carseg.models.registry import ARCHITECTURES, build


def load(name: str, root: Path | None = None) -> tuple[nn.Module, Config]:
    """A checkpoint's network in eval mode, fp32 on the CPU, with its config.

    Raises:
        CheckpointError: unknown name, or missing, truncated, altered or mismatching weights.
    """
    folder = checkpoint_folder(name, root)
    config = read_config(folder)
    if config.scores_only:
        raise CheckpointError(
            f"Only the scores of the control '{name}' are kept, not its weights: "
            "train its preset to get them."
        )
    if config.kind == "brought":
        raise CheckpointError(
            f"'{name}' is an ONNX graph that was brought, no network of PyTorch: it runs with "
            "--engine onnx or openvino, and cannot be trained, exported or looked into."
        )
    blob = (folder / WEIGHTS_FILE).read_bytes()
    if hashlib.sha256(blob).hexdigest() != config.sha256:
        raise CheckpointError(
            f"The weights of checkpoint '{name}' were altered or damaged "
            "(their SHA-256 is not the one in config.json): copy them again."
        )
    return _fill(config, blob), config


def _fill(config: Config, blob: bytes) -> nn.Module:
    try:
        network = _filled(config, blob)
        proof.check_answers(network, config.classes, config.multiple)
    except proof.ProofError as error:
        raise CheckpointError(f"The weights of checkpoint '{config.name}' {error}.") from None
    except Exception as error:  # a builder may raise anything at arguments that make no sense
        raise CheckpointError(
            f"The weights of checkpoint '{config.name}' do not fit its architecture "
            f"'{config.architecture}': take config.json and weights from the same place."
        ) from error
    return network


def _filled(config: Config, blob: bytes) -> nn.Module:
    _ = ARCHITECTURES[config.architecture].network  # imported before the meta device is on
    # On the meta device a network takes no memory and no random start, so its size is known before
    # anything is allocated. It then takes the file's tensors as its own.
    with torch.device("meta"):
        network = build(config.architecture, config.classes, **config.arguments)
    size = sum(p.numel() for p in network.parameters())
    if size > bounds.MOST_PARAMETERS:
        raise proof.ProofError(
            f"would be {size:,} numbers by the config: the limit is {bounds.MOST_PARAMETERS:,}"
        )
    state = {k: _widen(v) for k, v in load_safetensors(blob).items()}
    shapes = network.state_dict()
    if {k: v.shape for k, v in shapes.items()} != {k: v.shape for k, v in state.items()}:
        raise ValueError("other names or shapes")
    proof.check_finite(state)
    network.load_state_dict(state, assign=True)
    if any(buffer.is_meta for buffer in network.buffers()):
        raise ValueError("the network has a buffer that its files do not hold")
    return network.eval().requires_grad_(False)


def _narrow(tensor: torch.Tensor) -> torch.Tensor:
    """To fp16, except vectors. Vectors are small, and variances behind VGG exceed fp16's 65,504.

    A kernel that exceeds it too stays as it is.
    """
    if not tensor.is_floating_point() or tensor.dim() <= 1:
        return tensor
    half = tensor.half()
    return tensor if torch.isinf(half).any() else half


def _widen(tensor: torch.Tensor) -> torch.Tensor:
    """A copy in fp32: safetensors gives memory that is not to be written."""
    return tensor.to(torch.float32 if tensor.is_floating_point() else tensor.dtype, copy=True)


def packed(network: nn.Module, *, full: bool = False) -> bytes:
    """The safetensors file of a network: kernels fp16 (``full``: fp32), vectors fp32."""
    kept = _widen if full else _narrow
    state = {k: kept(v).cpu().contiguous() for k, v in network.state_dict().items()}
    return save_safetensors(state, metadata={"format": "pt"})


def save_checkpoint(
    network: nn.Module, folder: Path, facts: Mapping[str, Any], *, full: bool = False
) -> Config:
    """Write ``network`` as it is ``packed``, with its config.

    Args:
        facts: the fields of Config except name, sha256, bytes and parameters, which are set here.
        full: kernels in fp32 too, twice the size.

    Raises:
        CheckpointError: weights that are not finite, or facts that are out of their bounds.
    """
    try:
        proof.check_finite(network.state_dict())
    except proof.ProofError as error:
        raise CheckpointError(f"The weights of checkpoint '{folder.name}' {error}.") from None
    folder.mkdir(parents=True, exist_ok=True)
    blob = packed(network, full=full)
    found = {
        "sha256": hashlib.sha256(blob).hexdigest(),
        "bytes": len(blob),
        "parameters": sum(p.numel() for p in network.parameters()),
    }
    config = parse_config(json.dumps({**facts, **found}), folder.name)
    write_atomically(folder / WEIGHTS_FILE, blob)
    write_config(folder, config)
    return config
