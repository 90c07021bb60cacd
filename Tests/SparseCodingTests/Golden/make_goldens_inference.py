"""Makes inference.json and convolution.json: what scikit-learn and PyTorch say of stored inputs.

Made with Python 3.11.7, numpy 2.4.6, scikit-learn 1.9.1, torch 2.15.0. Run it in this folder:
    python3 make_goldens_inference.py
"""

import json
import warnings

import numpy as np
import torch
from sklearn.decomposition import sparse_encode

warnings.filterwarnings("error")
random = np.random.default_rng(20240917)


def stored(array):
    """Single-precision numbers, flattened, with as many digits as tell them apart."""
    return [float(f"{x:.9g}") for x in np.asarray(array, np.float32).ravel()]


def sparse_codes():
    count, components, atoms = 12, 16, 24
    dictionary = random.normal(size=(atoms, components))
    dictionary /= np.linalg.norm(dictionary, axis=1, keepdims=True)
    dictionary = dictionary.astype(np.float32)
    patches = random.normal(size=(count, components)).astype(np.float32)
    x, phi = patches.astype(np.float64), dictionary.astype(np.float64)
    penalty, nonzero = 0.4, 5
    lasso = dict(alpha=penalty, max_iter=100_000)
    return {
        "components": components,
        "atoms": atoms,
        "penalty": penalty,
        "nonzeroLimit": nonzero,
        "dictionary": stored(dictionary),
        "patches": stored(patches),
        # Coordinate descent stops at a duality gap of 1e-4 of |x|^2, least angle regression is exact.
        "lassoCoordinateDescent": stored(sparse_encode(x, phi, algorithm="lasso_cd", **lasso)),
        "lassoCoordinateDescentPositive": stored(
            sparse_encode(x, phi, algorithm="lasso_cd", positive=True, **lasso)
        ),
        "lassoLeastAngle": stored(sparse_encode(x, phi, algorithm="lasso_lars", **lasso)),
        "lassoLeastAnglePositive": stored(
            sparse_encode(x, phi, algorithm="lasso_lars", positive=True, **lasso)
        ),
        "matchingPursuit": stored(
            sparse_encode(x, phi, algorithm="omp", n_nonzero_coefs=nonzero)
        ),
        "threshold": stored(sparse_encode(x, phi, algorithm="threshold", alpha=penalty)),
        "thresholdPositive": stored(
            sparse_encode(x, phi, algorithm="threshold", alpha=penalty, positive=True)
        ),
    }


def convolve(image, kernels, biases, window, stride):
    """Convolution of an image continued by reflection, with bias and ReLU; channels last, in double precision."""
    channels = image.shape[2]
    planes = torch.from_numpy(image.astype(np.float64)).permute(2, 0, 1)[None]
    border = window // 2
    if border:
        planes = torch.nn.functional.pad(planes, (border,) * 4, mode="reflect")
    weights = torch.from_numpy(np.asarray(kernels, np.float64))
    weights = weights.reshape(-1, window, window, channels).permute(0, 3, 1, 2)
    out = torch.nn.functional.conv2d(
        planes, weights, torch.from_numpy(np.asarray(biases, np.float64)), stride=stride
    )
    return torch.relu(out)[0].permute(1, 2, 0).numpy()


def network(window, stride, channels, outputs, size):
    """Any convolution whose biases are not above zero."""
    image = random.normal(size=size + (channels,)).astype(np.float32)
    kernels = random.normal(size=(outputs, window * window * channels)).astype(np.float32)
    biases = -np.abs(random.normal(size=outputs)).astype(np.float32)
    biases[0] = 0
    return {
        "window": window,
        "stride": stride,
        "channels": channels,
        "height": size[0],
        "width": size[1],
        "signed": False,
        "image": stored(image),
        "kernels": stored(kernels),
        "biases": stored(biases),
        "output": stored(convolve(image, kernels, biases, window, stride)),
    }


def layer(window, stride, channels, atoms, components, signed, size):
    """A sparse coding layer, with whitening where `components` is given, and its convolution."""
    depth = window * window * channels
    image = random.normal(size=size + (channels,)).astype(np.float32)
    width = components or depth
    dictionary = random.normal(size=(atoms, width))
    dictionary = (dictionary / np.linalg.norm(dictionary, axis=1, keepdims=True)).astype(np.float32)
    penalties = np.abs(random.normal(size=atoms) / 2).astype(np.float32)
    penalties[-1] = 0
    golden = {
        "window": window,
        "stride": stride,
        "channels": channels,
        "height": size[0],
        "width": size[1],
        "signed": signed,
        "atoms": atoms,
        "dictionary": stored(dictionary),
        "penalties": stored(penalties),
        "image": stored(image),
    }
    kernels = dictionary.astype(np.float64)
    shift = np.zeros(atoms)
    if components:
        projection = random.normal(size=(components, depth)).astype(np.float32)
        mean = (random.normal(size=depth) / 4).astype(np.float32)
        golden |= {"components": components, "projection": stored(projection), "mean": stored(mean)}
        kernels = kernels @ projection.astype(np.float64)
        shift = kernels @ mean.astype(np.float64)
    biases = -penalties.astype(np.float64) - shift
    if signed:
        kernels = np.concatenate([kernels, -kernels])
        biases = np.concatenate([biases, -penalties.astype(np.float64) + shift])
    return golden | {
        "kernels": stored(kernels),
        "biases": stored(biases),
        "output": stored(convolve(image, kernels, biases, window, stride)),
    }


def write(name, content):
    with open(name, "w") as file:
        json.dump(content, file, separators=(",", ":"), sort_keys=True)
        file.write("\n")


write("inference.json", sparse_codes())
write(
    "convolution.json",
    {
        "networks": [network(3, 1, 2, 7, (6, 5)), network(5, 2, 1, 4, (9, 8))],
        "layers": [
            layer(3, 1, 2, 9, None, False, (6, 5)),
            layer(3, 2, 2, 8, None, True, (7, 6)),
            layer(5, 1, 1, 6, 11, False, (6, 6)),
            layer(3, 1, 3, 10, 12, True, (5, 6)),
        ],
    },
)
