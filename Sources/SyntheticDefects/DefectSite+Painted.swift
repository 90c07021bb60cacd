internal import Tensors

// Defects that add something to the picture.
extension DefectSite {
    /// A thin line, bright, dark, or lit from a side.
    func scratch(using generator: inout SeededGenerator) -> DefectProposal {
        let styles = StrokeStyle.allCases
        let region = DefectRegion(
            styles[generator.next(below: styles.count)],
            pixels: pixels,
            height: image.height,
            width: image.width,
            using: &generator
        )
        // The strength varies along the line.
        return added(in: region, colour: 0...0.3, grain: 12, variation: 0.35, using: &generator)
    }

    /// A spot, flat, shaded across or lit like a dent.
    func blob(using generator: inout SeededGenerator) -> DefectProposal {
        let isDent = generator.nextBool(0.3)
        let softness = isDent ? radius : generator.nextLogUniform(in: 1...max(1.5, 0.4 * radius))
        let region = area(
            [.ellipse, .irregular, .irregular],
            elongation: 1...2,
            softness: softness,
            using: &generator
        )
        guard isDent, radius > 2 else {
            return added(
                in: region,
                colour: 0...0.7,
                grain: max(2, radius),
                variation: generator.next(in: 0...0.4),
                using: &generator
            )
        }
        return lit(region, using: &generator)
    }

    /// A soft irregular discolouring, sometimes with a darker rim.
    func stain(using generator: inout SeededGenerator) -> DefectProposal {
        let region = area(
            [.irregular, .cloud, .ellipse],
            softness: radius * generator.next(in: 0.25...1),
            using: &generator
        )
        let hasRim = generator.nextBool(0.35)
        let variation = Float(generator.next(in: 0.2...0.8))
        let texture = grid(region, grain: max(2, radius * 0.7), octaves: 3, using: &generator)
        let tint = tint(colour: 0...1, using: &generator)
        let sign = direction(in: region, using: &generator)
        // A dark stain on a textured surface lets the texture through: it takes a share of the light.
        let absorbs = sign < 0 && generator.nextBool(0.6)
        return proposal(region, .free) { index, first, channel in
            let share = region.coverage[index]
            var amount = 1 - variation * (0.5 + 0.5 * texture[index])
            if hasRim { amount *= 0.3 + 3 * share * (1 - share) }
            let level = absorbs ? image.elements[first + channel] : 1
            return sign * amount * tint[channel] * level
        }
    }

    /// An area that is brighter or darker, or whose contrast is higher or lower.
    func intensityShift(using generator: inout SeededGenerator) -> DefectProposal {
        let region = area(softness: rim(using: &generator), using: &generator)
        let sign = direction(in: region, using: &generator)
        guard generator.nextBool(0.25) else {
            return proposal(region, .free) { _, _, _ in sign }
        }
        let mean = mean(of: region)
        let gain = generator.nextSign()
        return proposal(region, .free) { _, first, channel in
            gain * (image.elements[first + channel] - mean[channel])
        }
    }

    /// An area of another tint; in a picture of one channel nothing changes.
    func colourShift(using generator: inout SeededGenerator) -> DefectProposal {
        let region = area(softness: rim(using: &generator), using: &generator)
        guard channels == 3 else { return proposal(region, .fixed) { _, _, _ in 0 } }
        if generator.nextBool(0.2) {
            // The channels change places.
            let step = 1 + generator.next(below: 2)
            return proposal(region, .limited) { _, first, channel in
                image.elements[first + (channel + step) % 3] - image.elements[first + channel]
            }
        }
        let drawn = (0..<3).map { _ in Float(generator.next(in: -1...1)) }
        let grey = drawn.reduce(0, +) / 3
        let follows = generator.nextBool()
        return proposal(region, .free) { _, first, channel in
            (drawn[channel] - grey) * (follows ? image.elements[first + channel] : 1)
        }
    }

    /// An area with noise over it, fine or coarse, grey or coloured.
    func noise(using generator: inout SeededGenerator) -> DefectProposal {
        let region = area(softness: rim(using: &generator), using: &generator)
        let isColoured = channels == 3 && generator.nextBool()
        let isCoarse = generator.nextBool()
        let grain = isCoarse ? generator.next(in: 1.5...5) : 1
        let textures = (0..<(isColoured ? 3 : 1)).map { _ in
            grid(region, grain: grain, octaves: 1, using: &generator)
        }
        return proposal(region, .free) { index, _, channel in
            textures[isColoured ? channel : 0][index]
        }
    }

