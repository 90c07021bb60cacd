internal import ImageCodec
internal import Patches
internal import Scoring
internal import Tensors

/// Reads the sections of a pipeline file.
struct PipelineReader {
    private static let keys = [
        "version", "model", "train", "ingest", "preparation", "encoders", "detectors", "positions",
        "regularization", "factors", "scoring", "report", "ledger", "lock", "run",
    ]

    private let file: String
    private let reading: FileReading
    private let top: Section
    private let root: YAMLNode

    init(_ root: YAMLNode, file: String, reading: FileReading) {
        self.file = file
        self.reading = reading
        self.root = root
        // An unknown version has other keys: those are not complained about.
        let isKnown = Self.isKnownVersion(root["version"])
        top = Section(
            root,
            path: "",
            at: .start,
            keys: isKnown ? Self.keys : Self.entries(of: root),
            reading: reading
        )
    }

    /// The declaration, or nil; it is to be used only if no problem was reported.
    func declaration() -> PipelineDeclaration? {
        guard Self.isKnownVersion(root["version"]) else {
            reportVersion()
            return nil
        }
        if !top.has("version") {
            top.reportMissing("version", "version: \(PipelineDeclaration.version)")
        }
        if !top.has("model") { top.reportMissing("model", "the model file") }
        let train = train()
        let ingest = ingest(trains: top.has("train"))
        let report = report(scans: !ingest.roots.isEmpty)
        let scoring = top.section("scoring", keys: ["fusion", "false-alarm-rate"])
        let configuration = ModelReader(
            top: top,
            fusion: scoring.section("fusion", keys: ["rule", "top-share", "relative"])
        ).configuration(trains: top.has("train"))
        let falseAlarmRate = scoring.number("false-alarm-rate", "above 0 and below 1") {
            $0 > 0 && $0 < 1
        }
        let lock = top.section("lock", keys: ["wait"])
        return PipelineDeclaration(
            file: file,
            model: top.path("model") ?? "",
            train: train,
            ingest: ingest,
            preparation: preparation(trains: top.has("train")),
            configuration: configuration,
            falseAlarmRate: falseAlarmRate,
            report: report,
            ledger: top.path("ledger")
                ?? FilePaths.absolute(FilePaths.stem(of: file) + ".ledger", in: reading.folder),
            lockWait: lock.duration("wait", in: .zero ... .seconds(7 * 86_400)) ?? .zero,
            run: run(),
            givenKeys: reading.given
        )
    }

    private static func entries(of root: YAMLNode) -> [String] {
        guard case .mapping(let entries) = root.content else { return [] }
        return entries.map(\.key)
    }

    private static func isKnownVersion(_ node: YAMLNode?) -> Bool {
        guard let node else { return true }
        guard case .scalar(let scalar) = node.content else { return false }
        return scalar.isUnusable || Int.read(scalar) == PipelineDeclaration.version
    }

    private func reportVersion() {
        let found = root["version"]?.phrase ?? "nothing"
        top.report(
            "version",
            "found \(found), this program reads version \(PipelineDeclaration.version)"
        )
    }

    private func train() -> PipelineDeclaration.Train? {
        guard top.has("train") else { return nil }
        let section = top.section(
            "train",
            keys: [
                "roots", "when", "effort", "seed", "anomalous", "anomalous-masks", "use-labels",
                "time-budget",
            ]
        )
        if !section.has("roots") {
            section.reportMissing("roots", "a list of folders of normal images")
        }
        let effort = section.choice("effort", of: PipelineDeclaration.Train.Effort.self)
        if section.has("anomalous-masks"), !section.has("anomalous") {
            section.report("anomalous-masks", "needs the key \"anomalous\" beside it")
        }
        if section.has("anomalous"), effort == .quick {
            section.report("anomalous", "needs effort standard or thorough, found quick")
        }
        if section.has("time-budget"), effort ?? .standard != .thorough {
            section.report(
                "time-budget",
                "needs effort thorough, found \((effort ?? .standard).rawValue)"
            )
        }
        return PipelineDeclaration.Train(
            roots: section.paths("roots") ?? [],
            when: section.choice("when", of: PipelineDeclaration.Train.Occasion.self) ?? .missing,
            effort: effort ?? .standard,
            seed: section.value("seed", wanted: UInt64.wanted, UInt64.read) ?? 0,
            anomalous: section.path("anomalous"),
            anomalousMasks: section.path("anomalous-masks"),
            usesLabels: section.flag("use-labels", default: false),
            timeBudget: section.duration("time-budget", in: .seconds(1) ... .seconds(7 * 86_400))
        )
    }

    private func preparation(trains: Bool) -> PipelineDeclaration.Preparation {
        let keys = ["colour", "working-size", "tiles", "region-of-interest"]
        let section = top.section("preparation", keys: keys)
        if !trains {
            for key in keys where section.has(key) {
                section.report(key, ModelReader.withoutEffect)
            }
        }
        if section.has("tiles"), section.has("region-of-interest") {
            section.report("region-of-interest", "can't be used with tiles: choose one of them")
        }
        let colours: [(String, ChannelMode)] = [
            ("as-stored", .native), ("grey", .grey), ("colour", .colour),
        ]
        return PipelineDeclaration.Preparation(
            colour: section.choice("colour", of: colours) ?? .native,
            workingSize: section.count("working-size", in: 256...1 << 26),
            tiles: tiles(section),
            regionOfInterest: section.path("region-of-interest")
        )
    }

