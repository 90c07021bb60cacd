internal import ImageCodec
internal import Patches
internal import Scoring
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PipelineDeclaration {
    /// The declaration as text: every key with the value that it has in the end.
    ///
    /// Values that the file does not give are marked `# default`; keys that mean something by not being given are
    /// comments. The text is itself a pipeline file of the same meaning, in which all paths are absolute.
    public func plan() -> String {
        var plan = PlanWriter(given: givenKeys)
        plan.add("version", "\(Self.version)")
        plan.add("model", PlanWriter.text(model))
        if let train { Self.write(train, to: &plan) }
        if scans || train != nil { write(ingest, to: &plan) }
        if train != nil {
            write(preparation, to: &plan)
            writeModel(to: &plan)
        }
        plan.open("scoring")
        if train != nil { writeFusion(to: &plan) }
        if let falseAlarmRate {
            plan.add("scoring.false-alarm-rate", "\(falseAlarmRate)")
        } else {
            plan.addAbsent(
                "scoring.false-alarm-rate",
                train == nil ? "as the model was learned with" : "0.01"
            )
        }
        if let report {
            plan.open("report")
            plan.add("report.folder", PlanWriter.text(report.folder.description))
            plan.add("report.records", report.records.rawValue)
            plan.add("report.exports", list: report.exports.map(\.rawValue))
            plan.add(path: report.metricsFile, at: "report.metrics-file")
            plan.add("report.pictures", report.pictures.rawValue)
        }
        plan.add("ledger", PlanWriter.text(ledger))
        plan.open("lock")
        plan.add("lock.wait", Quantities.text(lockWait))
        plan.open("run")
        plan.add("run.jobs", run.jobs.map { "\($0)" } ?? "auto")
        plan.add("run.kernels", run.kernels ?? "auto")
        plan.add("run.precision", run.precision.rawValue)
        plan.add("run.fail-on-flagged", "\(run.failsOnFlagged)")
        plan.add(path: run.logFile, at: "run.log-file")
        return plan.lines.joined(separator: "\n") + "\n"
    }

    private static func write(_ train: Train, to plan: inout PlanWriter) {
        plan.open("train")
        plan.add("train.roots", list: train.roots.map(PlanWriter.text))
        plan.add("train.when", train.when.rawValue)
        plan.add("train.effort", train.effort.rawValue)
        plan.add("train.seed", "\(train.seed)")
        plan.add(path: train.anomalous, at: "train.anomalous")
        plan.add(path: train.anomalousMasks, at: "train.anomalous-masks")
        plan.add("train.use-labels", "\(train.usesLabels)")
        if let budget = train.timeBudget {
            plan.add("train.time-budget", Quantities.text(budget))
        } else {
            plan.addAbsent("train.time-budget", "none, a fixed number of steps")
        }
    }

    private func write(_ ingest: Ingest, to plan: inout PlanWriter) {
        plan.open("ingest")
        if ingest.roots.isEmpty {
            plan.addAbsent("ingest.roots", "none, nothing is scanned")
        } else {
            plan.add("ingest.roots", list: ingest.roots.map(PlanWriter.text))
        }
        if let include = ingest.filter.include {
            plan.add("ingest.include", list: include.map { PlanWriter.text($0.description) })
        } else {
            plan.addAbsent(
                "ingest.include",
                ingest.includesAllNames ? "all names" : "names with an ending of an image"
            )
        }
        plan.add(
            "ingest.exclude",
            list: ingest.filter.exclude.map { PlanWriter.text($0.description) }
        )
        plan.add("ingest.recursive", "\(ingest.isRecursive)")
        plan.add("ingest.follow-links", "\(ingest.followsLinks)")
        plan.add("ingest.all-names", "\(ingest.includesAllNames)")
        plan.add("ingest.on-damage", ingest.damage.rawValue)
        plan.add("ingest.only-new", "\(ingest.onlyNew)")
        plan.add("ingest.retry-failed", "\(ingest.retriesFailed)")
        plan.add("ingest.settle", Quantities.text(ingest.settle))
        plan.open("ingest.limits")
        plan.add("ingest.limits.bytes", Quantities.text(bytes: ingest.limits.maximumBytes))
        plan.add("ingest.limits.pixels", Quantities.text(count: ingest.limits.maximumPixels))
        plan.add("ingest.limits.side", Quantities.text(count: ingest.limits.maximumSide))
        plan.add("ingest.limits.scans", "\(ingest.limits.maximumScans)")
        plan.add("ingest.limits.seconds", "\(ingest.timeLimit.components.seconds)")
    }

    private func write(_ preparation: Preparation, to plan: inout PlanWriter) {
        plan.open("preparation")
        let colour =
            switch preparation.colour {
            case .native: "as-stored"
            case .grey: "grey"
            case .colour: "colour"
            }
        plan.add("preparation.colour", colour)
        if let size = preparation.workingSize {
            plan.add("preparation.working-size", "\(size)")
        } else {
            plan.addAbsent("preparation.working-size", "as each encoder declares")
        }
        if let tiles = preparation.tiles {
            plan.open("preparation.tiles")
            plan.add("preparation.tiles.side", "\(tiles.side)")
            plan.add("preparation.tiles.overlap", "\(tiles.overlap)")
        } else {
            plan.addAbsent("preparation.tiles", "none, images are scored whole")
        }
        plan.add(path: preparation.regionOfInterest, at: "preparation.region-of-interest")
    }

    private func writeModel(to plan: inout PlanWriter) {
        plan.add("encoders", list: configuration.encoders.map(Self.json))
        plan.add("detectors", list: configuration.detectors.map(Self.json))
        plan.add("positions", "\(configuration.positions)")
        plan.add("regularization", Self.json(configuration.regularization))
        plan.add("factors", Self.json(configuration.factors))
    }

    private func writeFusion(to plan: inout PlanWriter) {
        let fusion = configuration.fusion
        guard fusion.isPinned else {
            return plan.addAbsent("scoring.fusion", "chosen by training")
        }
        plan.open("scoring.fusion")
        plan.add("scoring.fusion.rule", fusion.rule.rawValue)
        plan.add("scoring.fusion.top-share", "\(fusion.topShare)")
        plan.add("scoring.fusion.relative", "\(fusion.isRelative)")
    }

    /// JSON is YAML; its dollars are doubled as everywhere.
    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = (try? encoder.encode(value)) ?? Data()
        return String(decoding: bytes, as: UTF8.self).replacing("$", with: "$$")
    }
}

extension PlanWriter {
    /// A key with a path, or a comment that there is none.
    fileprivate mutating func add(path value: String?, at path: String) {
        if let value {
            add(path, Self.text(value))
        } else {
            addAbsent(path, "none")
        }
    }
}
