public import Tensors

/// Paints seeded defects into pictures of normal things.
///
/// Every number is drawn from the seed, and nothing depends on threads, machines or earlier calls. Only additions,
/// products, quotients and square roots are used.
public struct DefectPainter: Sendable, Equatable {
    /// What is painted.
    public let configuration: DefectConfiguration

    /// Attempts with one kind, each with twice the contrast of the one before.
    private static let attemptsPerKind = 4
    /// Kinds that are tried before a defect that can't fail.
    private static let kindsTried = 3

    /// Creates a painter.
    ///
    /// - Parameter configuration: What is painted; ``DefectConfiguration/problem`` must be nil.
    public init(configuration: DefectConfiguration = DefectConfiguration()) {
        let problem = configuration.problem
        precondition(problem == nil, "\(problem ?? "")")
        self.configuration = configuration
    }

    /// Paints defects into a picture.
    ///
    /// At least one pixel changes. Where a defect does not show, because the picture is too uniform or
    /// too dark there, it is tried again elsewhere with more contrast, then as another kind, and at last as
    /// a plain spot; so on a picture without texture the kinds that move texture turn into others.
    ///
    /// - Parameters:
    ///   - image: Levels in `[0, 1]`, shape `[height, width, 1 or 3]`, at least one pixel.
    ///   - source: Another normal picture to take texture from, in `[0, 1]`, 1 or 3 channels, any size;
    ///     the picture itself when nil.
    ///   - seed: Which defects.
    /// - Returns: The picture in `[0, 1]` with one to ``DefectConfiguration/count`` defects, and where
    ///   they are.
    /// - Complexity: O(`image`), plus a few hundred operations for each pixel of the defects.
    public func paint(
        on image: FeatureMap,
        source: FeatureMap? = nil,
        seed: UInt64
    ) -> DefectiveImage {
        precondition(image.channels == 1 || image.channels == 3, "a picture has 1 or 3 channels")
        precondition(image.height > 0 && image.width > 0, "a picture has at least one pixel")
        if let source {
            precondition(
                source.height > 0 && source.width > 0 && source.channels % 2 == 1,
                "a source has pixels of 1 or 3 channels"
            )
        }
        var generator = SeededGenerator(seed: seed, stream: 0xDEFEC7)
        var painted = image
        var mask = Matrix(rows: image.height, columns: image.width)
        let count =
            configuration.count.lowerBound
            + generator.next(below: configuration.count.count)
        let defects = (0..<count).map { _ in
            add(to: &painted, mask: &mask, source: source ?? image, using: &generator)
        }
        return DefectiveImage(image: painted, mask: mask, defects: defects)
    }

    /// Paints one defect.
    private func add(
        to image: inout FeatureMap,
        mask: inout Matrix,
        source: FeatureMap,
        using generator: inout SeededGenerator
    ) -> DefectiveImage.Defect {
        let size = Double(image.height * image.width)
        let area = generator.nextLogUniform(in: configuration.area)
        let pixels = max(area * size, min(4, size))
        let contrastBits = generator.next()
        func site(boost: Double) -> DefectSite {
            DefectSite(
                image: image,
                source: source,
                pixels: pixels,
                configuration: configuration,
                contrastBits: contrastBits,
                boost: boost
            )
        }
        var boost = 1.0
        for kind in kinds(channels: image.channels, using: &generator) {
            for _ in 0..<Self.attemptsPerKind {
                let trial = trial(of: site(boost: boost)) { site in
                    site.proposal(of: kind, using: &generator)
                }
                if isShown(trial, pixels: pixels, size: size) {
                    return commit(trial, of: kind, to: &image, mask: &mask)
                }
                boost *= 2
            }
        }
        let trial = trial(of: site(boost: boost)) { site in site.certain(using: &generator) }
        return commit(trial, of: .intensityShift, to: &image, mask: &mask)
    }

    /// The kinds to try, in random order.
    private func kinds(channels: Int, using generator: inout SeededGenerator) -> [DefectKind] {
        var left = configuration.kinds.filter { $0.isPossible(channels: channels) }
        var chosen: [DefectKind] = []
        while chosen.count < Self.kindsTried, !left.isEmpty {
            let kind = left[generator.next(below: left.count)]
            chosen.append(kind)
            left.removeAll { $0 == kind }
        }
        return chosen
    }

