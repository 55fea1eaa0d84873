"""Where a network is trained: the device, the precision that is fast on it, the workers that draw for it."""

import os
from dataclasses import dataclass

import torch

_CORES_A_WORKER = 8
"""On a processor alone learning takes so long that one worker draws enough for this many cores."""


@dataclass(frozen=True)
class Place:
    """A machine, as far as training cares."""

    device: torch.device
    precision: torch.dtype
    """What autocast computes in; float32 where nothing shorter is fast."""
    workers: int

    @classmethod
    def here(cls) -> "Place":
        """Take the GPU where there is one, and bfloat16 where the hardware computes in it."""
        cores = len(os.sched_getaffinity(0))
        if torch.cuda.is_available():
            return cls(torch.device("cuda"), torch.bfloat16, max(1, cores - 1))
        precision = torch.bfloat16 if _computes_in_bfloat16() else torch.float32
        return cls(torch.device("cpu"), precision, -(-cores // _CORES_A_WORKER))


def _computes_in_bfloat16() -> bool:
    """Elsewhere it is emulated, ten times slower than float32."""
    abilities = torch.cpu.get_capabilities()
    return bool(abilities.get("avx512_bf16") or abilities.get("amx_bf16"))
