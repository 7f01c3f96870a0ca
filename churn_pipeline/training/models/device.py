"""Where XGBoost trains: on a CUDA device where the installation asks for one and there is one, else on the
processor."""

import ctypes
from dataclasses import dataclass

import xgboost

from churn_pipeline.core.settings import Settings


@dataclass(frozen=True)
class TrainingDevice:
    """name: 'cpu' or 'cuda'; note: why it is not the one that was asked for, else ''."""

    name: str
    note: str = ""


def training_device(settings: Settings) -> TrainingDevice:
    """The device of XGBoost's fits, by the setting `training_device`; a missing device costs time, not the
    training."""
    if settings.training_device == "cpu":
        return TrainingDevice("cpu")
    if not xgboost.build_info().get("USE_CUDA", False):
        return TrainingDevice(
            "cpu", "trained on the processor: CUDA was asked for, but this XGBoost was built without it"
        )
    if not cuda_devices():
        return TrainingDevice(
            "cpu", "trained on the processor: CUDA was asked for, but no CUDA device was found"
        )
    return TrainingDevice("cuda")


def cuda_devices() -> int:
    """Number of CUDA devices that the driver offers; 0 without a driver."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return 0
    return count.value
