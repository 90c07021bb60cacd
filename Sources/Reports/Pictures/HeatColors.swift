#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The colours of heat maps: dark blue over magenta and orange to pale yellow, with
/// lightness growing evenly, so that equal steps of the table look equal, in print too.
///
/// Lightness is linear in the place of a colour but for rounding to 8 bits; the distance of colours, hue and chroma
/// included, differs by less than a quarter from one end to the other.
///
/// > Source: Ottosson (2020), "A perceptual color space for image processing" (OKLab); the
/// > transfer curve is that of IEC 61966-2-1 (sRGB). The path through the space is ours.
package enum HeatColors {
    /// 256 colours in order of rising lightness, red, green and blue in `0...255`.
    package static let table: [SIMD3<UInt8>] = (0..<256).map { color(at: Double($0) / 255) }

    /// Lightness of the first and the last colour.
    private static let lightness = (first: 0.16, last: 0.96)
    /// Hue of the first and the last colour, in degrees; the path goes through red.
    private static let hue = (first: 278.0, last: 468.0)

    /// The colour at a place of the path, `0...1`.
    private static func color(at place: Double) -> SIMD3<UInt8> {
        let light = lightness.first + (lightness.last - lightness.first) * place
        let angle = (hue.first + (hue.last - hue.first) * place) * .pi / 180
        // Wanted chroma rises fast and falls towards the pale end; sRGB can show less of it
        // in places, where it is the largest that fits.
        let wanted = 0.05 + 0.19 * (1 - (2 * place - 1) * (2 * place - 1))
        var low = 0.0
        var high = wanted
        if isDisplayable(linear(light, high, angle)) { low = high }
        for _ in 0..<40 where low < high {
            let middle = (low + high) / 2
            if isDisplayable(linear(light, middle, angle)) { low = middle } else { high = middle }
        }
        let rgb = linear(light, low, angle)
        return SIMD3(level(rgb.x), level(rgb.y), level(rgb.z))
    }

    /// Linear sRGB of a colour in OKLab's polar form.
    private static func linear(_ light: Double, _ chroma: Double, _ angle: Double) -> SIMD3<Double>
    {
        let a = chroma * cos(angle)
        let b = chroma * sin(angle)
        let l = light + 0.3963377774 * a + 0.2158037573 * b
        let m = light - 0.1055613458 * a - 0.0638541728 * b
        let s = light - 0.0894841775 * a - 1.2914855480 * b
        let (l3, m3, s3) = (l * l * l, m * m * m, s * s * s)
        return SIMD3(
            4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3,
            -1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3,
            -0.0041960863 * l3 - 0.7034186147 * m3 + 1.7076147010 * s3
        )
    }

    private static func isDisplayable(_ rgb: SIMD3<Double>) -> Bool {
        rgb.min() >= 0 && rgb.max() <= 1
    }

    private static func level(_ linear: Double) -> UInt8 {
        let clamped = min(max(linear, 0), 1)
        let curved =
            clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * pow(clamped, 1 / 2.4) - 0.055
        return UInt8((curved * 255).rounded())
    }
}
