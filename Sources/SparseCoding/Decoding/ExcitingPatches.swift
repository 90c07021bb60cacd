internal import Patches
public import Tensors

/// The patches of images that excite each atom of a layer most.
///
/// Memory is bounded by the capacity: so many patches per atom, at most one of each image.
public struct ExcitingPatches: Sendable {
    /// A patch of an image and the code that an atom gives it.
    public struct Patch: Sendable, Equatable {
        /// The code, above 0.
        public let code: Float
        /// All pixels that the code depends on, in `[0, 1]`.
        public let picture: FeatureMap

        /// Creates a patch.
        public init(code: Float, picture: FeatureMap) {
            self.code = code
            self.picture = picture
        }
    }

    /// The patches kept of each atom.
    public let capacity: Int
    /// The patches of each atom, by falling code.
    public private(set) var patches: [[Patch]]

    /// Starts without patches.
    public init(atoms: Int, capacity: Int) {
        precondition(capacity > 0, "nothing would be kept")
        self.capacity = capacity
        patches = Array(repeating: [], count: atoms)
    }

    /// Takes the strongest patches of one image; of equally strong ones those that came first stay.
    ///
    /// - Parameter candidates: A patch per atom, nil where an atom is never active.
    public mutating func offer(_ candidates: [Patch?]) {
        precondition(candidates.count == patches.count, "a patch per atom is needed")
        for (atom, candidate) in candidates.enumerated() {
            guard let candidate else { continue }
            let place =
                patches[atom].firstIndex { $0.code < candidate.code } ?? patches[atom].count
            guard place < capacity else { continue }
            patches[atom].insert(candidate, at: place)
            if patches[atom].count > capacity { patches[atom].removeLast() }
        }
    }
}

extension HierarchyDecoder {
    /// The patch of an image that excites each atom most, layer by layer.
    ///
    /// Of signed atoms the code of the atom itself counts, not that of its negative.
    ///
    /// - Parameters:
    ///   - image: Of at least the working size, in `[0, 1]`.
    ///   - limit: The most atoms of a layer.
    /// - Returns: For each layer a patch per atom, nil where an atom is never active.
    public func mostExciting(
        in image: FeatureMap,
        limit: Int
    ) -> [[ExcitingPatches.Patch?]] {
        let resized = encoder.resize(image)
        let fields = receptiveFields
        return zip(codes(of: image), fields).enumerated().map { index, item in
            let (codes, field) = item
            let border = max(0, -field.first, field.last + field.jump)
            let padded = resized.reflected(border: border)
            return (0..<min(limit, layers[index].parameters.dictionary.count)).map { atom in
                var best: (code: Float, place: Int) = (0, 0)
                for place in 0..<codes.height * codes.width {
                    let code = codes.elements[place * codes.channels + atom]
                    if code > best.code { best = (code, place) }
                }
                guard best.code > 0 else { return nil }
                let top = best.place / codes.width * field.jump + field.first + border
                let left = best.place % codes.width * field.jump + field.first + border
                return ExcitingPatches.Patch(
                    code: best.code,
                    picture: padded.crop(top: top, left: left, side: field.last - field.first + 1)
                )
            }
        }
    }

    /// The pixels that a window of each layer depends on: window `i` on `i * jump + first ... i * jump + last`.
    var receptiveFields: [(first: Int, last: Int, jump: Int)] {
        var (first, last, jump) = (0, 0, 1)
        return layers.map { layer in
            let configuration = layer.parameters.configuration
            let border = configuration.window / 2
            let field = (
                first: first - border * jump, last: last + border * jump,
                jump: jump * configuration.stride
            )
            (first, last) = (field.first, field.last + (configuration.pooling - 1) * field.jump)
            jump = field.jump * configuration.pooling
            return field
        }
    }
}

extension FeatureMap {
    /// A square part of the map that lies within it.
    fileprivate func crop(top: Int, left: Int, side: Int) -> FeatureMap {
        var part = FeatureMap(height: side, width: side, channels: channels)
        for y in 0..<side {
            let source = ((top + y) * width + left) * channels
            let target = y * side * channels
            part.elements.replaceSubrange(
                target..<target + side * channels,
                with: elements[source..<source + side * channels]
            )
        }
        return part
    }
}
