/// Smooth random texture: hashed numbers at the points of a lattice, interpolated between them.
///
/// A pure function of seed and place, so a picture with a defect has the same texture as the one
/// without.
@usableFromInline
package struct ValueNoise: Sendable {
    @usableFromInline let seed: UInt64

    /// Creates the texture that belongs to a seed.
    @inlinable
    package init(seed: UInt64) { self.seed = seed }

    /// A number that is uniform in `0..<1` and belongs to one lattice point.
    @inlinable
    package func unit(_ column: Int, _ row: Int = 0) -> Double {
        var mixed = seed
        mixed ^= UInt64(bitPattern: Int64(column)) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
        mixed ^= UInt64(bitPattern: Int64(row)) &* 0xC2B2_AE3D_27D4_EB4F
        mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
        mixed ^= mixed >> 32
        return Double(mixed >> 11) * 0x1p-53
    }

    /// A number that is uniform in `-1..<1` and belongs to one lattice point.
    @inlinable
    package func signed(_ column: Int, _ row: Int = 0) -> Double { 2 * unit(column, row) - 1 }

    /// The texture at a place, in `-1...1`; lattice points are 1 apart.
    @inlinable
    package func at(_ x: Double, _ y: Double = 0) -> Double {
        let left = x.rounded(.down)
        let top = y.rounded(.down)
        let column = Int(left)
        let row = Int(top)
        let across = Shape.ramp(x - left, from: 0, to: 1)
        let down = Shape.ramp(y - top, from: 0, to: 1)
        let upper = signed(column, row) * (1 - across) + signed(column + 1, row) * across
        if down == 0 { return upper }
        let lower = signed(column, row + 1) * (1 - across) + signed(column + 1, row + 1) * across
        return upper * (1 - down) + lower * down
    }

    /// The sum of textures, each twice as fine and half as strong as the one before, in `-1...1`.
    @inlinable
    package func fractal(_ x: Double, _ y: Double = 0, octaves: Int) -> Double {
        var sum = 0.0
        var strength = 1.0
        var total = 0.0
        var scale = 1.0
        for octave in 0..<octaves {
            // An offset per octave: else all of them have a lattice point at the origin.
            let offset = Double(octave) * 17.37
            sum += strength * at(x * scale + offset, y * scale - offset)
            total += strength
            strength *= 0.5
            scale *= 2
        }
        return sum / total
    }
}
