"""Makes the JSON files beside this script.

Python 3.11, numpy 2.4.6, scikit-learn 1.9.1, PyTorch 2.15.0. Run it in this folder.

All inputs are rounded to float32 first, then everything is computed in double precision:
regressions by scikit-learn, networks, losses, gradients and optimiser steps by PyTorch.
"""

import json

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression

RNG = np.random.default_rng(20240601)
PLACES = 5


def numbers(values):
    return np.round(np.asarray(values, dtype=np.float64), PLACES).astype(np.float32)


def plain(values):
    """The shortest decimals that give the same float32."""
    return [float(str(np.float32(v))) for v in np.ravel(values)]


def wide(values):
    return [float(v) for v in np.ravel(np.asarray(values, dtype=np.float64))]


def regression(name, rows, columns, penalty, weighted=False, separable=False, scale=1.0):
    x = numbers(RNG.normal(size=(rows, columns)) * scale)
    direction = RNG.normal(size=columns)
    margin = x.astype(np.float64) @ direction / scale + 0.5
    noise = 0 if separable else RNG.logistic(size=rows)
    y = margin + noise > 0
    weights = np.round(RNG.uniform(0, 3, rows), 3) if weighted else np.ones(rows)
    if weighted:
        weights[::7] = 0
    model = LogisticRegression(
        C=1 / (penalty * weights.sum()), solver="newton-cholesky", tol=1e-12, max_iter=1000)
    model.fit(x.astype(np.float64), y, sample_weight=weights)
    return {
        "name": name, "columns": columns, "features": plain(x),
        "labels": "".join("01"[int(v)] for v in y),
        "sampleWeights": wide(weights) if weighted else None, "penalty": penalty,
        "weights": wide(model.coef_), "intercept": float(model.intercept_[0])}


def all_layers(network):
    return network["layers"] + ([network["hidden"]] if network.get("hidden") else [])


def shapes(network):
    channels = [network["inputChannels"]] + [l["channels"] for l in network["layers"]]
    read = sum(channels[m] for m in network["readMaps"])
    inputs = channels[:-1] + ([read] if network.get("hidden") else [])
    result = []
    for layer, count in zip(all_layers(network), inputs):
        result.append((layer["channels"], layer["window"], layer["window"], count))
    features = network["hidden"]["channels"] if network.get("hidden") else read
    return result, features


def threshold(layer, x, kernels, penalties):
    reach = layer["window"] // 2 * layer["dilation"]
    if reach:
        mode = "reflect" if layer["border"] == "reflected" else "constant"
        x = F.pad(x, (reach,) * 4, mode=mode)
    z = F.conv2d(x, kernels.permute(0, 3, 1, 2), -penalties, stride=layer["stride"],
                 dilation=layer["dilation"])
    codes = F.relu(z)
    pooling = layer["pooling"]
    return codes, F.avg_pool2d(codes, pooling, ceil_mode=True, count_include_pad=False)


