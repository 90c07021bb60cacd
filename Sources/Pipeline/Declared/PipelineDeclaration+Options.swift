internal import ImageCodec
public import PipelineFile
public import Reports
internal import Scoring
public import Tensors

/// What a pipeline file declares, as the options of training and scanning.
extension PipelineDeclaration {
    /// What a scan reads and how.
    public var scanIngest: IngestOptions { ingestOptions(roots: ingest.roots) }

    /// The ledger and how it is used.
    public var ledgerOptions: LedgerOptions {
        LedgerOptions(
            path: ledger,
            onlyNew: ingest.onlyNew,
            retriesFailed: ingest.retriesFailed,
            settle: ingest.settle,
            reportsUnchanged: report?.records != .new,
            wait: lockWait
        )
    }

    /// Which pictures flagged images get.
    public var pictureSelection: PictureSelection {
        switch report?.pictures {
        case .all, nil: .all
        case .essential: .essential
        case .some(.none): .none
        }
    }

    /// What the model is learned from and how; nil where nothing is learned.
    ///
    /// - Parameters:
    ///   - jobs: The most images worked on at once.
    ///   - kernels: The kernels.
    ///   - labels: What people said of images; used where the file says so.
    /// - Returns: The options.
    public func trainingOptions(
        jobs: Int,
        kernels: Kernels,
        labels: LabelledImages? = nil
    ) -> TrainingOptions? {
        guard let train else { return nil }
        var configuration = configuration
        if let size = preparation.workingSize {
            configuration = configuration.scaled(toPixels: size)
        }
        configuration.tiles = preparation.tiles
        return TrainingOptions(
            ingest: ingestOptions(roots: train.roots),
            configuration: configuration,
            falseAlarmRate: falseAlarmRate ?? 0.01,
            seed: train.seed,
            jobs: jobs,
            kernels: kernels,
            effort: TrainingEffort(train.effort),
            anomalous: train.anomalous.map { folder in
                AnomalousOptions(
                    ingest: ingestOptions(roots: [folder]),
                    masks: train.anomalousMasks.map { RawPath($0) }
                )
            },
            labels: train.usesLabels ? labels : nil,
            timeBudget: train.timeBudget,
            preparation: PreparationOptions(
                channels: preparation.colour == .native ? nil : preparation.colour == .grey ? 1 : 3,
                regionOfInterest: preparation.regionOfInterest.map { RawPath($0) }
            )
        )
    }

    private func ingestOptions(roots: [String]) -> IngestOptions {
        var limits = ingest.limits
        limits.maximumSeconds = ingest.timeLimit.seconds
        return IngestOptions(
            roots: roots.map { RawPath($0) },
            walk: WalkOptions(
                followsLinks: ingest.followsLinks,
                includesAllNames: ingest.includesAllNames,
                isRecursive: ingest.isRecursive,
                filter: ingest.filter
            ),
            limits: limits,
            damage: ingest.damage
        )
    }
}

extension TrainingEffort {
    init(_ effort: PipelineDeclaration.Train.Effort) {
        self =
            switch effort {
            case .quick: .quick
            case .standard: .standard
            case .thorough: .thorough
            }
    }
}
