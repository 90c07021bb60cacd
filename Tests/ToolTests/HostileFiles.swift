import Foundation
import TestSupport

/// Files that no camera wrote, the same each time.
enum HostileFiles {
    /// The golden images of the codec: every colour type, depth and way of storing.
    static func goldens() throws -> [(name: String, bytes: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: OddImages.golden).sorted()
            .filter { $0.hasSuffix(".png") || $0.hasSuffix(".jpg") }
            .map { ($0, [UInt8](try Data(contentsOf: URL(filePath: "\(OddImages.golden)/\($0)")))) }
    }

    /// Each golden image cut off at 16 places.
    static func truncated() throws -> [(name: String, bytes: [UInt8])] {
        try goldens().flatMap { name, bytes in
            (0..<16).map { ("cut-\($0)-\(name)", Array(bytes.prefix(bytes.count * $0 / 16))) }
        }
    }

    /// Each golden image with some of its bytes changed, eight times.
    static func flipped(seed: UInt64) throws -> [(name: String, bytes: [UInt8])] {
        var state = seed
        func random(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        return try goldens().flatMap { name, bytes in
            (0..<8).map { number in
                var damaged = bytes
                for _ in 0...random(below: 6) {
                    damaged[random(below: damaged.count)] ^= UInt8(1 << random(below: 8))
                }
                return ("flip-\(number)-\(name)", damaged)
            }
        }
    }

    /// Files made to cost time or memory, or to be mistaken for something else.
    static func crafted() throws -> [(name: String, bytes: [UInt8])] {
        let goldens = Dictionary(try goldens().map { ($0.name, $0.bytes) }) { first, _ in first }
        let png = goldens["rgb-8.png"] ?? []
        let jpeg = goldens["ycc-420.jpg"] ?? []
        let progressive = goldens["ycc-420-progressive.jpg"] ?? []
        // What zlib makes of a mebibyte of zeros, by way of a whole PNG of them.
        let zeros = try deflatedZeros()
        let after = pngHead(width: 4, height: 4).count
        func inserting(_ chunks: [UInt8]) -> [UInt8] {
            Array(png.prefix(after)) + chunks + png.dropFirst(after)
        }
        func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
            let length = data.count + 2
            return [0xFF, marker, UInt8(length >> 8), UInt8(length & 0xFF)] + data
        }
        func sized(_ width: Int, _ height: Int) -> [UInt8] {
            var result = jpeg
            if let frame = place(ofMarker: 0xC0, in: jpeg) {
                result[frame + 5] = UInt8(height >> 8)
                result[frame + 6] = UInt8(height & 0xFF)
                result[frame + 7] = UInt8(width >> 8)
                result[frame + 8] = UInt8(width & 0xFF)
            }
            return result
        }
        let text = Array("Comment\u{0}".utf8)
        let zip: [UInt8] = [0x50, 0x4B, 3, 4]
        let start: [UInt8] = [0xFF, 0xD8]
        let rest = Array(jpeg.dropFirst(2))
        let comment = pngChunk("tEXt", text + [65])
        let frame = pngChunk("fdAT", [0, 0, 0, 1] + zeros)
        let letters = [UInt8](repeating: 65, count: 8 << 20)
        let exif = Array("Exif\u{0}\u{0}II*\u{0}".utf8)
        let padding = [UInt8](repeating: 7, count: 65_000)
        var profiles: [UInt8] = []
        for part in UInt8(0)..<255 {
            let head = Array("ICC_PROFILE\u{0}".utf8) + [part, 255]
            profiles += segment(0xE2, head + padding)
        }
        var files: [(name: String, bytes: [UInt8])] = []
        func add(_ name: String, _ bytes: [UInt8]) { files.append((name, bytes)) }
        func head(_ width: UInt32, _ height: UInt32) -> [UInt8] {
            pngHead(width: width, height: height)
        }
        let data = pngChunk("IDAT", zeros)
        add("empty.png", [])
        add("one.png", [0x89])
        add("text.png", Array("no picture\n".utf8))
        add("page.jpg", Array("<!DOCTYPE html><script>alert(1)</script>".utf8))
        add("signature.png", Array(png.prefix(8)))
        add("zip.png", zip + png)
        add("jpeg-in.png", jpeg)
        add("png-in.jpg", png)
        add("twice.png", png + png)
        add("bomb.png", head(60_000, 60_000) + data)
        add("wide-bomb.png", head(0x7FFF_FFFF, 1) + data)
        add("overflow.png", head(0xFFFF_FFFF, 0xFFFF_FFFF))
        add("tall.png", head(1, 60_000) + data)
        add("zero-wide.png", head(0, 5))
        add("zero-high.png", head(5, 0))
        add("bomb.jpg", sized(60_000, 60_000))
        add("zero.jpg", sized(0, 0))
        add("lines.jpg", sized(65_535, 1))
        add("profile-bomb.png", inserting(pngChunk("iCCP", text + [0] + zeros)))
        add("text-bomb.png", inserting(pngChunk("zTXt", text + [0] + zeros)))
        add("huge-text.png", inserting(pngChunk("tEXt", text + letters)))
        add("many-chunks.png", inserting(Array(repeatElement(comment, count: 20_000).joined())))
        let palette = pngChunk("PLTE", [1, 2, 3])
        add("many-palettes.png", inserting(Array(repeatElement(palette, count: 200).joined())))
        add("critical.png", inserting(pngChunk("ABCD", [1, 2, 3])))
        add("animated.png", inserting(pngChunk("acTL", [0, 0, 0, 9, 0, 0, 0, 0])) + frame)
        add("empty-data.png", head(8, 8) + pngChunk("IDAT", []))
        add("no-end.png", head(8, 8) + [0x7F, 0xFF, 0xFF, 0xFF] + Array("IDAT".utf8))
        add("exif.jpg", start + segment(0xE1, exif + endlessDirectory()) + rest)
        add("profiles.jpg", start + profiles + rest)
        add("scans.jpg", manyScans(progressive, count: 5000))
        add("padding.jpg", [UInt8](repeating: 0xFF, count: 100_000) + jpeg)
        add("markers.jpg", start + Array(repeatElement(start, count: 50_000).joined()))
        return files
    }

