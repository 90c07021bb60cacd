import Tensors
import Testing

@Suite struct LayerKernelsTests {
    struct Shape: Sendable {
        let window: Int
        let height: Int
        let width: Int
        let depth: Int
        let columns: Int
    }

    static let shapes = [
        Shape(window: 3, height: 1, width: 1, depth: 16, columns: 16),
        Shape(window: 3, height: 4, width: 4, depth: 16, columns: 32),
        Shape(window: 3, height: 5, width: 3, depth: 12, columns: 48),
        Shape(window: 3, height: 9, width: 70, depth: 48, columns: 16),
        Shape(window: 3, height: 21, width: 18, depth: 128, columns: 80),
        Shape(window: 4, height: 1, width: 2, depth: 4, columns: 16),
        Shape(window: 4, height: 3, width: 3, depth: 12, columns: 64),
        Shape(window: 4, height: 14, width: 40, depth: 33, columns: 48),
    ]

    /// A map of random numbers with zeros behind the last window's places and the last channel, and filters.
    private static func problem(
        _ shape: Shape,
        kernels: Kernels,
        precision: Precision = .float
    ) -> (map: [Float], line: Int, matrix: Matrix, filters: ConvolutionFilters) {
        let matrix = KernelsTests.random(
            shape.window * shape.window * shape.depth,
            shape.columns,
            seed: 2
        )
        let filters = kernels.packConvolution(
            matrix,
            window: shape.window,
            precision: precision
        )
        let rows = filters.places(windows: shape.height)
        let stored = filters.storedChannels
        let line = filters.places(windows: shape.width) * stored
        var map = KernelsTests.random(rows, line, seed: 1)
        for row in 0..<rows {
            for index in 0..<line
            where row >= shape.height + shape.window - 1
                || index >= (shape.width + shape.window - 1) * stored
                || index % stored >= shape.depth
            {
                map[row, index] = 0
            }
        }
        return (map.elements, line, matrix, filters)
    }

    private static func convolve(
        _ shape: Shape,
        kernels: Kernels,
        precision: Precision = .float
    ) -> [Float] {
        let (map, line, _, filters) = problem(shape, kernels: kernels, precision: precision)
        var out = [Float](repeating: .nan, count: shape.height * shape.width * shape.columns)
        var scratch = [Float](repeating: .nan, count: filters.scratchCount)
        unsafe kernels.convolve(
            map,
            height: shape.height,
            width: shape.width,
            line: line,
            filters,
            into: &out,
            scratch: &scratch
        )
        return out
    }

