"""Writes the golden files of ModelFileTests with another implementation of the format.

Made with Python 3.11.7, safetensors 0.8.0, numpy 2.4.6, ml_dtypes 0.6.0. `python make.py` in this folder
writes `python.safetensors` and `half.safetensors`; `python make.py check` reads
`swift.safetensors`, which our writer made, and compares it with what the tests put in.
"""

import sys

import ml_dtypes
import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

TENSORS = {
    "layer1.atoms": np.arange(12, dtype=np.float32).reshape(3, 4) / 8 - 0.5,
    "layer1.loadings": np.array([[1, -0.0, 3.3895314e38], [-1.0078125, 2e-40, 0.1]], dtype=ml_dtypes.bfloat16),
    "layer1.rates": np.array([1e-30, -0.0, 3.4028235e38], dtype=np.float32),
    "Ångström \"quoted\"\n": np.array([[[0.1]], [[0.2]]], dtype=np.float32),
    "empty": np.zeros((0, 7), dtype=np.float32),
    "scalar": np.array(2.5, dtype=np.float32),
}
METADATA = {"note": "a/b \\ \"c\"\n\té", "zwei": ""}

if sys.argv[1:] == ["check"]:
    found = load_file("swift.safetensors")
    assert found.keys() == TENSORS.keys(), found.keys()
    for name, tensor in TENSORS.items():
        assert found[name].dtype == tensor.dtype, name
        assert found[name].shape == tensor.shape, name
        assert found[name].tobytes() == tensor.tobytes(), name
    with safe_open("swift.safetensors", framework="numpy") as file:
        assert file.metadata() == METADATA, file.metadata()
    print("swift.safetensors holds what it should")
else:
    save_file(TENSORS, "python.safetensors", metadata=METADATA)
    save_file({"half": np.ones(4, dtype=np.float16)}, "half.safetensors")
