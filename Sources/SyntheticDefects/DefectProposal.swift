internal import Tensors

/// A defect that is not painted yet: where, and what changes there.
struct DefectProposal {
    /// How strong a defect may get.
    enum Strength {
        /// As strong as wanted.
        case free
        /// At most as strong as it is proposed.
        case limited
        /// As it is proposed.
        case fixed
    }

    let region: DefectRegion
    /// What is added to the picture where it is covered whole, shape
    /// `[region.height * region.width * channels]`.
    let change: [Float]
    let strength: Strength
    /// Whether it puts texture where texture was: then grain that is exchanged for grain alone is no
    /// defect that anyone could see.
    var movesTexture = false

    /// The share of the covered pixels that lie amid a change of more than grain.
    ///
    /// - Parameters:
    ///   - channels: The number of channels.
    ///   - limit: The mean over the covered ones of 3 x 3 pixels and over the channels must be above it.
    ///     Where grain is exchanged for grain, that is above 0.7 of the spread at one pixel in seven.
    /// - Returns: In `0...1`.
    func coherentShare(channels: Int, above limit: Float) -> Double {
        var grey = [Float](repeating: 0, count: region.coverage.count)
        for index in grey.indices where region.coverage[index] > 0 {
            for channel in 0..<channels { grey[index] += change[index * channels + channel] }
            grey[index] /= Float(channels)
        }
        let (height, width) = (region.height, region.width)
        var count = 0
        var total = 0
        for row in 0..<height {
            for column in 0..<width where region.coverage[row * width + column] > 0 {
                var sum: Float = 0
                var covered: Float = 0
                for y in max(row - 1, 0)...min(row + 1, height - 1) {
                    for x in max(column - 1, 0)...min(column + 1, width - 1)
                    where region.coverage[y * width + x] > 0 {
                        sum += grey[y * width + x]
                        covered += 1
                    }
                }
                total += 1
                if (sum / covered).magnitude > limit { count += 1 }
            }
        }
        return total > 0 ? Double(count) / Double(total) : 0
    }

    /// The mean of the largest channel's change, where a region covers.
    static func mean(of change: [Float], in region: DefectRegion, channels: Int) -> Float {
        var sum: Float = 0
        var total: Float = 0
        for (index, share) in region.coverage.enumerated() where share > 0 {
            var largest: Float = 0
            for channel in 0..<channels {
                largest = max(largest, change[index * channels + channel].magnitude)
            }
            sum += share * largest
            total += share
        }
        return total > 0 ? sum / total : 0
    }
}

/// What a defect is painted on and how, as the kinds of defects need it.
struct DefectSite {
    let image: FeatureMap
    /// Where texture may be taken from.
    let source: FeatureMap
    /// The area wanted, in pixels.
    let pixels: Double
    let configuration: DefectConfiguration
    /// Which of the declared contrasts is wanted.
    let contrastBits: UInt64
    /// How much more than that.
    let boost: Double

    var channels: Int { image.channels }

    /// Draws an area.
    ///
    /// - Parameters:
    ///   - outlines: The forms to choose from.
    ///   - elongation: Length over width.
    ///   - softness: The width of the rim, in pixels.
    ///   - generator: Where the random numbers come from.
    /// - Returns: An area of about ``pixels``.
    func area(
        _ outlines: [DefectOutline] = DefectOutline.allCases,
        elongation: ClosedRange<Double> = 1...2.5,
        softness: Double,
        using generator: inout SeededGenerator
    ) -> DefectRegion {
        DefectRegion(
            outlines[generator.next(below: outlines.count)],
            pixels: pixels,
            elongation: generator.nextLogUniform(in: elongation),
            softness: softness,
            height: image.height,
            width: image.width,
            using: &generator
        )
    }

    /// The radius of a disc of the wanted area, in pixels.
    var radius: Double { (pixels / Double.pi).squareRoot() }

    /// The unit of contrast in a region.
    func spread(in region: DefectRegion) -> Float {
        max(region.spread(of: image), configuration.smallestSpread)
    }

    /// The mean change that is wanted in a region.
    func wantedChange(in region: DefectRegion) -> Float {
        let spread = Double(spread(in: region))
        let lowest = configuration.contrast.lowerBound * spread
        let highest = min(
            configuration.contrast.upperBound * spread,
            Double(configuration.largestChange)
        )
        let drawn = SeededGenerator.logUniform(
            bits: contrastBits,
            in: min(lowest, highest)...highest
        )
        return Float(boost * drawn)
    }

    /// The mean level of each channel where a region covers.
    func mean(of region: DefectRegion) -> [Float] {
        var sums = [Float](repeating: 0, count: channels)
        var total: Float = 0
        region.forEachCovered { index, row, column in
            let share = region.coverage[index]
            let first = (row * image.width + column) * channels
            for channel in 0..<channels { sums[channel] += share * image.elements[first + channel] }
            total += share
        }
        return sums.map { total > 0 ? $0 / total : 0 }
    }

    /// The change that replaces what is in a region.
    ///
    /// - Parameters:
    ///   - region: The region.
    ///   - sampler: Where the new levels come from.
    ///   - map: Which place of them is put where.
    /// - Returns: New levels less old ones, 0 where nothing is covered.
    func replacement(
        in region: DefectRegion,
        by sampler: TextureSampler,
        at map: (_ row: Int, _ column: Int) -> (x: Float, y: Float)
    ) -> [Float] {
        var change = [Float](repeating: 0, count: region.coverage.count * channels)
        region.forEachCovered { index, row, column in
            let place = map(row, column)
            sampler.read(place.x, place.y, into: &change, at: index * channels)
            let first = (row * image.width + column) * channels
            for channel in 0..<channels {
                change[index * channels + channel] -= image.elements[first + channel]
            }
        }
        return change
    }

    /// A tint of largest component 1: grey, or grey with some colour.
    func tint(colour: ClosedRange<Double>, using generator: inout SeededGenerator) -> [Float] {
        guard channels == 3 else { return [Float](repeating: 1, count: channels) }
        let share = generator.next(in: colour)
        let tint = (0..<3).map { _ in Float(1 - share + share * generator.next(in: -1...1)) }
        let largest = tint.reduce(0) { max($0, $1.magnitude) }
        return largest > 0.05 ? tint.map { $0 / largest } : [1, 1, 1]
    }

    /// Brighter (1) or darker (-1): at random, unless there is no room that way.
    func direction(
        in region: DefectRegion,
        using generator: inout SeededGenerator
    ) -> Float {
        let level = mean(of: region).reduce(0, +) / Float(channels)
        let wanted = wantedChange(in: region)
        let sign = generator.nextSign()
        let room = sign > 0 ? 1 - level : level
        return room < wanted && room < 0.5 ? -sign : sign
    }
}
