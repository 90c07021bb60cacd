public import Tensors

/// The atoms of a layer as pictures: what each adds to the image when it alone is active.
///
/// Layer 1: the unwhitened atoms. Deeper: the atom's patch of codes, each code replaced by the picture of its own atom at its
/// place; the layers' thresholds and normalisations are left out, so that the projection is linear.
public struct AtomPictures: Sendable {
    /// The side of a picture in pixels of the coded image.
    public let side: Int
    /// The channels of a picture.
    public let channels: Int
    /// The pictures, shape `[atoms, side * side * channels]`, around 0.
    public let elements: Matrix

    /// The number of atoms.
    public var count: Int { elements.rows }

    /// The picture of an atom, shape `[side, side, channels]`.
    public func picture(_ atom: Int) -> FeatureMap {
        FeatureMap(height: side, width: side, channels: channels, filledWith: elements.row(atom))
    }

    /// Projects the atoms of each layer down to pixels.
    ///
    /// Pictures grow with strides and pooling: where windows are 3, strides and pooling 2, their sides are 3, 13, 53, 213, 853
    /// pixels.
    ///
    /// - Parameters:
    ///   - layers: The layers of an encoder, first to last.
    ///   - limit: The most numbers that the pictures of a layer's atoms, or of its outputs, may hold.
    ///   - kernels: The kernels for the products.
    /// - Returns: The pictures of each layer up to the first that the limit forbids.
    public static func project(
        _ layers: [LayerDecoder],
        limit: Int = 1 << 26,
        kernels: Kernels
    ) -> [AtomPictures] {
        guard let first = layers.first else { return [] }
        let colours = first.parameters.inputChannels
        var outputs = AtomPictures(
            side: 1,
            channels: colours,
            elements: Self.identity(colours)
        )
        var jump = 1
        var projected: [AtomPictures] = []
        for (place, layer) in layers.enumerated() {
            let configuration = layer.parameters.configuration
            func isAllowed(_ count: Int, span: Int, over side: Int) -> Bool {
                let larger = Double(span - 1) * Double(jump) + Double(side)
                return Double(count) * larger * larger * Double(colours) <= Double(limit)
            }
            guard
                isAllowed(configuration.atoms, span: configuration.window, over: outputs.side)
            else { break }
            let atoms = outputs.superposed(
                layer.atomPatches,
                window: configuration.window,
                distance: jump,
                kernels: kernels
            )
            projected.append(atoms)
            // Places farther apart than this are beyond any limit, or there is but one of them.
            jump = min(jump * configuration.stride, 1 << 40)
            guard place + 1 < layers.count,
                isAllowed(configuration.channels, span: configuration.pooling, over: atoms.side)
            else { break }
            outputs = atoms.signed(configuration.signed)
                .averaged(over: configuration.pooling, distance: jump)
            jump = min(jump * configuration.pooling, 1 << 40)
        }
        return projected
    }

    private static func identity(_ count: Int) -> Matrix {
        var result = Matrix(rows: count, columns: count)
        for index in 0..<count { result[index, index] = 1 }
        return result
    }

    /// Sums of these pictures over windows whose places lie so many pixels apart.
    private func superposed(
        _ weights: Matrix,
        window: Int,
        distance: Int,
        kernels: Kernels
    ) -> AtomPictures {
        let larger = (window - 1) * distance + side
        var result = Matrix(rows: weights.rows, columns: larger * larger * channels)
        let packed = kernels.pack(elements)
        for place in 0..<window * window {
            var part = Matrix(rows: weights.rows, columns: count)
            for row in 0..<weights.rows {
                for channel in 0..<count {
                    part[row, channel] = weights[row, place * count + channel]
                }
            }
            let pictures = kernels.multiply(part, packed)
            let (top, left) = (place / window * distance, place % window * distance)
            Self.add(pictures, side: side, to: &result, side: larger, at: (top, left), channels)
        }
        return AtomPictures(side: larger, channels: channels, elements: result)
    }

    /// The pictures of a layer's outputs: those of signed codes have their negatives behind them.
    private func signed(_ isSigned: Bool) -> AtomPictures {
        guard isSigned else { return self }
        return AtomPictures(
            side: side,
            channels: channels,
            elements: Matrix(
                rows: 2 * count,
                columns: elements.columns,
                filledWith: elements.elements + elements.elements.map { -$0 }
            )
        )
    }

    /// The pictures of pooled codes: a share in each of the places that were pooled.
    private func averaged(over pooling: Int, distance: Int) -> AtomPictures {
        if pooling == 1 { return self }
        let larger = (pooling - 1) * distance + side
        var result = Matrix(rows: count, columns: larger * larger * channels)
        for place in 0..<pooling * pooling {
            let (top, left) = (place / pooling * distance, place % pooling * distance)
            Self.add(elements, side: side, to: &result, side: larger, at: (top, left), channels)
        }
        let share = 1 / Float(pooling * pooling)
        for index in result.elements.indices { result.elements[index] *= share }
        return AtomPictures(side: larger, channels: channels, elements: result)
    }

    private static func add(
        _ pictures: Matrix,
        side: Int,
        to result: inout Matrix,
        side larger: Int,
        at place: (top: Int, left: Int),
        _ channels: Int
    ) {
        let run = side * channels
        for picture in 0..<pictures.rows {
            for y in 0..<side {
                let source = picture * pictures.columns + y * run
                let target =
                    picture * result.columns
                    + ((place.top + y) * larger + place.left) * channels
                for index in 0..<run {
                    result.elements[target + index] += pictures.elements[source + index]
                }
            }
        }
    }
}
