internal import ImageCodec
internal import SyntheticDefects

/// Red, green and blue, linear in the file's levels, black 0 to white 1.
typealias Colour = SIMD3<Double>

extension SIMD3<Double> {
    /// A grey.
    init(grey: Double) { self.init(repeating: grey) }

    /// The colour on the way to another one, 0 here and 1 there.
    func mixed(with other: Colour, _ share: Double) -> Colour {
        self + (other - self) * Colour(repeating: share)
    }

    /// The colour under more or less light.
    func lit(_ factor: Double) -> Colour { self * Colour(repeating: factor) }
}

/// A picture in the making.
struct Canvas {
    /// The width in pixels.
    let width: Int
    /// The height in pixels.
    let height: Int
    /// Colours, row after row.
    private(set) var pixels: [Colour]

    /// Creates a picture from a function of the place.
    ///
    /// - Parameters:
    ///   - width: The width in pixels.
    ///   - height: The height in pixels.
    ///   - samples: Each pixel is the mean of `samples * samples` places.
    ///   - colour: The colour at a place; pixel centres are at halves.
    init(width: Int, height: Int, samples: Int = 1, colour: (Point) -> Colour) {
        self.width = width
        self.height = height
        pixels = []
        pixels.reserveCapacity(width * height)
        let pitch = 1 / Double(samples)
        for row in 0..<height {
            for column in 0..<width {
                var sum = Colour.zero
                for down in 0..<samples {
                    for across in 0..<samples {
                        let x = Double(column) + (Double(across) + 0.5) * pitch
                        let y = Double(row) + (Double(down) + 0.5) * pitch
                        sum += colour(Point(x, y))
                    }
                }
                pixels.append(sum * Colour(repeating: pitch * pitch))
            }
        }
    }

    /// Replaces each pixel by a function of its centre and colour.
    mutating func map(_ change: (Point, Colour) -> Colour) {
        for row in 0..<height {
            for column in 0..<width {
                let centre = Point(Double(column) + 0.5, Double(row) + 0.5)
                let index = row * width + column
                pixels[index] = change(centre, pixels[index])
            }
        }
    }

    /// Paints a colour where the coverage is.
    mutating func blend(_ colour: Colour, through coverage: Coverage, opacity: Double = 1) {
        for index in pixels.indices {
            pixels[index] = pixels[index].mixed(with: colour, coverage.shares[index] * opacity)
        }
    }

    /// The picture as a camera delivers it: with sensor noise, in 8 bits.
    ///
    /// - Parameters:
    ///   - channels: 1 (the red one is taken) or 3.
    ///   - noise: The largest deviation, in grey levels, the same for all channels of a pixel.
    ///   - seed: Which noise.
    /// - Returns: Grey levels in `0...255`, of the picture's size.
    func image(channels: Int, noise: Double, seed: UInt64) -> PixelImage {
        let sensor = ValueNoise(seed: seed)
        var levels: [UInt8] = []
        levels.reserveCapacity(pixels.count * channels)
        for (index, colour) in pixels.enumerated() {
            let deviation = noise * (sensor.unit(index) - sensor.unit(index, 1))
            for channel in 0..<channels {
                let level = (colour[channel] * 255 + deviation).rounded()
                levels.append(UInt8(min(max(level, 0), 255)))
            }
        }
        return PixelImage(width: width, height: height, channels: channels, levels: levels)
    }
}
