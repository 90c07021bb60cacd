import ArgumentParser
import Pipeline

/// Options of a training that several machines share.
struct TrainingShareOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder through which machines share what they gather and learn; it starts empty.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var statistics: String?

    @Flag(help: "With --statistics and --shard: gather the statistics of a shard, and stop.")
    var statisticsOnly = false

    @Option(
        help: ArgumentHelp(
            "With --statistics-only: the part of the images, told by a hash of each path.",
            valueName: "i/n"
        ),
        transform: Shard.argument
    )
    var shard: Shard?

    @Flag(
        help: ArgumentHelp(
            "With --statistics: add up what all shards have gathered, and learn from it. Status 4 "
                + "when the shards have more to gather, 0 when the model is written."
        )
    )
    var merge = false

    /// What this program does of a training.
    enum Part: Sendable {
        case everything
        case gathering(Shard, in: String)
        case merging(in: String)
    }

    func validate() throws { _ = try part }

    var part: Part {
        get throws {
            if statisticsOnly, merge {
                throw ValidationError("--statistics-only and --merge exclude each other")
            }
            if shard != nil, !statisticsOnly {
                throw ValidationError("--shard needs --statistics-only")
            }
            guard let statistics else {
                if statisticsOnly || merge {
                    throw ValidationError(
                        "name the folder of the statistics with --statistics"
                    )
                }
                return .everything
            }
            if merge { return .merging(in: statistics) }
            guard statisticsOnly else {
                throw ValidationError("--statistics needs --statistics-only or --merge")
            }
            guard let shard else {
                throw ValidationError("--statistics-only needs --shard, such as --shard 1/8")
            }
            return .gathering(shard, in: statistics)
        }
    }
}

extension Shard {
    /// Reads the value of an option.
    static func argument(_ text: String) throws -> Shard {
        guard let shard = Shard(text) else {
            throw ValidationError("want a part and a number of parts such as 1/8, found \(text)")
        }
        return shard
    }
}

extension Learning {
    /// Gathers the statistics of a shard.
    ///
    /// - Returns: No model.
    static func gather(
        _ shard: Shard,
        in folder: String,
        _ options: TrainingOptions,
        terminal: Terminal
    ) async throws -> Learned? {
        let gathering = try await makeRun(options, terminal: terminal)
            .gather(shard, in: folder, version: Residua.version)
        terminal.clearProgress()
        if gathering.isLearned {
            terminal.summary("nothing left to gather: the model is learned, and --merge writes it")
        } else if gathering.steps.isEmpty {
            terminal.summary("shard \(shard) has gathered already; merge when all shards have")
        } else {
            terminal.summary(
                "shard \(shard) gathered: \(list(gathering.steps))"
            )
        }
        return nil
    }

    /// Adds up the statistics of all shards.
    ///
    /// - Returns: The model.
    /// - Throws: ``ExitStatus/pending`` where shards have more to gather.
    static func merge(
        in folder: String,
        _ options: TrainingOptions,
        terminal: Terminal
    ) async throws -> Learned? {
        let run = makeRun(options, terminal: terminal)
        switch try await run.merge(in: folder, version: Residua.version) {
        case .learned(let result):
            return describe(result, options: options, seconds: nil, terminal: terminal)
        case .pending(let pending):
            terminal.clearProgress()
            terminal.summary(
                "merged: \(list(pending.merged)); the shards have to gather: "
                    + list(pending.waiting)
            )
            throw ExitStatus.pending
        }
    }

    /// Steps for a person: all of a few, else the first, the last and how many.
    private static func list(_ steps: [String]) -> String {
        guard let first = steps.first, let last = steps.last, steps.count > 2 else {
            return steps.joined(separator: ", ")
        }
        return "\(first) to \(last) (\(steps.count))"
    }
}