    /// A solid strip.
    func solidScar(_ region: DefectRegion, using generator: inout SeededGenerator) -> DefectProposal
    {
        let colour = tint(colour: 0...1, using: &generator)
        let sign = direction(in: region, using: &generator)
        guard generator.nextBool(0.6) else {
            return proposal(region, .free) { _, _, channel in sign * colour[channel] }
        }
        // Something lies over the surface: its texture is gone.
        let mean = mean(of: region)
        let wanted = sign * wantedChange(in: region)
        return proposal(region, .fixed) { _, first, channel in
            mean[channel] + wanted * colour[channel] - image.elements[first + channel]
        }
    }

    /// The last resort: an area much darker where the picture is bright, else much brighter.
    func certain(using generator: inout SeededGenerator) -> DefectProposal {
        let region = area([.ellipse], softness: 1, using: &generator)
        let level = mean(of: region).reduce(0, +) / Float(channels)
        let change: Float = level > 0.5 ? -0.5 : 0.5
        return proposal(region, .fixed) { _, _, _ in change }
    }

    /// A change of one direction and tint that varies smoothly.
    private func added(
        in region: DefectRegion,
        colour: ClosedRange<Double>,
        grain: Double,
        variation: Double,
        using generator: inout SeededGenerator
    ) -> DefectProposal {
        if region.coverage.isEmpty { return proposal(region, .free) { _, _, _ in 0 } }
        let tint = tint(colour: colour, using: &generator)
        let sign = direction(in: region, using: &generator)
        let texture = grid(region, grain: grain, octaves: 1, using: &generator)
        return proposal(region, .free) { index, _, channel in
            sign * tint[channel] * (1 - Float(variation) * (0.5 + 0.5 * texture[index]))
        }
    }

    /// Light from a side on a hollow or a hill whose height is the coverage.
    private func lit(
        _ region: DefectRegion,
        using generator: inout SeededGenerator
    ) -> DefectProposal {
        let light = SIMD2<Float>(generator.nextDirection())
        let (height, width) = (region.height, region.width)
        return proposal(region, .free) { index, _, _ in
            let (row, column) = index.quotientAndRemainder(dividingBy: width)
            let above = region.coverage[max(row - 1, 0) * width + column]
            let below = region.coverage[min(row + 1, height - 1) * width + column]
            let left = region.coverage[row * width + max(column - 1, 0)]
            let right = region.coverage[row * width + min(column + 1, width - 1)]
            return light.x * (right - left) + light.y * (below - above)
        }
    }

    /// The rim of an area: mostly sharp, sometimes soft, in pixels.
    func rim(using generator: inout SeededGenerator) -> Double {
        generator.nextLogUniform(in: 1...max(2, 0.5 * radius))
    }

    private func grid(
        _ region: DefectRegion,
        grain: Double,
        octaves: Int,
        using generator: inout SeededGenerator
    ) -> [Float] {
        ValueNoise(seed: generator.next()).grid(
            height: region.height,
            width: region.width,
            grain: grain,
            octaves: octaves
        )
    }

    /// A proposal from a function of the place.
    ///
    /// - Parameters:
    ///   - region: Where.
    ///   - strength: How strong it may get.
    ///   - change: Takes the index in the region, the index of the pixel's first channel in the
    ///     picture, and the channel.
    /// - Returns: The proposal.
    @inline(__always)
    private func proposal(
        _ region: DefectRegion,
        _ strength: DefectProposal.Strength,
        change: (_ index: Int, _ first: Int, _ channel: Int) -> Float
    ) -> DefectProposal {
        var changes = [Float](repeating: 0, count: region.coverage.count * channels)
        region.forEachCovered { index, row, column in
            let first = (row * image.width + column) * channels
            for channel in 0..<channels {
                changes[index * channels + channel] = change(index, first, channel)
            }
        }
        return DefectProposal(region: region, change: changes, strength: strength)
    }
}