    private func tiles(_ preparation: Section) -> Tiling? {
        guard preparation.has("tiles") else { return nil }
        let section = preparation.section("tiles", keys: ["side", "overlap"])
        if !section.has("side") { section.reportMissing("side", "the pixels of a tile's side") }
        let side = section.count("side", in: Tiling.sides)
        let overlap = section.count("overlap", in: 0...65_000)
        if let side, let overlap, overlap > side / 2 {
            section.report(
                "overlap",
                "found \(overlap), want at most \(side / 2), half of the side"
            )
        }
        return side.map { Tiling(side: $0, overlap: overlap ?? Tiling.usualOverlap(side: $0)) }
    }

    private func report(scans: Bool) -> PipelineDeclaration.Report? {
        let hasRoots = top.node("ingest")?["roots"] != nil
        guard top.has("report") else {
            if scans { top.reportMissing("report", "where reports are written, in its key folder") }
            return nil
        }
        let section = top.section(
            "report",
            keys: ["folder", "records", "exports", "metrics-file", "pictures"]
        )
        if !hasRoots, top.has("train") {
            top.report("report", "has no effect where nothing is scanned: ingest has no roots")
        }
        if !section.has("folder") { section.reportMissing("folder", "where reports are written") }
        var folder = ""
        if section.path("folder") != nil {
            folder = section.value("folder", wanted: "a path", String.read) ?? ""
            if let problem = PathTemplate.problem(of: folder) { section.report("folder", problem) }
        }
        let records = section.choice("records", of: PipelineDeclaration.Report.Records.self)
        let pictures = section.choice("pictures", of: PipelineDeclaration.Report.Pictures.self)
        return .init(
            folder: PathTemplate(folder, in: reading.folder),
            records: records ?? .all,
            exports: section.choices("exports", of: PipelineDeclaration.Report.Export.self) ?? [],
            metricsFile: section.path("metrics-file"),
            pictures: pictures ?? .all
        )
    }

    private func run() -> PipelineDeclaration.Run {
        let section = top.section(
            "run",
            keys: ["jobs", "kernels", "precision", "fail-on-flagged", "log-file"]
        )
        let jobs = section.value("jobs", wanted: "auto or a whole number in 1...1024") {
            scalar -> Int?? in
            if scalar.text == "auto" { return .some(nil) }
            return Int.read(scalar).flatMap { (1...1024).contains($0) ? .some($0) : nil }
        }
        let kernels: [(String, String?)] = [
            ("auto", nil), ("baseline", "baseline"), ("avx2", "avx2"), ("avx2vnni", "avx2vnni"),
            ("avx512", "avx512"), ("avx512vnni", "avx512vnni"), ("neon", "neon"),
        ]
        return PipelineDeclaration.Run(
            jobs: jobs ?? nil,
            kernels: section.choice("kernels", of: kernels) ?? nil,
            precision: section.choice("precision", of: Precision.self) ?? .int16,
            failsOnFlagged: section.flag("fail-on-flagged", default: false),
            logFile: section.path("log-file")
        )
    }
}

extension PipelineReader {
    private func ingest(trains: Bool) -> PipelineDeclaration.Ingest {
        let section = top.section(
            "ingest",
            keys: [
                "roots", "include", "exclude", "recursive", "follow-links", "all-names",
                "on-damage", "only-new", "retry-failed", "settle", "limits",
            ]
        )
        if !trains {
            if !top.has("ingest") {
                top.reportMissing("ingest", "what is scanned (or \"train\", to learn a model)")
            } else if !section.has("roots") {
                section.reportMissing("roots", "a list of folders to scan")
            }
        }
        let onlyNew = section.flag("only-new", default: true)
        let retriesFailed = section.flag("retry-failed", default: false)
        if retriesFailed, !onlyNew {
            section.report(
                "retry-failed",
                "has no effect beside only-new: false, which scans all again"
            )
        }
        let allNames = section.flag("all-names", default: false)
        if allNames, section.has("include") {
            section.report("all-names", "has no effect beside include, which chooses the names")
        }
        if let include = section.items("include", wanted: "patterns"), include.isEmpty {
            section.report("include", "the list is empty, so that nothing would be taken")
        }
        let (limits, timeLimit) = limits(section)
        return PipelineDeclaration.Ingest(
            roots: section.paths("roots") ?? [],
            filter: PathFilter(
                include: section.patterns("include"),
                exclude: section.patterns("exclude") ?? []
            ),
            isRecursive: section.flag("recursive", default: true),
            followsLinks: section.flag("follow-links", default: false),
            includesAllNames: allNames,
            damage: section.choice("on-damage", of: DamagePolicy.self) ?? .truncated,
            onlyNew: onlyNew,
            retriesFailed: retriesFailed,
            settle: section.duration("settle", in: .zero ... .seconds(30 * 86_400)) ?? .seconds(10),
            limits: limits,
            timeLimit: timeLimit
        )
    }

    private func limits(_ ingest: Section) -> (DecodeLimits, Duration) {
        let section = ingest.section(
            "limits",
            keys: ["bytes", "pixels", "side", "scans", "seconds"]
        )
        var limits = DecodeLimits.standard
        // Above these, products of sizes could pass what memory can be addressed by.
        if let bytes = section.bytes("bytes", in: 1...1 << 40) { limits.maximumBytes = bytes }
        if let pixels = section.count("pixels", in: 1...1 << 40) { limits.maximumPixels = pixels }
        if let side = section.count("side", in: 1...1_000_000) { limits.maximumSide = side }
        if let scans = section.count("scans", in: 1...100_000) { limits.maximumScans = scans }
        return (limits, .seconds(section.whole("seconds", in: 1...86_400) ?? 60))
    }
}
