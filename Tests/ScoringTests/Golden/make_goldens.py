"""Makes the JSON files beside this script.

Python 3.11, numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1. Run it in this folder.

Scores are rounded to float32 before anything is computed, so that both sides see the
same numbers. Areas and average precisions come from scikit-learn. The per-region overlap
is computed here in the plainest way: a pass over all pixels for every threshold.
"""

import json

import numpy as np
from scipy import ndimage
from sklearn.metrics import (
    average_precision_score, confusion_matrix, precision_recall_curve, roc_auc_score)

FALSE_POSITIVE_LIMIT = 0.3


def numbers(values, digits=4):
    """Rounds to a few digits, then to float32."""
    return np.round(np.asarray(values, dtype=np.float64), digits).astype(np.float32)


def plain(values):
    """The shortest decimals that give the same float32."""
    return [float(str(np.float32(v))) for v in np.ravel(values)]


def best_f1(labels, scores):
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    f1 = 2 * precision[:-1] * recall[:-1] / np.maximum(precision[:-1] + recall[:-1], 1e-300)
    best = np.flatnonzero(f1 >= f1.max() - 1e-12)
    return float(f1.max()), float(thresholds[best[-1]])


def rank_case(name, scores, labels, digits=4):
    scores = numbers(scores, digits)
    labels = np.asarray(labels, dtype=bool)
    wide = scores.astype(np.float64)
    case = {"name": name, "scores": plain(scores),
            "isAnomalous": "".join("01"[int(v)] for v in labels)}
    if labels.any() and not labels.all():
        f1, lowest_flagged = best_f1(labels, wide)
        case |= {
            "auroc": float(roc_auc_score(labels, wide)),
            "averagePrecision": float(average_precision_score(labels, wide)),
            "bestF1": f1,
            "lowestFlaggedAtBestF1": lowest_flagged,
        }
    case["rates"] = []
    for threshold in numbers(np.quantile(wide, [0, 0.1, 0.5, 0.9, 1]), digits):
        tn, fp, fn, tp = confusion_matrix(
            labels, scores > threshold, labels=[False, True]).ravel()
        rate = {"threshold": plain([threshold])[0]}
        if tn + fp:
            rate["falseAlarmRate"] = float(fp / (tn + fp))
        if tp + fn:
            rate["missRate"] = float(fn / (tp + fn))
        case["rates"].append(rate)
    return case


def rank_cases():
    rng = np.random.default_rng(20240601)
    def two(normals, anomalous, shift, spread=1.0):
        labels = np.r_[np.zeros(normals, bool), np.ones(anomalous, bool)]
        scores = rng.normal(size=len(labels)) * spread + shift * labels
        order = rng.permutation(len(labels))
        return scores[order], labels[order]
    cases = [
        rank_case("balanced", *two(100, 100, 1.0)),
        rank_case("overlapping", *two(60, 40, 0.0)),
        rank_case("ties", *two(150, 100, 1.0), digits=0),
        rank_case("two levels", *(lambda s, l: (s > 0.5, l))(*two(40, 30, 1.0))),
        rank_case("imbalanced", *two(495, 5, 1.5)),
        rank_case("mostly anomalous", *two(4, 396, 1.0)),
        rank_case("constant", np.full(50, 0.25), np.arange(50) % 3 == 0),
        rank_case("perfect", np.r_[np.linspace(0, 1, 20), np.linspace(2, 3, 10)], np.arange(30) >= 20),
        rank_case("inverted", np.r_[np.linspace(2, 3, 20), np.linspace(0, 1, 10)], np.arange(30) >= 20),
        rank_case("one pair", [1.5, -2.5], [True, False]),
        rank_case("tied pair", [1.5, 1.5], [True, False]),
        rank_case("signed zeros", [0.0, -0.0, -0.0, 0.0, 1.0, -1.0], [1, 0, 1, 0, 1, 0]),
        rank_case("wide range", 10.0 ** rng.uniform(-6, 6, 200), rng.random(200) < 0.4, digits=9),
        rank_case("large", *two(4500, 500, 1.2)),
        rank_case("only normal", rng.normal(size=12), np.zeros(12, bool)),
        rank_case("only anomalous", rng.normal(size=12), np.ones(12, bool)),
    ]
    return cases


def aupro(maps, masks):
    """Mean region overlap over the false-positive rate, thresholds taken one by one."""
    regions = []
    for scores, mask in zip(maps, masks):
        labelled, count = ndimage.label(mask, structure=np.ones((3, 3)))
        regions += [scores[labelled == i] for i in range(1, count + 1)]
    normal = np.concatenate([scores[~mask] for scores, mask in zip(maps, masks)])
    rates, overlaps = [0.0], [0.0]
    for threshold in np.unique(np.concatenate([m.ravel() for m in maps]))[::-1]:
        rates.append((normal >= threshold).mean())
        overlaps.append(np.mean([(region >= threshold).mean() for region in regions]))
    rates, overlaps = np.array(rates), np.array(overlaps)
    inside = rates <= FALSE_POSITIVE_LIMIT
    area = np.trapezoid(overlaps[inside], rates[inside])
    if not inside.all():
        last = np.flatnonzero(inside)[-1]
        at_limit = np.interp(
            FALSE_POSITIVE_LIMIT, rates[last:last + 2], overlaps[last:last + 2])
        area += (FALSE_POSITIVE_LIMIT - rates[last]) * (overlaps[last] + at_limit) / 2
    return float(area / FALSE_POSITIVE_LIMIT), len(regions)