    /// Names that hurt whoever prints them, escapes them badly or passes them to a shell.
    static let names: [[UInt8]] = [
        Array("new\nline.png".utf8), Array("quote\"'`.png".utf8), Array("$(touch pwned).png".utf8),
        Array("; touch pwned;.png".utf8), Array("<img src=x onerror=alert(1)>.png".utf8),
        Array("-rf.png".utf8), Array("%s%n%d.png".utf8), Array(" .png".utf8),
        Array("\u{1B}[31mred.png".utf8), Array("\u{202E}gnp.exe.png".utf8),
        Array("ümläut-図.png".utf8), [0xFF, 0xFE, 0x80] + Array(".png".utf8),
        Array("back\\slash.png".utf8), Array("{date}.png".utf8), Array("&amp;.png".utf8),
        [UInt8](repeating: UInt8(ascii: "n"), count: 251) + Array(".png".utf8),
    ]

    /// The scan data of a progressive JPEG repeated.
    private static func manyScans(_ jpeg: [UInt8], count: Int) -> [UInt8] {
        guard let first = place(ofMarker: 0xDA, in: jpeg) else { return jpeg }
        let next =
            jpeg[(first + 2)...].indices.dropLast()
            .first { jpeg[$0] == 0xFF && ![0, 0xFF].contains(jpeg[$0 + 1]) } ?? jpeg.endIndex
        let scan = jpeg[first..<next]
        return Array(jpeg[..<first]) + (0..<count).flatMap { _ in scan } + jpeg[next...]
    }

    /// An EXIF directory that says it has more entries than bytes, and comes after itself.
    private static func endlessDirectory() -> [UInt8] {
        [8, 0, 0, 0, 0xFF, 0xFF]
            + (0..<500).flatMap { _ in
                [0x12, 0x01, 3, 0, 0xFF, 0xFF, 0xFF, 0xFF, 8, 0, 0, 0] as [UInt8]
            }
    }

    /// The image data of a black PNG of 4096 x 4096 pixels: 16 MiB in 16 KB.
    private static func deflatedZeros() throws -> [UInt8] {
        let png = try OddImages.grey(4096, 4096, levels: [UInt8](repeating: 0, count: 1 << 24))
        var data: [UInt8] = []
        var place = 8
        while place + 8 <= png.count {
            let length = png[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            if png[place + 4..<place + 8].elementsEqual("IDAT".utf8) {
                data += png[place + 8..<place + 8 + length]
            }
            place += 12 + length
        }
        return data
    }
}