    /// The convolution in double precision.
    private static func expected(_ shape: Shape, kernels: Kernels) -> [Double] {
        let (map, line, matrix, filters) = problem(shape, kernels: kernels)
        var result: [Double] = []
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                for column in 0..<shape.columns {
                    var sum = 0.0
                    for place in 0..<shape.window * shape.window {
                        let start =
                            (y + place / shape.window) * line
                            + (x + place % shape.window) * filters.storedChannels
                        for channel in 0..<shape.depth {
                            sum +=
                                Double(map[start + channel])
                                * Double(matrix[place * shape.depth + channel, column])
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }

    @Test(arguments: Kernels.available, shapes)
    func convolutionsMatchDoublePrecision(kernels: Kernels, shape: Shape) {
        let found = Self.convolve(shape, kernels: kernels)
        let largest = zip(found, Self.expected(shape, kernels: kernels))
            .reduce(0.0) { largest, pair in
                let difference = abs(Double(pair.0) - pair.1)
                return difference.isNaN ? .infinity : max(largest, difference)
            }
        // Transforms multiply the rounding of single precision by five to ten.
        let terms = Double(shape.depth * shape.window * shape.window)
        #expect(largest < 1e-5 * terms.squareRoot())
    }

    static let wholeShapes = shapes.filter { $0.window == 3 && $0.depth % 16 == 0 }

    @Test(arguments: Kernels.available, wholeShapes)
    func convolutionsOfWholeNumbersMatchDoublePrecision(kernels: Kernels, shape: Shape) {
        let found = Self.convolve(shape, kernels: kernels, precision: .int16)
        let expected = Self.expected(shape, kernels: kernels)
        let error = zip(found, expected)
            .reduce(0.0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
        let whole = expected.reduce(0) { $0 + $1 * $1 }
        // Transforms multiply the rounding, one part in ten thousand, by about five.
        #expect((error / whole).squareRoot() < 8e-4)
    }

    @Test(arguments: wholeShapes)
    func allFusedKernelSetsConvolveWholeNumbersToTheSameBits(shape: Shape) {
        let results = Kernels.available.filter { $0.name != "baseline" }
            .map { Self.convolve(shape, kernels: $0, precision: .int16) }
        for result in results.dropFirst() { #expect(result == results[0]) }
    }

    @Test(arguments: shapes)
    func allFusedKernelSetsConvolveToTheSameBits(shape: Shape) {
        let results = Kernels.available.filter { $0.description != "baseline" }
            .map { Self.convolve(shape, kernels: $0) }
        for result in results.dropFirst() { #expect(result == results[0]) }
    }

    @Test(arguments: [(1, 1, 1), (2, 3, 3), (5, 4, 1), (6, 7, 4)])
    func gathersTwoByTwoPlaces(rows: Int, columns: Int, channels: Int) {
        let map = KernelsTests.random(rows, columns * channels, seed: 9)
        let (height, width, stored) = (4, 5, 4 * channels + 3)
        var out = [Float](repeating: .nan, count: height * width * stored)
        unsafe Kernels.gather(
            map.elements,
            line: columns * channels,
            rows: rows,
            columns: columns,
            channels: channels,
            height: height,
            width: width,
            stored: stored,
            into: &out
        )
        for (index, value) in out.enumerated() {
            let (place, number) = (index / stored, index % stored)
            let (phase, channel) = (number / channels, number % channels)
            let y = 2 * (place / width) + phase / 2
            let x = 2 * (place % width) + phase % 2
            let isThere = phase < 4 && y < rows && x < columns
            #expect(value == (isThere ? map[y, x * channels + channel] : 0))
        }
    }

    /// Responses of a row of windows, and what makes codes of them.
    private struct Responses {
        let input: Matrix
        let scale: [Float]
        let above: [Float]
        let below: [Float]

        init(width: Int, columns: Int) {
            input = KernelsTests.random(width, columns, seed: 3)
            scale = KernelsTests.random(1, width, seed: 4).elements
            above = KernelsTests.random(1, columns, seed: 5).elements
            below = KernelsTests.random(1, columns, seed: 6).elements
        }

        func rectified(
            over windows: PoolingWindows,
            signed: Bool,
            share: Float,
            onto start: [Float]?,
            kernels: Kernels
        ) -> [Float] {
            let channels = signed ? 2 * input.columns : input.columns
            let count = windows.count(over: input.rows) * channels
            var out = start ?? [Float](repeating: .nan, count: count)
            unsafe below.withUnsafeBufferPointer { below in
                unsafe kernels.rectify(
                    input.elements,
                    width: input.rows,
                    columns: input.columns,
                    scale: scale,
                    above: above,
                    below: signed ? below.baseAddress : nil,
                    over: windows,
                    share: share,
                    accumulate: start != nil,
                    into: &out
                )
            }
            return out
        }

        func code(_ place: Int, _ channel: Int) -> Double {
            let column = channel % input.columns
            let value = Double(scale[place]) * Double(input[place, column])
            return max(
                0,
                channel < input.columns
                    ? value - Double(above[column]) : -value - Double(below[column])
            )
        }
    }

    @Test(arguments: Kernels.available, [1, 15, 16, 33, 64])
    func rectifiesAndPoolsScaledResponses(kernels: Kernels, columns: Int) {
        for width in [1, 2, 3, 4, 7, 8] {
            let responses = Responses(width: width, columns: columns)
            for windows in [
                PoolingWindows.blocks(of: 1), .blocks(of: 2), .centred(window: 5, stride: 2),
                .centred(window: 5, stride: 1), .centred(window: 3, stride: 2),
            ] {
                for (signed, accumulates) in [
                    (false, false), (false, true), (true, false), (true, true),
                ] {
                    let channels = signed ? 2 * columns : columns
                    let places = windows.count(over: width)
                    let start = KernelsTests.random(places, channels, seed: 7).elements
                    let out = responses.rectified(
                        over: windows,
                        signed: signed,
                        share: 0.75,
                        onto: accumulates ? start : nil,
                        kernels: kernels
                    )
                    for place in 0..<places {
                        let members = windows.members(of: place, over: width)
                        for channel in 0..<channels {
                            let sum = members.reduce(0.0) { $0 + responses.code($1, channel) }
                            let index = place * channels + channel
                            let wanted =
                                0.75 * sum / Double(members.count)
                                + (accumulates ? Double(start[index]) : 0)
                            #expect(abs(Double(out[index]) - wanted) < 1e-6)
                        }
                    }
                }
            }
        }
    }

    @Test func allFusedKernelSetsRectifyToTheSameBits() {
        let fused = Kernels.available.filter { $0.name != "baseline" }
        let responses = Responses(width: 21, columns: 70)
        for windows in [PoolingWindows.blocks(of: 2), .centred(window: 5, stride: 2)] {
            let start = KernelsTests.random(windows.count(over: 21), 140, seed: 7).elements
            let found = fused.map {
                responses.rectified(
                    over: windows,
                    signed: true,
                    share: 0.2,
                    onto: start,
                    kernels: $0
                )
            }
            for other in found.dropFirst() { #expect(other == found[0]) }
        }
    }

    @Test(arguments: Kernels.available, [1, 2, 5, 6])
    func sumsRows(kernels: Kernels, count: Int) {
        for length in [1, 15, 16, 50] {
            let rows = KernelsTests.random(count, length, seed: 8)
            var out = [Float](repeating: .nan, count: length)
            unsafe rows.elements.withUnsafeBufferPointer { elements in
                // Not in the order of memory.
                let starts = (0..<count).reversed().map { row in
                    unsafe elements.baseAddress.map { unsafe $0 + row * length }
                }
                unsafe starts.withUnsafeBufferPointer {
                    unsafe kernels.sum($0, length: length, share: 0.25, into: &out)
                }
            }
            for column in 0..<length {
                let sum = (0..<count).reduce(0.0) { $0 + Double(rows[$1, column]) }
                #expect(abs(Double(out[column]) - 0.25 * sum) < 1e-6)
            }
        }
    }

    @Test(
        arguments: Kernels.available,
        [
            PoolingWindows.blocks(of: 1), .blocks(of: 2), .blocks(of: 3),
            .centred(window: 5, stride: 2), .centred(window: 2, stride: 1),
            .centred(window: 3, stride: 4),
        ]
    )
    func poolsTheRowsPlacesThatExist(kernels: Kernels, windows: PoolingWindows) {
        for (width, channels) in [(1, 1), (7, 16), (10, 35)] {
            let row = KernelsTests.random(width, channels, seed: 7)
            let places = windows.count(over: width)
            let before = KernelsTests.random(places, channels, seed: 8).elements
            for accumulates in [false, true] {
                var out = before
                unsafe kernels.pool(
                    row.elements,
                    width: width,
                    channels: channels,
                    over: windows,
                    share: 0.5,
                    accumulate: accumulates,
                    into: &out
                )
                for place in 0..<places {
                    let members = windows.members(of: place, over: width)
                    for channel in 0..<channels {
                        let sum = members.reduce(0.0) { $0 + Double(row[$1, channel]) }
                        let index = place * channels + channel
                        let wanted =
                            0.5 * sum / Double(members.count)
                            + (accumulates ? Double(before[index]) : 0)
                        #expect(abs(Double(out[index]) - wanted) < 1e-6)
                    }
                }
            }
        }
    }
}

extension PoolingWindows {
    /// The places of a window, one by one.
    fileprivate func members(of window: Int, over count: Int) -> [Int] {
        let start = window * stride - before
        return (start..<start + self.window).filter { (0..<count).contains($0) }
    }
}
