internal import Tensors

// Defects that take texture from elsewhere or move it.
extension DefectSite {
    /// A piece of another picture, blended into its surroundings.
    func pastedPatch(using generator: inout SeededGenerator) -> DefectProposal {
        let region = area(
            softness: generator.nextLogUniform(in: 1...max(2, 0.6 * radius)),
            using: &generator
        )
        let map = elsewhere(region, in: source, scale: 0.6...1.6, using: &generator)
        var change = replacement(
            in: region,
            by: TextureSampler(source, channels: channels)
        ) { map(row: $0, column: $1) }
        match(
            &change,
            in: region,
            share: generator.nextBool(0.7) ? 1 : Float(generator.nextUnit()),
            isSeamless: generator.nextBool(0.7)
        )
        return moved(region, change)
    }

    /// A long narrow strip.
    func scar(using generator: inout SeededGenerator) -> DefectProposal {
        let region = area(
            [.bar, .bar, .ellipse, .irregular],
            elongation: 4...14,
            softness: generator.next(in: 1...2),
            using: &generator
        )
        if generator.nextBool() { return solidScar(region, using: &generator) }
        let map = elsewhere(region, in: source, scale: 0.7...1.4, using: &generator)
        var change = replacement(
            in: region,
            by: TextureSampler(source, channels: channels)
        ) { map(row: $0, column: $1) }
        match(&change, in: region, share: Float(generator.nextUnit()), isSeamless: false)
        return moved(region, change)
    }

    /// An area cut out, turned, mirrored or scaled, and put back.
    func turnedTexture(using generator: inout SeededGenerator) -> DefectProposal {
        let region = area(
            [.ellipse, .bar, .polygon, .irregular],
            elongation: 1...1.8,
            softness: generator.next(in: 1...2.5),
            using: &generator
        )
        let quarters = [Point(0, 1), Point(-1, 0), Point(0, -1)]
        let isQuarter = generator.nextBool()
        let scales = generator.nextBool(0.3)
        let map = SimilarityMap(
            from: region.centre,
            to: region.centre,
            axis: isQuarter ? quarters[generator.next(below: 3)] : generator.nextDirection(),
            scale: scales ? generator.nextLogUniform(in: 0.5...2) : 1,
            isMirrored: generator.nextBool(0.3)
        )
        let change = replacement(
            in: region,
            by: TextureSampler(image, channels: channels)
        ) { map(row: $0, column: $1) }
        return moved(region, change)
    }

    /// An area filled from its surroundings, from elsewhere in the picture, or with one level.
    func missingPart(using generator: inout SeededGenerator) -> DefectProposal {
        let region = area(
            softness: generator.next(in: 1...3),
            using: &generator
        )
        switch generator.next(below: 3) {
        case 0:
            let levels = HoleFill.fill(
                levels(of: region),
                weights: region.coverage.map { $0 > 0 ? 0 : 1 },
                height: region.height,
                width: region.width,
                channels: channels
            )
            var change = levels
            var index = 0
            for row in region.rows {
                let first = (row * image.width + region.columns.lowerBound) * channels
                for offset in 0..<region.width * channels {
                    change[index] -= image.elements[first + offset]
                    index += 1
                }
            }
            return DefectProposal(region: region, change: change, strength: .limited)
        case 1:
            let map = elsewhere(region, in: image, scale: 1...1, using: &generator)
            let change = replacement(
                in: region,
                by: TextureSampler(image, channels: channels)
            ) { map(row: $0, column: $1) }
            return moved(region, change)
        default:
            // One level that occurs in the picture.
            let (row, column) = (
                generator.next(below: image.height), generator.next(below: image.width)
            )
            let change = replacement(
                in: region,
                by: TextureSampler(image, channels: channels)
            ) { _, _ in (Float(column) + 0.5, Float(row) + 0.5) }
            return DefectProposal(region: region, change: change, strength: .limited)
        }
    }

    /// An area blurred along a direction.
    func smear(using generator: inout SeededGenerator) -> DefectProposal {
        let region = area(
            elongation: 1...4,
            softness: generator.nextLogUniform(in: 1...max(2, 0.4 * radius)),
            using: &generator
        )
        let scale = Double(max(256, min(image.height, image.width))) / 256
        let length = generator.nextLogUniform(in: 4...30) * scale
        let taps = min(max(Int(length / 2), 3), 12)
        let step = SIMD2<Float>(
            generator.nextDirection() * Point(repeating: length / Double(taps - 1))
        )
        let start = step * (-0.5 * Float(taps - 1))
        let sampler = TextureSampler(image, channels: channels)
        var change = [Float](repeating: 0, count: region.coverage.count * channels)
        var level = [Float](repeating: 0, count: channels)
        region.forEachCovered { index, row, column in
            var place = SIMD2(Float(column) + 0.5, Float(row) + 0.5) + start
            for _ in 0..<taps {
                sampler.read(place.x, place.y, into: &level, at: 0)
                for channel in 0..<channels { change[index * channels + channel] += level[channel] }
                place += step
            }
            let first = (row * image.width + column) * channels
            for channel in 0..<channels {
                let mean = change[index * channels + channel] / Float(taps)
                change[index * channels + channel] = mean - image.elements[first + channel]
            }
        }
        return DefectProposal(region: region, change: change, strength: .limited)
    }

