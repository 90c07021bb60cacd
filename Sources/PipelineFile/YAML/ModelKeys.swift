/// Names that the declaration of a model is made of, for advice on misspelt ones.
///
/// Whether a name is valid somewhere is asked of the type's own coding keys; a name that is missing
/// here is accepted all the same.
enum ModelKeys {
    static let all = [
        "name", "pixels", "imageNormalization", "layers",
        "encoder", "layer", "method", "window", "stride", "contrast", "components",
        "whiteningEpsilon", "atoms", "signed", "sparsityPenalty", "activationRate", "learning",
        "pooling", "inference",
        "gainShape", "orthonormal", "online", "passes", "minibatch", "penalty",
        "iterations", "tolerance", "step", "nonzeroLimit", "steps", "rate",
        "positionalGaussian", "exemplars", "reconstructionError", "energy", "dimension", "count",
        "shrinkage", "reach", "floor", "cells", "imagesPerFactor",
    ]

    /// The values of keys that take one of some words, by the last two keys of the path.
    static let words = ["inference.method": ["thresholding", "ista", "fista", "omp", "lca"]]
}