def pixel_case(name, maps, masks, tolerance, digits=3):
    maps = [numbers(m, digits) for m in maps]
    masks = [np.asarray(m, dtype=bool) for m in masks]
    case = {
        "name": name,
        "tolerance": tolerance,
        "images": [
            {"rows": m.shape[0], "columns": m.shape[1], "map": plain(m),
             "mask": "".join("01"[int(v)] for v in mask.ravel())}
            for m, mask in zip(maps, masks)
        ],
    }
    labels = np.concatenate([m.ravel() for m in masks])
    if labels.any() and not labels.all():
        scores = np.concatenate([m.ravel() for m in maps]).astype(np.float64)
        area, count = aupro(maps, masks)
        case |= {
            "auroc": float(roc_auc_score(labels, scores)),
            "averagePrecision": float(average_precision_score(labels, scores)),
            "aupro": area,
            "regionCount": count,
        }
    return case


def pixel_cases():
    rng = np.random.default_rng(7)

    def smooth(rows, columns, width=1.5):
        noise = ndimage.gaussian_filter(rng.normal(size=(rows, columns)), width)
        return noise / noise.std()

    def blob(rows, columns, row, column, radius):
        r, c = np.ogrid[:rows, :columns]
        return (r - row) ** 2 + (c - column) ** 2 <= radius ** 2

    sizes = [(24, 40), (31, 17), (40, 24), (20, 20)]
    masks = [
        blob(24, 40, 8, 10, 5) | blob(24, 40, 16, 30, 3),
        blob(31, 17, 0, 0, 4) | blob(31, 17, 28, 14, 2) | blob(31, 17, 15, 8, 1),
        np.zeros((40, 24), bool),
        np.eye(20, dtype=bool),
    ]
    positive = [np.abs(smooth(*s)) + 2.0 * ndimage.gaussian_filter(m * 1.0, 1.0)
                for s, m in zip(sizes, masks)]
    logits = [smooth(*s) * 2 - 3 + 4.0 * m for s, m in zip(sizes, masks)]
    anti = np.zeros((6, 9), bool)
    anti[[1, 2, 2, 3, 5, 5], [1, 0, 2, 3, 7, 8]] = True
    checker = np.indices((8, 8)).sum(axis=0) % 2 == 0
    return [
        pixel_case("several sizes", positive, masks, 1e-3),
        pixel_case("logits", logits, masks, 1e-3),
        pixel_case("wide range", [10.0 ** (2 * smooth(*s) + m) for s, m in zip(sizes, masks)],
                   masks, 1e-3, digits=7),
        # Halves and quarters have bins of their own, so nothing is lost.
        pixel_case("ties", [np.round(m * 4) / 4 for m in positive], masks, 1e-12),
        pixel_case("signed ties", [np.round(m * 2) / 2 for m in logits], masks, 1e-12),
        pixel_case("perfect", [1.0 + m for m in masks], masks, 1e-12),
        pixel_case("inverted", [2.0 - m for m in masks], masks, 1e-12),
        pixel_case("constant", [np.ones(s) for s in sizes], masks, 1e-12),
        pixel_case("diagonal neighbours", [rng.integers(0, 6, (6, 9)) + 2 * anti], [anti], 1e-12),
        pixel_case("one checkered region", [rng.integers(0, 4, (8, 8)) + checker], [checker], 1e-12),
        pixel_case("no anomalous pixel", [np.eye(4)], [np.zeros((4, 4))], 1e-12),
        pixel_case("no normal pixel", [np.eye(4)], [np.ones((4, 4))], 1e-12),
    ]


def summary_cases():
    rng = np.random.default_rng(3)
    sets = {
        "one": [2.5], "two": [3.0, -1.0], "five": [5, 1, 4, 2, 3],
        "ties": rng.integers(0, 4, 37), "normal": rng.normal(size=100), "odd": rng.normal(size=333),
    }
    cases = []
    for name, values in sets.items():
        scores = numbers(values)
        wide = scores.astype(np.float64)
        cases.append({
            "name": name, "scores": plain(scores), "mean": float(wide.mean()),
            "quantiles": [float(v) for v in np.quantile(wide, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1])],
        })
    return cases


for file, cases in [
    ("rank_metrics.json", rank_cases()),
    ("pixel_metrics.json", pixel_cases()),
    ("score_summaries.json", summary_cases()),
]:
    with open(file, "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
