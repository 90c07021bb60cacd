/// Curves made of additions, products, quotients and square roots only.
///
/// Those operations give the same bits on every machine; a mathematics library's sine and
/// exponential do not, and the sample images must be reproducible to the byte.
@usableFromInline
package enum Shape {
    /// A wave of period 1 and amplitude 1 that differs from `sin(2 pi turns)` by less than 0.0012.
    ///
    /// Two parabolas, and their square as a correction that is fitted to the sine.
    @inlinable
    package static func wave(_ turns: Double) -> Double {
        let centred = 2 * (turns - turns.rounded(.down)) - 1
        let parabolas = -4 * centred * (1 - centred.magnitude)
        return parabolas + 0.225 * (parabolas * parabolas.magnitude - parabolas)
    }

    /// A bell of height 1 at 0 and a quarter at distance 1: `1 / (1 + x^2)^2`.
    @inlinable
    package static func bell(_ distance: Double) -> Double {
        let spread = 1 + distance * distance
        return 1 / (spread * spread)
    }

    /// Rises smoothly from 0 at `lower` to 1 at `upper`; falls where `lower` is above `upper`.
    @inlinable
    package static func ramp(_ value: Double, from lower: Double, to upper: Double) -> Double {
        let position = clamp((value - lower) / (upper - lower))
        return position * position * (3 - 2 * position)
    }

    /// The number in `0...1` that is nearest to `value`.
    @inlinable
    package static func clamp(_ value: Double) -> Double { min(max(value, 0), 1) }

    /// The share of a pixel inside a shape.
    ///
    /// The distance is that of the pixel's centre to the outline, in pixels, negative inside.
    @inlinable
    package static func inside(_ distance: Double) -> Double { clamp(0.5 - distance) }
}
