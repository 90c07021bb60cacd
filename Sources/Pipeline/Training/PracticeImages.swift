internal import Discrimination
internal import Scoring
internal import SyntheticDefects
internal import Tensors

/// Normal images in memory, 8 bits a level, that a network practises on with painted defects.
struct PracticeImages: Sendable {
    /// An image at the working size.
    struct Picture: Sendable {
        private let height: Int
        private let width: Int
        private let channels: Int
        private let levels: [UInt8]

        init(_ image: FeatureMap) {
            (height, width, channels) = (image.height, image.width, image.channels)
            levels = image.elements.map { UInt8(min(max($0 * 255, 0), 255).rounded()) }
        }

        /// The levels in `[0, 1]`.
        var image: FeatureMap {
            FeatureMap(
                height: height,
                width: width,
                channels: channels,
                filledWith: levels.map { Float($0) / 255 }
            )
        }
    }

    /// The images; at least one.
    let pictures: [Picture]
    let configuration: NetworkDetector.Configuration
    /// Brings images to the size and range that the network reads.
    let reader: NetworkReader
    let seed: UInt64

    /// The largest side of the part of an image that is practised on, in places of the network's input.
    private static let cropSide = 128
    /// The share of examples with painted defects.
    private static let paintedShare = 0.8

    /// A part of an image, mostly with defects painted into it.
    ///
    /// - Parameter stream: Equal numbers give equal examples.
    /// - Returns: The part, and where its defects are on the network's output grid.
    func example(stream: UInt64) -> TrainingExample {
        var generator = SeededGenerator(seed: seed, stream: stream)
        let image = pictures[generator.next(below: pictures.count)].image
        let source = pictures[generator.next(below: pictures.count)].image
        let whole = whole(
            image,
            source: source,
            paintedBy: generator.nextUnit() < Self.paintedShare ? generator.next() : nil
        )
        return crop(whole, using: &generator)
    }

    /// A whole image, perhaps with painted defects.
    ///
    /// - Parameters:
    ///   - index: The image.
    ///   - isPainted: Whether there are defects.
    /// - Returns: The image, and where its defects are on the network's output grid.
    func whole(_ index: Int, isPainted: Bool) -> TrainingExample {
        whole(
            pictures[index].image,
            source: pictures[(index + 1) % pictures.count].image,
            paintedBy: isPainted ? seed &+ UInt64(index) : nil
        )
    }

    private func whole(
        _ image: FeatureMap,
        source: FeatureMap,
        paintedBy seed: UInt64?
    ) -> TrainingExample {
        let painted = seed.map { DefectPainter().paint(on: image, source: source, seed: $0) }
        let input = reader.prepare(painted?.image ?? image)
        let (rows, columns) = configuration.network.outputSize(
            height: input.height,
            width: input.width
        )
        var target = Matrix(rows: rows, columns: columns)
        var weight = Matrix(rows: rows, columns: columns, repeating: 1)
        if let mask = painted?.mask {
            let shares = DefectPractice.shares(
                of: mask,
                on: PositionGrid(rows: rows, columns: columns)
            )
            for (index, label) in FusionStudy.labels(mask: shares).enumerated() {
                target.elements[index] = label == .defective ? 1 : 0
                weight.elements[index] = label == .unknown ? 0 : 1
            }
        }
        return TrainingExample(input: input, target: target, weight: weight)
    }

    /// Cuts out a part, round a defect where there is one.
    private func crop(
        _ whole: TrainingExample,
        using generator: inout SeededGenerator
    ) -> TrainingExample {
        let step = configuration.network.gridStride
        let input = whole.input
        let wanted = max(1, Self.cropSide / step)
        let defects = whole.target.elements.indices.filter { whole.target.elements[$0] > 0 }
        let centre =
            defects.isEmpty
            ? generator.next(below: whole.target.elements.count)
            : defects[generator.next(below: defects.count)]
        func first(_ place: Int, of count: Int) -> Int {
            // Not always in the middle of the part.
            let drawn = place - generator.next(below: wanted)
            return min(max(0, drawn), max(0, count - wanted))
        }
        let row = first(centre / whole.target.columns, of: whole.target.rows)
        let column = first(centre % whole.target.columns, of: whole.target.columns)
        let height = min(wanted * step, input.height - row * step)
        let width = min(wanted * step, input.width - column * step)
        var part = FeatureMap(height: height, width: width, channels: input.channels)
        let length = width * input.channels
        for y in 0..<height {
            let start = ((row * step + y) * input.width + column * step) * input.channels
            part.elements.replaceSubrange(
                y * length..<(y + 1) * length,
                with: input.elements[start..<start + length]
            )
        }
        let (rows, columns) = configuration.network.outputSize(height: height, width: width)
        func cut(_ map: Matrix) -> Matrix {
            var result = Matrix(rows: rows, columns: columns)
            for y in 0..<rows {
                for x in 0..<columns { result[y, x] = map[row + y, column + x] }
            }
            return result
        }
        return TrainingExample(
            input: part,
            target: cut(whole.target),
            weight: whole.weight.map(cut)
        )
    }
}
