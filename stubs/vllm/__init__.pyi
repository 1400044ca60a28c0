"""The part of vLLM that `numina_lean.models.vllm` uses, as of vLLM 0.33, for mypy.

vLLM's wheel needs CUDA and is not installed where the package is developed. That this file says
what vLLM does is tested where vLLM is installed: `tests/test_models_vllm.py`.
"""

from vllm.sampling_params import SamplingParams as SamplingParams

class AsyncEngineArgs:
    def __init__(
        self,
        *,
        model: str,
        dtype: str = ...,
        max_model_len: int | None = ...,
        tensor_parallel_size: int = ...,
        gpu_memory_utilization: float = ...,
        enable_prefix_caching: bool | None = ...,
        trust_remote_code: bool = ...,
        disable_log_stats: bool = ...,
    ) -> None: ...
