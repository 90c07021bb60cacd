internal import Digests
internal import ImageCodec
internal import RunLedger
internal import Scoring

/// Labelled images that were found as they were when they were labelled.
struct UsableLabels: Sendable {
    struct Image: Sendable {
        let sha256: SHA256Digest
        let place: RawPath

        /// The file itself, whatever its name.
        var entry: WalkEntry {
            WalkEntry(
                root: place,
                relativePath: place,
                absolutePath: place,
                kind: .file,
                followsLinks: true
            )
        }
    }

    /// Those that are not among the normal images anyway, in the order of their digests.
    var falseAlarms: [Image] = []
    /// The contents of all false alarms, those among the normal images included: a person looked at them.
    var vouched: Set<SHA256Digest> = []
    /// In the order of their digests.
    var confirmed: [Image] = []
    /// ``LabelledImages/digest``.
    let digest: String
}

extension LabelledImages {
    /// Looks for the files.
    ///
    /// - Parameters:
    ///   - options: How images are read, and the images with defects that are known anyway.
    ///   - normals: Contents that are among the normal images.
    ///   - events: Hears of labels that can't be used.
    /// - Returns: The images that were found.
    /// - Throws: `CancellationError`.
    func usable(
        _ options: TrainingOptions,
        normals: Set<SHA256Digest>,
        events: @escaping @Sendable (TrainingEvent) -> Void
    ) async throws -> UsableLabels {
        var known: Set<SHA256Digest> = []
        if let anomalous = options.anomalous {
            known = try await TrainingSurvey.run(
                anomalous.ingest,
                jobs: options.jobs,
                lookingFor: contents
            ).known
        }
        let anomalous = known
        let usesConfirmed = options.effort != .quick
        var usable = UsableLabels(digest: digest)
        try await forEachOrdered(
            images,
            jobs: options.jobs,
            transform: { image -> (Image, found: RawPath?, reason: String) in
                if let reason = image.conflict(normals: normals, anomalous: anomalous) {
                    return (image, nil, reason)
                }
                // A head is what they are for.
                if image.label == .confirmed, !usesConfirmed { return (image, nil, "") }
                return image.find(options)
            },
            deliver: { image, found, reason in
                switch (found, image.label) {
                case (let place?, .falseAlarm):
                    usable.falseAlarms.append(.init(sha256: image.sha256, place: place))
                    usable.vouched.insert(image.sha256)
                case (let place?, .confirmed):
                    usable.confirmed.append(.init(sha256: image.sha256, place: place))
                case (nil, _):
                    if reason.isEmpty {
                        if image.label == .falseAlarm { usable.vouched.insert(image.sha256) }
                        break
                    }
                    let path = image.places.last?.description ?? image.sha256.description
                    events(.unusableLabel(path: path, reason: reason))
                }
            }
        )
        return usable
    }
}

extension LabelledImages.Image {
    /// Why the label says nothing new, or contradicts a folder; empty where nobody needs to know.
    fileprivate func conflict(
        normals: Set<SHA256Digest>,
        anomalous: Set<SHA256Digest>
    ) -> String? {
        switch label {
        case .falseAlarm where anomalous.contains(sha256):
            "it is labelled a false alarm, and is among the images with defects: clear the label or move the file"
        case .confirmed where normals.contains(sha256):
            "it is labelled as confirmed, and is among the normal images: clear the label or move the file"
        // Learned from anyway.
        case .falseAlarm where normals.contains(sha256): ""
        case .confirmed where anomalous.contains(sha256): ""
        default: nil
        }
    }

    /// Looks for the content at the places where it may be, and decodes it: learning can't do without it later.
    fileprivate func find(
        _ options: TrainingOptions
    ) -> (LabelledImages.Image, found: RawPath?, reason: String) {
        var reason = "the file is gone"
        for place in places {
            let entry = UsableLabels.Image(sha256: sha256, place: place).entry
            let bytes: [UInt8]
            do {
                bytes = try entry.read(limit: options.ingest.limits.maximumBytes)
            } catch {
                if error.code != .notFound { reason = error.detail }
                continue
            }
            guard SHA256Digest(of: bytes) == sha256 else {
                reason = "the file is not the one that was labelled: it has changed since"
                continue
            }
            do {
                _ = try LoadedImage(
                    bytes,
                    of: entry,
                    sha256: "",
                    options: options.ingest,
                    channels: nil,
                    pixels: options.configuration.pixels,
                    tiling: options.configuration.tiles
                )
                return (self, place, "")
            } catch {
                return (self, nil, error.detail)
            }
        }
        return (self, nil, reason)
    }
}

extension TrainingOptions {
    /// The images that show defects: those of the folder, and those that people confirmed.
    func anomalous(with labelled: UsableLabels?) -> AnomalousOptions? {
        guard let labelled, !labelled.confirmed.isEmpty else { return anomalous }
        let singles = labelled.confirmed.map(\.place)
        var all = anomalous ?? AnomalousOptions(ingest: ingest)
        all.ingest.roots = (anomalous?.ingest.roots ?? []) + singles
        all.singles = Set(singles)
        return all
    }
}
