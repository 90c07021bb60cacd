import Foundation
import ImageCodec
import Tensors
import Testing

@Suite struct ResamplerTests {
    @Test func findsTheGoldenCases() { #expect(GoldenResampling.all.count == 8) }

    @Test("agrees with Pillow", arguments: GoldenResampling.all)
    func agreesWithPillow(golden: GoldenResampling) throws {
        let image = PixelImage(
            width: golden.width,
            height: golden.height,
            channels: golden.channels,
            levels: [UInt8](golden.levels)
        )
        let resampler = Resampler(height: golden.toHeight, width: golden.toWidth)
        let expected = golden.expectedNumbers
        let fromImage = resampler.resample(image)
        #expect(fromImage.height == golden.toHeight && fromImage.width == golden.toWidth)
        #expect(fromImage.channels == golden.channels)
        #expect(largestDifference(fromImage.elements, expected) < 1e-5)
        let map = try FeatureMap(
            height: golden.height,
            width: golden.width,
            channels: golden.channels,
            elements: golden.levels.map { Float($0) / 255 }
        )
        #expect(largestDifference(resampler.resample(map).elements, expected) < 1e-5)
    }

    @Test("keeps a constant constant", arguments: [1, 3, 5], [(1, 1), (7, 40), (64, 3)])
    func keepsConstant(channels: Int, size: (height: Int, width: Int)) {
        let map = FeatureMap(height: 13, width: 17, channels: channels, repeating: 0.625)
        let result = Resampler(height: size.height, width: size.width).resample(map)
        #expect(result.elements.count == size.height * size.width * channels)
        #expect(result.elements.allSatisfy { abs($0 - 0.625) < 1e-6 })
    }

    @Test("treats every channel alike", arguments: [2, 3, 4, 8, 11, 35])
    func treatsChannelsAlike(channels: Int) {
        var generator = SeededGenerator(seed: 3)
        var map = FeatureMap(height: 9, width: 11, channels: channels)
        for index in map.elements.indices { map.elements[index] = Float(generator.nextUnit()) }
        let resampler = Resampler(height: 5, width: 20)
        let together = resampler.resample(map)
        for channel in 0..<channels {
            var plane = FeatureMap(height: 9, width: 11, channels: 1)
            for place in 0..<99 { plane.elements[place] = map.elements[place * channels + channel] }
            let apart = resampler.resample(plane)
            #expect(
                (0..<100).allSatisfy {
                    together.elements[$0 * channels + channel] == apart.elements[$0]
                }
            )
        }
    }

    @Test func doesNotAlias() {
        // A grid of single-pixel stripes is grey when it is made three times smaller.
        let stripes = PixelImage(
            width: 300,
            height: 30,
            channels: 1,
            levels: (0..<9000).map { $0 % 300 % 2 == 0 ? 0 : 255 }
        )
        let small = Resampler(height: 10, width: 100).resample(stripes)
        #expect(small.elements.allSatisfy { abs($0 - 0.5) < 0.09 })
    }

    @Test func sameSizeIsTheSameImage() {
        let image = picture(width: 31, height: 17, channels: 3)
        let same = Resampler(height: 17, width: 31).resample(image)
        #expect(same.elements == image.levels.map { Float($0) * (1 / 255) })
    }

    private func largestDifference(_ first: [Float], _ second: [Float]) -> Float {
        guard first.count == second.count else { return .infinity }
        return zip(first, second).map { abs($0 - $1) }.max() ?? .infinity
    }
}

/// An image and what Pillow makes of it, as `Golden/make_goldens.py` noted it.
struct GoldenResampling: Decodable, Sendable, CustomTestStringConvertible {
    let channels: Int
    let height: Int
    let width: Int
    let toHeight: Int
    let toWidth: Int
    let levels: Data
    let expected: Data

    var testDescription: String { "\(height)x\(width)x\(channels) to \(toHeight)x\(toWidth)" }

    static let all = golden([GoldenResampling].self, "resampling.json")

    /// The expected numbers, stored as little-endian single precision.
    var expectedNumbers: [Float] {
        let bytes = [UInt8](expected)
        return stride(from: 0, to: bytes.count, by: 4).map { start in
            Float(
                bitPattern: bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
            )
        }
    }
}
