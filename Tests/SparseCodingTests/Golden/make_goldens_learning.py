"""Makes learning.json: samples, and the dictionaries that scikit-learn learns from them.

Run in this folder:  python3 make_goldens_learning.py
Made with Python 3.11, scikit-learn 1.9.1, numpy 2.4.6.

The samples are sums of three atoms of a random dictionary and noise, stored as they are. For signed
and for non-negative codes MiniBatchDictionaryLearning is run from three seeds and the best run kept:
its atoms, brought to norm 1, and the objective  mean of 1/2 |x - a D|^2 + penalty |a|_1  at its own
lasso codes, in double precision and to convergence.
"""

import base64
import json

import numpy as np
from sklearn.decomposition import MiniBatchDictionaryLearning, sparse_encode

SAMPLES, COMPONENTS, ATOMS, ACTIVE = 480, 24, 40, 3


def packed(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()


def samples(signed, rng):
    atoms = rng.standard_normal((ATOMS, COMPONENTS))
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    codes = np.zeros((SAMPLES, ATOMS))
    for row in codes:
        gains = rng.uniform(0.5, 1.5, ACTIVE)
        if signed:
            gains *= rng.choice([-1, 1], ACTIVE)
        row[rng.choice(ATOMS, ACTIVE, replace=False)] = gains
    noise = 0.1 * rng.standard_normal((SAMPLES, COMPONENTS))
    return (codes @ atoms + noise).astype(np.float32)


def objective(x, atoms, penalty, positive):
    codes = sparse_encode(
        x, atoms, algorithm="lasso_cd", alpha=penalty, positive=positive, max_iter=100_000
    )
    error = 0.5 * np.sum((x - codes @ atoms) ** 2)
    return float((error + penalty * np.sum(np.abs(codes))) / len(x)), codes


def case(name, signed, penalty, rng):
    x = samples(signed, rng)
    runs = []
    for seed in range(3):
        learner = MiniBatchDictionaryLearning(
            n_components=ATOMS,
            alpha=penalty,
            batch_size=64,
            max_iter=400,
            max_no_improvement=None,
            tol=0,
            fit_algorithm="cd",
            positive_code=not signed,
            random_state=seed,
        ).fit(x.astype(np.float64))
        atoms = learner.components_
        atoms = (atoms / np.linalg.norm(atoms, axis=1, keepdims=True)).astype(np.float32)
        value, codes = objective(x.astype(np.float64), atoms.astype(np.float64), penalty, not signed)
        runs.append((value, seed, atoms, codes))
        print(name, seed, value, learner.n_steps_)
    value, _, atoms, codes = min(runs, key=lambda run: run[0])
    return {
        "name": name,
        "signed": signed,
        "penalty": penalty,
        "components": COMPONENTS,
        "samples": packed(x),
        "atoms": packed(atoms),
        "objective": value,
        "codes_per_sample": float(np.mean(np.count_nonzero(codes, axis=1))),
    }


def main():
    rng = np.random.default_rng(20260802)
    cases = [
        case("signed", True, 0.15, rng),
        case("non-negative", False, 0.15, rng),
    ]
    with open("learning.json", "w") as file:
        json.dump({"cases": cases}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
