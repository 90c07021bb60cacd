import Foundation
import ImageCodec
import Tensors
import TestSupport
import Testing

@Suite struct RowReaderTests {
    /// What reading a file ends with.
    private enum Outcome: Equatable {
        case image(PixelImage)
        case failure(DecodeError)
    }

    /// Sample PNGs of all kinds whose rows are stored one after the other.
    private static let rowwise = GoldenImage.all.filter {
        $0.format == .png && $0.orientation == 1 && !$0.file.hasSuffix("-interlaced.png")
    }

    private static func decoded(
        _ bytes: [UInt8],
        channels: ChannelMode = .native,
        limits: DecodeLimits = .standard,
        damage: DamagePolicy = .truncated
    ) -> Outcome {
        do throws(DecodeError) {
            return .image(
                try ImageReader.decode(bytes, channels: channels, limits: limits, damage: damage)
                    .image
            )
        } catch {
            return .failure(error)
        }
    }

    private static func banded(
        _ bytes: [UInt8],
        rows: Int,
        channels: ChannelMode = .native,
        limits: DecodeLimits = .standard,
        damage: DamagePolicy = .truncated
    ) -> Outcome {
        do throws(DecodeError) {
            var reader = try RowReader(bytes, channels: channels, limits: limits, damage: damage)
            let (width, height) = (reader.header.width, reader.header.height)
            var levels = [UInt8](repeating: 1, count: width * height * reader.channels)
            while reader.position < height {
                try reader.read(
                    min(rows, height - reader.position),
                    into: &levels,
                    at: reader.position * width * reader.channels
                )
            }
            return .image(
                PixelImage(
                    width: width,
                    height: height,
                    channels: reader.channels,
                    levels: levels
                )
            )
        } catch {
            return .failure(error)
        }
    }

    @Test func kindsOfAllColoursAndDepthsAreThere() {
        #expect(Self.rowwise.count >= 15)
        for kind in ["grey-1.", "grey-16.", "rgb-8.", "rgb-16.", "palette-4-trns.", "rgba-16."] {
            #expect(Self.rowwise.contains { $0.file.hasPrefix(kind) }, "\(kind)")
        }
    }

    @Test("bands of any height are the whole image", arguments: rowwise, ChannelMode.allCases)
    private func bandsAreTheImage(golden: GoldenImage, channels: ChannelMode) throws {
        let bytes = try golden.bytes()
        let whole = Self.decoded(bytes, channels: channels, damage: .warning)
        guard case .image = whole else {
            Issue.record("\(whole)")
            return
        }
        for rows in [1, 7, golden.height] {
            #expect(
                Self.banded(bytes, rows: rows, channels: channels, damage: .warning) == whole
            )
        }
    }

    @Test("damaged files give the same image or error", arguments: rowwise)
    private func damageIsTheSame(golden: GoldenImage) throws {
        let bytes = try golden.bytes()
        var generator = SeededGenerator(seed: 11)
        var damaged = (0..<16).map { Array(bytes.prefix(bytes.count * $0 / 16)) }
        damaged += (1...20).map { Array(bytes.dropLast($0)) }
        for _ in 0..<60 {
            var flipped = bytes
            flipped[generator.next(below: bytes.count)] ^= UInt8(1 << generator.next(below: 8))
            damaged.append(flipped)
        }
        let limits = DecodeLimits(maximumPixels: 1_000_000)
        for bytes in damaged {
            for damage in DamagePolicy.allCases {
                let whole = Self.decoded(bytes, limits: limits, damage: damage)
                // A damaged header may speak of another kind, which has no rows.
                if let header = try? ImageReader.header(of: bytes, limits: limits),
                    !RowReader.reads(header)
                {
                    continue
                }
                for rows in [1, 7, golden.height] {
                    let banded = Self.banded(bytes, rows: rows, limits: limits, damage: damage)
                    #expect(banded == whole, "\(rows) rows, \(damage)")
                }
            }
        }
    }

    @Test("larger files are the same too, whole and damaged", arguments: DamagePolicy.allCases)
    func largerFiles(damage: DamagePolicy) throws {
        let image = picture(width: 210, height: 190, channels: 3)
        let bytes = try ImageWriter.png(image)
        #expect(Self.banded(bytes, rows: 16, damage: damage) == .image(image))
        var failures: Set<String> = []
        for thirtieth in 1..<30 {
            let cut = Array(bytes.prefix(bytes.count * thirtieth / 30))
            var flipped = bytes
            flipped[bytes.count * thirtieth / 30] ^= 8
            for damaged in [cut, flipped] {
                let whole = Self.decoded(damaged, damage: damage)
                #expect(Self.banded(damaged, rows: 16, damage: damage) == whole)
                if case .failure(let error) = whole { failures.insert(error.code.rawValue) }
            }
        }
        #expect(failures.isSuperset(of: damage == .none ? [] : ["truncated", "malformed"]))
    }

    @Test func limitsAreTheSame() throws {
        let bytes = try ImageWriter.png(picture(width: 20, height: 10, channels: 1))
        for limits in [
            DecodeLimits(maximumBytes: bytes.count - 1), DecodeLimits(maximumPixels: 199),
            DecodeLimits(maximumSide: 19), DecodeLimits(maximumSeconds: 1e-9),
        ] {
            for damage in DamagePolicy.allCases {
                let whole = Self.decoded(bytes, limits: limits, damage: damage)
                guard case .failure = whole else {
                    Issue.record("\(limits)")
                    continue
                }
                #expect(Self.banded(bytes, rows: 3, limits: limits, damage: damage) == whole)
            }
        }
        #expect(Self.banded([], rows: 1) == Self.decoded([]))
        #expect(Self.banded([1, 2, 3], rows: 1) == Self.decoded([1, 2, 3]))
    }

    @Test func whatIsDoneBetweenRowsTakesNoneOfTheTime() throws {
        let bytes = try ImageWriter.png(picture(width: 20, height: 10, channels: 1))
        let limits = DecodeLimits(maximumSeconds: 0.2)
        var reader = try RowReader(bytes, limits: limits)
        var levels = [UInt8](repeating: 0, count: 200)
        try reader.read(5, into: &levels)
        // Work of this thread, since only its time counts.
        let start = clock()
        var generator = SeededGenerator(seed: 1)
        var sum: UInt64 = 0
        while clock() - start < CLOCKS_PER_SEC / 2 { sum &+= generator.next() }
        #expect(sum != 0)
        try reader.read(5, into: &levels, at: 100)
        #expect(reader.position == 10)
    }

    @Test func anErrorStays() throws {
        let bytes = try ImageWriter.png(picture(width: 160, height: 120, channels: 3))
        var reader = try RowReader(Array(bytes.prefix(bytes.count / 2)))
        var levels = [UInt8](repeating: 0, count: 160 * 120 * 3)
        for _ in 0..<3 {
            var failure: DecodeError.Code?
            do throws(DecodeError) {
                try reader.read(100, into: &levels)
            } catch {
                failure = error.code
            }
            #expect(failure == .truncated)
            #expect(reader.position == 0)
        }
    }

    @Test(
        "images that have no rows before all is read are not taken",
        arguments: [
            "rgb-8-interlaced.png", "grey-16-interlaced.png", "orientation-6.png", "rgb.jpg",
        ]
    )
    func refusesOthers(name: String) throws {
        let bytes = try GoldenImage.named(name).bytes()
        #expect(!RowReader.reads(try ImageReader.header(of: bytes)))
        guard case .failure(let error) = Self.banded(bytes, rows: 1) else {
            Issue.record("taken")
            return
        }
        #expect(error.code == .unsupported)
    }
}
