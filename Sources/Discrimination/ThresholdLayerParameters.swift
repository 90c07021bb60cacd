public import Tensors

/// What a thresholding layer has learned.
public struct ThresholdLayerParameters: Sendable, Equatable {
    /// The atoms as rows, shape `[channels, window * window * inputs]`: window row, window column,
    /// input channel.
    public var kernels: Matrix
    /// The penalty of each coefficient, in units of the response, shape `[channels]`; minus the
    /// bias of a convolution.
    public var penalties: [Float]

    /// Creates parameters from stored numbers.
    ///
    /// - Throws: ``ShapeError`` when there is not one penalty per row of `kernels`.
    public init(kernels: Matrix, penalties: [Float]) throws(ShapeError) {
        guard penalties.count == kernels.rows else {
            throw ShapeError(
                name: "penalties",
                expected: [kernels.rows],
                actual: [penalties.count]
            )
        }
        self.init(kernels: kernels, matching: penalties)
    }

    init(kernels: Matrix, matching penalties: [Float]) {
        self.kernels = kernels
        self.penalties = penalties
    }
}