    /// An area twisted, bulged and pushed, less and less toward its rim.
    func deformation(using generator: inout SeededGenerator) -> DefectProposal {
        let area = area(
            [.ellipse, .irregular],
            elongation: 1...1.8,
            softness: 2 * radius,
            using: &generator
        )
        // What moves less toward the rim need not be blended there.
        let region = DefectRegion(
            rows: area.rows,
            columns: area.columns,
            coverage: area.coverage.map { $0 > 0 ? 1 : 0 }
        )
        // Tangent of the turn, relative growth, and push relative to the radius.
        var turn = Float(generator.next(in: -1.5...1.5))
        var growth = Float(generator.next(in: -0.7...0.7))
        var push = SIMD2<Float>(generator.nextDirection()) * Float(generator.next(in: 0...0.5))
        switch generator.next(below: 4) {
        case 0: (growth, push) = (0, .zero)
        case 1: (turn, push) = (0, .zero)
        case 2: (turn, growth) = (0, 0)
        default: break
        }
        let sampler = TextureSampler(image, channels: channels)
        let centre = SIMD2<Float>(region.centre)
        let reach = Float(radius)
        let (rows, columns) = (region.rows, region.columns)
        func change(_ amount: Float) -> [Float] {
            replacement(in: region, by: sampler) { row, column in
                let moved = SIMD2(Float(column) + 0.5, Float(row) + 0.5) - centre
                let index = (row - rows.lowerBound) * columns.count + column - columns.lowerBound
                let share = area.coverage[index] * amount
                let tangent = turn * share
                let cosine = 1 / (1 + tangent * tangent).squareRoot()
                let turned = SIMD2(
                    moved.x - tangent * moved.y,
                    moved.y + tangent * moved.x
                )
                let place =
                    centre + turned * (cosine * (1 - growth * share)) + push * (share * reach)
                return (place.x, place.y)
            }
        }
        // Less movement where less contrast is wanted: to fade it would show two textures at once.
        let whole = change(1)
        let wanted = wantedChange(in: region)
        let reached = DefectProposal.mean(of: whole, in: region, channels: channels)
        guard reached > wanted else {
            return DefectProposal(region: region, change: whole, strength: .fixed)
        }
        let weaker = change(max(0.1, wanted / reached))
        return DefectProposal(region: region, change: weaker, strength: .fixed)
    }

    private func moved(_ region: DefectRegion, _ change: [Float]) -> DefectProposal {
        DefectProposal(region: region, change: change, strength: .limited, movesTexture: true)
    }

    /// A map to a place where texture is taken for a region.
    private func elsewhere(
        _ region: DefectRegion,
        in picture: FeatureMap,
        scale: ClosedRange<Double>,
        using generator: inout SeededGenerator
    ) -> SimilarityMap {
        func place(_ extent: Int, _ side: Int, _ generator: inout SeededGenerator) -> Double {
            let margin = Double(min(extent, side)) / 2
            return generator.next(in: margin...(Double(side) - margin))
        }
        return SimilarityMap(
            from: region.centre,
            to: Point(
                place(region.width, picture.width, &generator),
                place(region.height, picture.height, &generator)
            ),
            axis: generator.nextBool() ? generator.nextDirection() : Point(1, 0),
            scale: scale.lowerBound < scale.upperBound
                ? generator.nextLogUniform(in: scale) : scale.lowerBound,
            isMirrored: generator.nextBool()
        )
    }

    private func levels(of region: DefectRegion) -> [Float] {
        var levels: [Float] = []
        levels.reserveCapacity(region.coverage.count * channels)
        for row in region.rows {
            let first = (row * image.width + region.columns.lowerBound) * channels
            levels += image.elements[first..<first + region.width * channels]
        }
        return levels
    }

    /// Takes from a change what it is at the rim of a region, so that a patch meets its surroundings.
    ///
    /// - Parameters:
    ///   - change: New levels less old ones.
    ///   - region: The region.
    ///   - share: How much is taken, in `0...1`.
    ///   - isSeamless: Whether the difference is matched along the rim, as blending of gradients
    ///     does, or in the mean only.
    private func match(
        _ change: inout [Float],
        in region: DefectRegion,
        share: Float,
        isSeamless: Bool
    ) {
        if isSeamless {
            let rim = HoleFill.fill(
                change,
                weights: region.coverage.map { $0 > 0 && $0 < 0.5 ? 1 : 0 },
                height: region.height,
                width: region.width,
                channels: channels
            )
            for index in change.indices { change[index] -= share * rim[index] }
            return
        }
        for channel in 0..<channels {
            var sum: Float = 0
            var total: Float = 0
            for (index, covered) in region.coverage.enumerated() where covered > 0 {
                sum += covered * change[index * channels + channel]
                total += covered
            }
            let mean = total > 0 ? sum / total : 0
            for index in region.coverage.indices {
                change[index * channels + channel] -= share * mean
            }
        }
    }
}
