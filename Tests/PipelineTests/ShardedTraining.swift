import Foundation
import Pipeline
import Scoring
import TestSupport
import Testing

/// A training of a small model, by one program or over shards.
struct ShardedTraining {
    static let version = "1.2.3"
    let options: TrainingOptions
    let statistics: String

    /// Two groups of encoders, layers of both depths, all kinds of detectors.
    static let declaration = """
        {
          "positions": 64,
          "fusion": {"topShare": 0.05},
          "regularization": {"shrinkage": 0.1, "reach": 1, "floor": 0.001},
          "factors": {"count": 4, "cells": 2, "imagesPerFactor": 5},
          "encoders": [
            {"name": "one", "pixels": 2304, "layers": [
              {"window": 5, "stride": 2, "pooling": 2, "contrast": 0.001, "components": 8,
               "whiteningEpsilon": 0.001, "atoms": 12, "signed": true, "sparsityPenalty": 0.5},
              {"window": 3, "stride": 1, "pooling": 1, "components": 12,
               "whiteningEpsilon": 0.001, "atoms": 16, "signed": true, "sparsityPenalty": 0.5}]},
            {"name": "two", "pixels": 1024, "imageNormalization": 0.02, "layers": [
              {"window": 5, "stride": 2, "pooling": 2, "components": 8,
               "whiteningEpsilon": 0.01, "atoms": 12, "signed": true, "sparsityPenalty": 1}]},
            {"name": "three", "pixels": 1024, "layers": [
              {"window": 5, "stride": 2, "pooling": 2, "components": 8,
               "whiteningEpsilon": 0.01, "atoms": 12, "signed": true, "sparsityPenalty": 1}]},
            {"name": "four", "pixels": 1024, "layers": [
              {"window": 5, "stride": 2, "pooling": 2, "components": 8,
               "whiteningEpsilon": 0.01, "atoms": 12, "signed": true, "sparsityPenalty": 1}]}],
          "detectors": [
            {"encoder": "one", "layer": 2, "window": 5,
             "method": {"positionalGaussian": {"dimension": 8}}},
            {"encoder": "two", "layer": 1, "window": 5,
             "method": {"exemplars": {"dimension": 8, "count": 32}}},
            {"encoder": "three", "layer": 1, "window": 1, "method": {"reconstructionError": {}}},
            {"encoder": "four", "layer": 1, "window": 5,
             "method": {"positionalGaussian": {"dimension": 8}}}]
        }
        """

    /// Declares a training.
    ///
    /// - Parameters:
    ///   - images: A folder of images.
    ///   - statistics: The folder that shards share.
    ///   - change: Changes the options.
    /// - Throws: What `change` throws.
    init(
        of images: String,
        statistics: String,
        change: (inout TrainingOptions) throws -> Void = { _ in }
    ) throws {
        var options = TrainingOptions(
            ingest: IngestOptions(roots: [RawPath(images)]),
            configuration: try JSONDecoder()
                .decode(ModelConfiguration.self, from: Data(Self.declaration.utf8)),
            seed: 5,
            jobs: 2,
            effort: .quick
        )
        try change(&options)
        self.options = options
        self.statistics = statistics
    }

    /// A folder of the first sample images.
    static func images(_ count: Int, in folder: TemporaryFolder) throws -> String {
        let samples = PaperNetwork.root.appending(path: "sample-data/brushed-metal/train/good")
        for number in 0..<count {
            let name = String(format: "%03d.png", number)
            try folder.write(
                Data(contentsOf: samples.appending(path: name)),
                to: "images/\(name)"
            )
        }
        return try folder.makeFolder("images")
    }

    /// What one program learns.
    func learn() async throws -> TrainingRun.Result {
        try await TrainingRun(options: options).run()
    }

    @discardableResult
    func gather(_ index: Int, of count: Int) async throws -> TrainingRun.Gathering {
        let shard = try #require(Shard(index: index, count: count))
        return try await TrainingRun(options: options)
            .gather(shard, in: statistics, version: Self.version)
    }

    @discardableResult
    func merge() async throws -> TrainingRun.Merging {
        try await TrainingRun(options: options).merge(in: statistics, version: Self.version)
    }

    /// Gathers and merges in turn.
    ///
    /// - Parameter shards: In the order that they are gathered in.
    /// - Returns: What was learned and after how many rounds.
    /// - Throws: What gathering and merging throw.
    func learn(_ shards: [Int]) async throws -> (result: TrainingRun.Result, rounds: Int) {
        for round in 1...30 {
            for index in shards { try await gather(index, of: shards.count) }
            if case .learned(let result) = try await merge() { return (result, round) }
        }
        throw RunError.inputsChanged("the rounds have no end")
    }
}

extension TrainingRun.Result {
    /// The largest difference of a held-out score, as a share of the score.
    func difference(from other: TrainingRun.Result) -> Float {
        let (own, others) = (parameters.conformal.scores, other.parameters.conformal.scores)
        guard own.count == others.count else { return .infinity }
        return zip(own, others).map { abs($0 - $1) / abs($1) }.max() ?? .infinity
    }
}