    /// Whether enough pixels changed, not many more than may, and not by grain only.
    private func isShown(_ trial: Trial, pixels: Double, size: Double) -> Bool {
        let count = Double(trial.count)
        // A thin line may cover less than was wanted.
        let covered = min(pixels, Double(trial.region.coverage.reduce(0, +)))
        return count >= max(1, 0.3 * covered, 0.3 * configuration.area.lowerBound * size)
            && count <= 1.2 * configuration.area.upperBound * size + 8
            && trial.coherence >= 0.3
    }

    /// A defect as it would be.
    private struct Trial {
        let region: DefectRegion
        /// New levels, as the proposal's changes; old ones where a change is too small to count.
        let levels: [Float]
        /// Whether each pixel of the region changed.
        let isChanged: [Bool]
        /// How many pixels changed.
        let count: Int
        /// The share of the pixels that lie amid a change that is more than grain.
        let coherence: Double
        /// The mean change of these.
        let change: Double
        /// The unit of contrast.
        let spread: Double
    }

    private func trial(
        of site: DefectSite,
        proposing: (DefectSite) -> DefectProposal
    ) -> Trial {
        let proposal = proposing(site)
        let (region, channels) = (proposal.region, site.channels)
        let spread = site.spread(in: region)
        let natural = DefectProposal.mean(of: proposal.change, in: region, channels: channels)
        let wanted = natural > 0 ? site.wantedChange(in: region) / natural : 0
        let gain: Float =
            switch proposal.strength {
            case .free: wanted
            case .limited: min(wanted, 1)
            case .fixed: 1
            }
        var levels = proposal.change
        var isChanged = [Bool](repeating: false, count: region.coverage.count)
        var count = 0
        var sum = 0.0
        region.forEachCovered { index, row, column in
            let first = (row * site.image.width + column) * channels
            let amount = gain * region.coverage[index]
            var largest: Float = 0
            for channel in 0..<channels {
                let old = site.image.elements[first + channel]
                let new = min(max(old + amount * proposal.change[index * channels + channel], 0), 1)
                levels[index * channels + channel] = new
                largest = max(largest, (new - old).magnitude)
            }
            if largest > configuration.visibility {
                isChanged[index] = true
                count += 1
                sum += Double(largest)
            }
        }
        return Trial(
            region: region,
            levels: levels,
            isChanged: isChanged,
            count: count,
            coherence: proposal.movesTexture
                ? proposal.coherentShare(channels: channels, above: 0.7 * min(spread, natural))
                : 1,
            change: count > 0 ? sum / Double(count) : 0,
            spread: Double(spread)
        )
    }

    private func commit(
        _ trial: Trial,
        of kind: DefectKind,
        to image: inout FeatureMap,
        mask: inout Matrix
    ) -> DefectiveImage.Defect {
        let region = trial.region
        let channels = image.channels
        var marked = 0
        region.forEachCovered { index, row, column in
            let place = row * image.width + column
            if trial.isChanged[index] {
                for channel in 0..<channels {
                    image.elements[place * channels + channel] =
                        trial.levels[index * channels + channel]
                }
            } else if !Self.isGap(at: index, in: trial) {
                return
            }
            mask.elements[place] = 1
            marked += 1
        }
        return DefectiveImage.Defect(
            kind: kind,
            area: Double(marked) / Double(image.height * image.width),
            contrast: trial.change / trial.spread,
            change: trial.change
        )
    }

    /// Whether at least five of a pixel's eight neighbours changed.
    private static func isGap(at index: Int, in trial: Trial) -> Bool {
        let width = trial.region.width
        let (row, column) = index.quotientAndRemainder(dividingBy: width)
        guard row > 0, column > 0, row < trial.region.height - 1, column < width - 1 else {
            return false
        }
        var changed = 0
        for line in [index - width, index, index + width] {
            for place in line - 1...line + 1 where trial.isChanged[place] { changed += 1 }
        }
        return changed >= 5
    }
}

extension DefectSite {
    /// Draws a defect of a kind.
    fileprivate func proposal(
        of kind: DefectKind,
        using generator: inout SeededGenerator
    ) -> DefectProposal {
        switch kind {
        case .pastedPatch: pastedPatch(using: &generator)
        case .scar: scar(using: &generator)
        case .scratch: scratch(using: &generator)
        case .blob: blob(using: &generator)
        case .stain: stain(using: &generator)
        case .intensityShift: intensityShift(using: &generator)
        case .colourShift: colourShift(using: &generator)
        case .smear: smear(using: &generator)
        case .noise: noise(using: &generator)
        case .missingPart: missingPart(using: &generator)
        case .deformation: deformation(using: &generator)
        case .turnedTexture: turnedTexture(using: &generator)
        }
    }
}
