internal import Patches
package import Scoring
package import SparseCoding
internal import Tensors

/// What layers and detectors do with one image, kernel by kernel, as scanning runs it.
package struct ImageKernels: Equatable, Sendable {
    /// Products of the layers.
    package var products: [ProductShape] = []
    /// Products of the detectors.
    package var detectorProducts: [ProductShape] = []
    package var convolutions: [ConvolutionShape] = []
    package var rectifications: [RectificationShape] = []

    /// Floating-point operations of all products and convolutions, as they are done.
    package var operations: Double {
        (products + detectorProducts).reduce(0) { $0 + $1.operations }
            + convolutions.reduce(0) { $0 + $1.operations }
    }

    /// The kernels of the largest encoders and of the detectors that read them, each shape once.
    package static func ofLargestEncoders(
        in configuration: ModelConfiguration,
        channels: Int
    ) -> ImageKernels {
        func once<Shape: Equatable>(_ shapes: [Shape]) -> [Shape] {
            shapes.reduce(into: []) { found, shape in
                if !found.contains(shape) { found.append(shape) }
            }
        }
        let all = configuration.encoders
            .filter { $0.pixels == configuration.pixels }
            .map { ImageKernels(of: $0, in: configuration, channels: channels) }
        var result = ImageKernels()
        result.products = once(all.flatMap(\.products))
        result.detectorProducts = once(all.flatMap(\.detectorProducts))
        result.convolutions = once(all.flatMap(\.convolutions))
        result.rectifications = once(all.flatMap(\.rectifications))
        return result
    }

    private init() {}

    /// The kernels for a square image, of an encoder's layers and of the detectors that read it.
    ///
    /// Components are the declared ones; whitening may have kept fewer. Of what is not made by convolution alone,
    /// as stronger inference, only the products of the first step are here.
    package init(
        of encoder: EncoderConfiguration,
        in configuration: ModelConfiguration,
        channels: Int
    ) {
        let readers = configuration.detectors.filter { $0.encoder == encoder.name }
        let working = encoder.workingSize.size(width: 4096, height: 4096)
        var (height, width, channels) = (working.height, working.width, channels)
        for (place, layer) in encoder.layers.enumerated() {
            add(layer, height: height, width: width, channels: channels)
            let grid = PatchGrid(window: layer.window, stride: layer.stride)
            (height, width) = grid.size(height: height, width: width)
            channels = layer.channels
            let blocks = PoolingWindows.blocks(of: layer.pooling)
            let here = readers.filter { $0.layer == place + 1 }
            // The last layer's codes are averaged as its detectors want them, and not pooled before.
            let isDirect = layer.pooling == 1 && place == encoder.layers.count - 1
            let wanted = isDirect ? here.compactMap(Self.windows) : [blocks]
            for windows in wanted {
                let shape = RectificationShape(
                    height: height,
                    width: width,
                    columns: layer.atoms,
                    isSigned: layer.signed,
                    windows: windows
                )
                // Detectors that want the same averages share them.
                if !rectifications.contains(shape) { rectifications.append(shape) }
            }
            (height, width) = (blocks.count(over: height), blocks.count(over: width))
            for detector in here {
                add(detector, height: height, width: width, channels: channels)
            }
        }
    }

    /// The products of a layer, by the way that needs the fewest operations; as in `ConvolutionalLayer`.
    private mutating func add(
        _ layer: LayerConfiguration,
        height: Int,
        width: Int,
        channels: Int
    ) {
        let grid = PatchGrid(window: layer.window, stride: layer.stride)
        let windows = grid.size(height: height, width: width)
        let depth = grid.depth(channels: channels)
        let line = (width + 2 * grid.border) * channels
        func patches(_ name: String, to columns: Int) -> ProductShape {
            ProductShape(
                name: "\(name) \(windows.width) x \(depth) -> \(columns)",
                rows: windows.width,
                rowStride: layer.stride * channels,
                runs: layer.window,
                runStride: line,
                length: layer.window * channels,
                columns: columns,
                calls: windows.height,
                callStride: layer.stride * line
            )
        }
        func atoms(_ length: Int) -> ProductShape {
            ProductShape(
                name: "atoms \(windows.width) x \(length) -> \(layer.atoms)",
                contiguousRows: windows.width,
                length: length,
                columns: layer.atoms,
                calls: windows.height,
                callStride: 0
            )
        }
        guard let components = layer.components else {
            products.append(atoms(depth))
            return
        }
        guard layer.inference == .thresholding else {
            products += [patches("whitening", to: components), atoms(components)]
            return
        }
        let plan = FilterPlan(
            grid: grid,
            channels: channels,
            components: components,
            atoms: layer.atoms
        )
        let columns = plan.isFolded ? layer.atoms : components
        func convolution(window: Int, depth inputs: Int) -> ConvolutionShape {
            ConvolutionShape(
                height: windows.height,
                width: windows.width,
                window: window,
                depth: inputs,
                columns: columns,
                plainDepth: depth
            )
        }
        switch plan.way {
        case .plain:
            products.append(patches(plan.isFolded ? "whitened atoms" : "whitening", to: columns))
        case .convolution: convolutions.append(convolution(window: 3, depth: channels))
        case .gathered(let window):
            convolutions.append(convolution(window: window, depth: 4 * channels))
        }
        if !plan.isFolded { products.append(atoms(components)) }
    }

    /// The averages of codes that a detector reads; nil where it reads none.
    private static func windows(of detector: DetectorConfiguration) -> PoolingWindows? {
        switch detector.method {
        case .positionalGaussian, .exemplars:
            .centred(window: detector.window, stride: detector.window == 1 ? 1 : 2)
        case .reconstructionError, .energy: nil
        }
    }

    private mutating func add(
        _ detector: DetectorConfiguration,
        height: Int,
        width: Int,
        channels: Int
    ) {
        guard let windows = Self.windows(of: detector) else { return }
        let (rows, places) = (windows.count(over: height), windows.count(over: width))
        func add(reductionTo dimension: Int) {
            detectorProducts.append(
                ProductShape(
                    name: "reduction \(places) x \(channels) -> \(dimension)",
                    contiguousRows: places,
                    length: channels,
                    columns: dimension,
                    calls: rows,
                    callStride: places * channels
                )
            )
        }
        switch detector.method {
        case .positionalGaussian(let dimension):
            add(reductionTo: dimension)
        case .exemplars(let dimension, let count):
            add(reductionTo: dimension)
            let block = min(128, rows * places)
            detectorProducts.append(
                ProductShape(
                    name: "exemplars \(block) x \(dimension + 1) -> \(count)",
                    contiguousRows: block,
                    length: dimension + 1,
                    columns: count,
                    calls: (rows * places + block - 1) / block,
                    callStride: 0
                )
            )
        case .reconstructionError, .energy:
            break
        }
    }
}