def forward(network, params, image):
    x = (image - params["mean"][:, None, None]) / params["deviation"][:, None, None]
    maps, codes, strides = [x[None]], [], [1]
    for layer, kernels, penalties in zip(
            network["layers"], params["kernels"], params["penalties"]):
        code, out = threshold(layer, maps[-1], kernels, penalties)
        codes.append(code)
        maps.append(out)
        strides.append(strides[-1] * layer["stride"] * layer["pooling"])
    grid = network["gridStride"]
    rows, columns = -(-image.shape[1] // grid), -(-image.shape[2] // grid)
    parts = []
    for m in network["readMaps"]:
        if grid >= strides[m]:
            part = F.avg_pool2d(
                maps[m], grid // strides[m], ceil_mode=True, count_include_pad=False)
        else:
            options = {} if network["enlargement"] == "nearest" else {"align_corners": False}
            part = F.interpolate(
                maps[m], scale_factor=strides[m] // grid, mode=network["enlargement"], **options)
        parts.append(part[:, :, :rows, :columns])
    features = torch.cat(parts, dim=1)
    if network.get("hidden"):
        code, features = threshold(
            network["hidden"], features, params["kernels"][-1], params["penalties"][-1])
        codes.append(code)
    logits = torch.einsum("c,chw->hw", params["readout"], features[0]) + params["offset"]
    return logits, codes


def place_loss(logits, target, loss):
    p = torch.sigmoid(logits)
    hard, easy = (1 - p) ** loss["focalExponent"], p ** loss["focalExponent"]
    return (loss["positiveWeight"] * target * hard * F.softplus(-logits)
            + (1 - target) * easy * F.softplus(logits))


def total_loss(loss, logits, codes, target, weight, image_target):
    places = (weight * place_loss(logits, target, loss)).mean()
    kind, = loss["imagePooling"]
    if kind == "topMean":
        count = max(1, int(np.floor(loss["imagePooling"][kind]["share"] * logits.numel() + 0.5)))
        pooled = torch.topk(logits.ravel(), count).values.mean()
    else:
        r = loss["imagePooling"][kind]["sharpness"]
        pooled = (torch.logsumexp(r * logits.ravel(), 0) - np.log(logits.numel())) / r
    image = loss["imageWeight"] * (
        image_target * F.softplus(-pooled) + (1 - image_target) * F.softplus(pooled))
    prior = torch.zeros((), dtype=torch.float64)
    for rates, code in zip(loss["rates"], codes):
        if rates:
            means = code[0].mean(dim=(1, 2))
            prior = prior + (torch.tensor(rates, dtype=torch.float64) * means).sum()
    return places, image, prior


def flat(tensors):
    parts = []
    for kernels, penalties in zip(tensors["kernels"], tensors["penalties"]):
        parts += [kernels.ravel(), penalties.ravel()]
    return torch.cat(parts + [tensors["readout"].ravel(), tensors["offset"].ravel()])


def network_case(name, network, loss, height, width, optimizer):
    kernel_shapes, features = shapes(network)
    tensor = lambda v: torch.tensor(np.asarray(v, np.float64))
    params = {
        "mean": tensor(numbers(RNG.normal(size=network["inputChannels"]))),
        "deviation": tensor(numbers(RNG.uniform(0.5, 2, network["inputChannels"]))),
        "kernels": [tensor(numbers(RNG.normal(size=s) * np.sqrt(2 / np.prod(s[1:]))))
                    for s in kernel_shapes],
        "penalties": [tensor(numbers(RNG.uniform(0 if l["keepsPrior"] else -0.2, 0.2, s[0])))
                      for l, s in zip(all_layers(network), kernel_shapes)],
        "readout": tensor(numbers(RNG.normal(size=features) / np.sqrt(features))),
        "offset": tensor(numbers([-0.3])),
    }
    image = tensor(numbers(RNG.normal(size=(height, width, network["inputChannels"]))))
    image_chw = image.permute(2, 0, 1)
    grid = network["gridStride"]
    shape = (-(-height // grid), -(-width // grid))
    target = numbers(np.clip(RNG.normal(0.3, 0.5, shape), 0, 1))
    weight = numbers(RNG.uniform(0, 2, shape))
    start = wide(flat(params))
    logits, codes = forward(network, params, image_chw)
    learned = [*params["kernels"], *params["penalties"], params["readout"], params["offset"]]
    for p in learned:
        p.requires_grad_(True)
    decayed = [*params["kernels"], params["readout"]]
    free = [*params["penalties"], params["offset"]]
    adam = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": optimizer["weightDecay"]},
         {"params": free, "weight_decay": 0.0}],
        lr=optimizer["learningRate"], betas=(optimizer["momentDecay"], optimizer["squareDecay"]),
        eps=optimizer["epsilon"])
    image_target = 0.75
    case = {}
    for step in range(2):
        adam.zero_grad()
        now, now_codes = forward(network, params, image_chw)
        parts = total_loss(loss, now, now_codes, tensor(target), tensor(weight), image_target)
        sum(parts).backward()
        if step == 0:
            gradient = {
                "kernels": [p.grad for p in params["kernels"]],
                "penalties": [p.grad for p in params["penalties"]],
                "readout": params["readout"].grad, "offset": params["offset"].grad}
            case["losses"] = [float(p.detach()) for p in parts]
            case["gradient"] = wide(flat(gradient))
        torch.nn.utils.clip_grad_norm_(learned, optimizer["gradientLimit"])
        adam.step()
        with torch.no_grad():
            for layer, p in zip(all_layers(network), params["penalties"]):
                if layer["keepsPrior"]:
                    p.clamp_(min=0)
    return {
        "name": name, "network": network, "loss": loss, "optimizer": optimizer,
        "mean": plain(params["mean"]), "deviation": plain(params["deviation"]),
        "parameters": plain(start), "height": height, "width": width,
        "image": plain(image), "target": plain(target), "weight": plain(weight),
        "imageTarget": image_target, "logits": wide(logits.detach()),
        "codes": [wide(c.detach()[0].permute(1, 2, 0).sum(dim=(0, 1))) for c in codes],
        "afterTwoSteps": wide(flat(params).detach()), **case}


def layer(window, channels, stride=1, dilation=1, pooling=1, border="reflected", prior=True):
    return {"window": window, "stride": stride, "dilation": dilation, "pooling": pooling,
            "channels": channels, "border": border, "keepsPrior": prior}


def write(name, cases):
    with open(name, "w") as file:
        json.dump(cases, file, separators=(",", ":"))
        file.write("\n")


write("regressions.json", [
    regression("noisy", 120, 7, 0.01),
    regression("weighted", 90, 5, 0.1, weighted=True),
    regression("separable", 60, 4, 1e-3, separable=True),
    regression("more features than rows", 30, 45, 0.02),
    regression("large scale", 100, 6, 1e-3, scale=20),
])

optimizer = {"learningRate": 0.02, "schedule": "constant", "finalShare": 0.0, "warmupSteps": 0,
             "weightDecay": 0.1, "momentDecay": 0.9, "squareDecay": 0.99, "epsilon": 0.001,
             "gradientLimit": 0.5}
plain_loss = {"positiveWeight": 3.0, "focalExponent": 0.0, "imageWeight": 0.0,
              "imagePooling": {"topMean": {"share": 0.1}}, "rates": []}
write("networks.json", [
    network_case(
        "three layers with strides, upsampled hypercolumn",
        {"inputChannels": 3, "gridStride": 2, "readMaps": [1, 2, 3], "enlargement": "bilinear",
         "layers": [layer(5, 6, stride=2), layer(3, 8, stride=2, border="zero"),
                    layer(3, 7, dilation=2)]},
        plain_loss, 13, 18, optimizer),
    network_case(
        "pooling, input read, hidden layer, focal and image loss",
        {"inputChannels": 2, "gridStride": 4, "readMaps": [2, 0, 1], "enlargement": "nearest",
         "layers": [layer(3, 5, pooling=2, border="zero"), layer(7, 4, stride=2)],
         "hidden": layer(1, 6)},
        plain_loss | {"focalExponent": 2.0, "imageWeight": 0.5, "rates": [[0.3] * 5, [], []]},
        17, 14, optimizer),
    network_case(
        "nearest upsampling, broken prior, smooth maximum",
        {"inputChannels": 3, "gridStride": 2, "readMaps": [2], "enlargement": "nearest",
         "layers": [layer(1, 4, prior=False), layer(3, 5, stride=4)],
         "hidden": layer(3, 4, border="zero", prior=False)},
        plain_loss | {"focalExponent": 1.5, "imageWeight": 1.0,
                      "imagePooling": {"logMeanExp": {"sharpness": 2.0}},
                      "rates": [[0.1, 0.2, 0.3, 0.4], [0.2] * 5, [0.05] * 4]},
        11, 12, optimizer | {"gradientLimit": 100.0}),
])
