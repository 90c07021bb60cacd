import Tensors
import Testing

@Suite struct LayerKernelsTests {
    struct Shape: Sendable {
        let height: Int
        let width: Int
        let channels: Int
        let columns: Int
    }

    static let shapes = [
        Shape(height: 1, width: 1, channels: 16, columns: 16),
        Shape(height: 4, width: 4, channels: 16, columns: 32),
        Shape(height: 5, width: 3, channels: 32, columns: 48),
        Shape(height: 9, width: 70, channels: 48, columns: 16),
        Shape(height: 21, width: 18, channels: 128, columns: 80),
    ]

    /// A map with a border of one place and the slack, and filters.
    private static func problem(_ shape: Shape) -> (map: [Float], line: Int, filters: Matrix) {
        let rows = shape.height + 2 + Kernels.convolutionSlack(windows: shape.height)
        let places = shape.width + 2 + Kernels.convolutionSlack(windows: shape.width)
        let line = places * shape.channels
        var map = KernelsTests.random(rows, line, seed: 1)
        for row in 0..<rows {
            for index in 0..<line
            where row > shape.height + 1 || index >= (shape.width + 2) * shape.channels {
                map[row, index] = 0
            }
        }
        let filters = KernelsTests.random(9 * shape.channels, shape.columns, seed: 2)
        return (map.elements, line, filters)
    }

    private static func convolve(_ shape: Shape, kernels: Kernels) -> [Float] {
        let (map, line, filters) = problem(shape)
        let packed = kernels.packConvolution(filters)
        var out = [Float](repeating: .nan, count: shape.height * shape.width * shape.columns)
        var scratch = [Float](
            repeating: .nan,
            count: Kernels.convolutionScratch(channels: shape.channels)
        )
        unsafe kernels.convolve(
            map,
            height: shape.height,
            width: shape.width,
            line: line,
            packed,
            into: &out,
            scratch: &scratch
        )
        return out
    }

    @Test(arguments: Kernels.available, shapes)
    func convolutionsMatchDoublePrecision(kernels: Kernels, shape: Shape) {
        let (map, line, filters) = Self.problem(shape)
        let found = Self.convolve(shape, kernels: kernels)
        var largest = 0.0
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                for column in 0..<shape.columns {
                    var sum = 0.0
                    for run in 0..<9 {
                        let start = (y + run / 3) * line + (x + run % 3) * shape.channels
                        for channel in 0..<shape.channels {
                            sum +=
                                Double(map[start + channel])
                                * Double(filters[run * shape.channels + channel, column])
                        }
                    }
                    let place = (y * shape.width + x) * shape.columns + column
                    let difference = abs(Double(found[place]) - sum)
                    largest = difference.isNaN ? .infinity : max(largest, difference)
                }
            }
        }
        // Transforms multiply the rounding of single precision by ten to twenty.
        #expect(largest < 2e-5 * Double(shape.channels * 9).squareRoot())
    }

    @Test(arguments: shapes)
    func allFusedKernelSetsConvolveToTheSameBits(shape: Shape) {
        let results = Kernels.available.filter { $0.description != "baseline" }
            .map { Self.convolve(shape, kernels: $0) }
        for result in results.dropFirst() { #expect(result == results[0]) }
    }

    @Test func onlyChannelsAndFiltersInSixteensAreLaidOut() {
        #expect(ConvolutionFilters.canHold(channels: 16, columns: 48))
        for (channels, columns) in [(0, 16), (16, 0), (8, 16), (16, 8), (17, 32)] {
            #expect(!ConvolutionFilters.canHold(channels: channels, columns: columns))
        }
    }

    @Test(arguments: Kernels.available, [1, 15, 16, 33, 64])
    func rectifiesScaledResponses(kernels: Kernels, columns: Int) {
        let count = 5
        let input = KernelsTests.random(count, columns, seed: 3)
        let scale = KernelsTests.random(1, count, seed: 4).elements
        let above = KernelsTests.random(1, columns, seed: 5).elements
        let below = KernelsTests.random(1, columns, seed: 6).elements
        for signed in [false, true] {
            let channels = signed ? 2 * columns : columns
            var out = [Float](repeating: .nan, count: count * channels)
            unsafe below.withUnsafeBufferPointer { below in
                unsafe kernels.rectify(
                    input.elements,
                    count: count,
                    columns: columns,
                    scale: scale,
                    above: above,
                    below: signed ? below.baseAddress : nil,
                    into: &out
                )
            }
            for row in 0..<count {
                for column in 0..<columns {
                    let value = scale[row] * input[row, column]
                    let place = row * channels + column
                    #expect(abs(out[place] - max(0, value - above[column])) < 1e-6)
                    guard signed else { continue }
                    #expect(abs(out[place + columns] - max(0, -value - below[column])) < 1e-6)
                }
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
                    let start = place * windows.stride - windows.before
                    let members = (start..<start + windows.window)
                        .filter { (0..<width).contains($0) }
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
