internal import Patches
internal import Scoring
internal import SparseCoding
internal import Tensors

/// A matrix product as a layer or detector runs it over one image: sizes, and where its rows lie.
struct ProductShape: Equatable {
    let name: String
    /// Rows of one call and the numbers from one to the next.
    let rows: Int
    let rowStride: Int
    /// The runs that a row is chained of, the numbers from one to the next and in each.
    let runs: Int
    let runStride: Int
    let length: Int
    let columns: Int
    /// Calls for one image and the numbers from the first row of one to that of the next.
    let calls: Int
    let callStride: Int

    var depth: Int { runs * length }

    /// Floating-point operations for one image, two for each multiply-add.
    var operations: Double { 2 * Double(rows * depth * columns) * Double(calls) }

    /// The numbers that all calls' rows reach over.
    var extent: Int {
        (calls - 1) * callStride + (rows - 1) * rowStride + (runs - 1) * runStride + length
    }

    /// The products of the largest encoders and of the detectors that read them, each shape once.
    static func ofLargestEncoders(
        in configuration: ModelConfiguration,
        channels: Int
    ) -> [ProductShape] {
        var shapes: [ProductShape] = []
        for encoder in configuration.encoders where encoder.pixels == configuration.pixels {
            for shape in all(of: encoder, in: configuration, channels: channels)
            where !shapes.contains(shape) {
                shapes.append(shape)
            }
        }
        return shapes
    }

    /// The products for a square image, of an encoder's layers and of the detectors that read it.
    ///
    /// Components are the declared ones; whitening may have kept fewer.
    static func all(
        of encoder: EncoderConfiguration,
        in configuration: ModelConfiguration,
        channels: Int
    ) -> [ProductShape] {
        var shapes: [ProductShape] = []
        let working = encoder.workingSize.size(width: 4096, height: 4096)
        var (height, width, channels) = (working.height, working.width, channels)
        for (place, layer) in encoder.layers.enumerated() {
            let grid = PatchGrid(window: layer.window, stride: layer.stride)
            let stride = (width + 2 * grid.border) * channels
            let windows = grid.size(height: height, width: width)
            let depth = grid.depth(channels: channels)
            if let components = layer.components {
                shapes.append(
                    ProductShape(
                        name: "patches \(windows.width) x \(depth) -> \(components)",
                        rows: windows.width,
                        rowStride: layer.stride * channels,
                        runs: layer.window,
                        runStride: stride,
                        length: layer.window * channels,
                        columns: components,
                        calls: windows.height,
                        callStride: layer.stride * stride
                    )
                )
            }
            let length = layer.components ?? depth
            shapes.append(
                ProductShape(
                    name: "atoms \(windows.width) x \(length) -> \(layer.atoms)",
                    contiguousRows: windows.width,
                    length: length,
                    columns: layer.atoms,
                    calls: windows.height,
                    callStride: 0
                )
            )
            height = (windows.height + layer.pooling - 1) / layer.pooling
            width = (windows.width + layer.pooling - 1) / layer.pooling
            channels = layer.channels
            for detector in configuration.detectors
            where detector.encoder == encoder.name && detector.layer == place + 1 {
                shapes += of(detector, height: height, width: width, channels: channels)
            }
        }
        return shapes
    }

    private static func of(
        _ detector: DetectorConfiguration,
        height: Int,
        width: Int,
        channels: Int
    ) -> [ProductShape] {
        // Averaging over more than one place also takes every second place only.
        let step = detector.window == 1 ? 1 : 2
        let (height, width) = ((height + step - 1) / step, (width + step - 1) / step)
        func reduction(_ dimension: Int) -> ProductShape {
            ProductShape(
                name: "reduction \(width) x \(channels) -> \(dimension)",
                contiguousRows: width,
                length: channels,
                columns: dimension,
                calls: height,
                callStride: width * channels
            )
        }
        switch detector.method {
        case .positionalGaussian(let dimension):
            return [reduction(dimension)]
        case .exemplars(let dimension, let count):
            let block = min(128, height * width)
            return [
                reduction(dimension),
                ProductShape(
                    name: "exemplars \(block) x \(dimension + 1) -> \(count)",
                    contiguousRows: block,
                    length: dimension + 1,
                    columns: count,
                    calls: (height * width + block - 1) / block,
                    callStride: 0
                ),
            ]
        case .reconstructionError, .energy:
            return []
        }
    }
}

extension ProductShape {
    /// Rows of one run each, one behind the other.
    init(
        name: String,
        contiguousRows rows: Int,
        length: Int,
        columns: Int,
        calls: Int,
        callStride: Int
    ) {
        self.init(
            name: name,
            rows: rows,
            rowStride: length,
            runs: 1,
            runStride: 0,
            length: length,
            columns: columns,
            calls: calls,
            callStride: callStride
        )
    }
}
