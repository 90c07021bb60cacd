import Foundation
import ImageCodec
import Reports
import Tensors
import Testing

@Suite struct HeatMapTests {
    /// OKLab lightness from sRGB levels, by the formula's other direction.
    private func lightness(_ color: SIMD3<UInt8>) -> Double { lab(color).x }

    private func lab(_ color: SIMD3<UInt8>) -> SIMD3<Double> {
        func linear(_ level: UInt8) -> Double {
            let value = Double(level) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        let (r, g, b) = (linear(color.x), linear(color.y), linear(color.z))
        let l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
        let m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
        let s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
        return SIMD3(
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
        )
    }

    private func pixel(_ image: PixelImage, _ row: Int, _ column: Int) -> SIMD3<UInt8> {
        let start = (row * image.width + column) * 3
        return SIMD3(image.levels[start], image.levels[start + 1], image.levels[start + 2])
    }

    private func heat(_ value: Float) -> SIMD3<UInt8> {
        pixel(
            HeatMap.render(Matrix(rows: 1, columns: 1, repeating: value), width: 1, height: 1),
            0,
            0
        )
    }

    @Test func colorsGrowLighterEvenly() {
        let table = HeatColors.table.map(lightness)
        #expect(table.count == 256)
        for (index, pair) in zip(table, table.dropFirst()).enumerated() {
            #expect(pair.1 > pair.0, "colours \(index) and \(index + 1)")
        }
        for (index, light) in table.enumerated() {
            #expect(abs(light - (0.16 + 0.8 * Double(index) / 255)) < 0.004, "colour \(index)")
        }
    }

    @Test func noStepOfTheColorsIsMuchLargerThanAnother() {
        // Over 15 colours rounding to 8 bits no longer shows.
        let colors = stride(from: 0, through: 255, by: 15).map { lab(HeatColors.table[$0]) }
        let steps = zip(colors, colors.dropFirst()).map { $1 - $0 }
        let lights = steps.map(\.x)
        #expect((lights.max() ?? 0) < (lights.min() ?? 0) * 1.08)
        // Hue and chroma included.
        let distances = steps.map { ($0 * $0).sum().squareRoot() }
        #expect((distances.max() ?? 0) < (distances.min() ?? 0) * 1.25)
    }

    @Test func colorsAreThoseOfTheContract() throws {
        let text = HeatColors.table.map { "\($0.x) \($0.y) \($0.z)\n" }.joined()
        #expect(try text == golden("heat-colors.txt"))
    }

    @Test("a cold map stays cold whatever its own range", arguments: [Float(0.5), 0.05, 1e-4])
    func coldMapsStayCold(range: Float) {
        var generator = SeededGenerator(seed: 3)
        var map = Matrix(rows: 9, columns: 7)
        for index in map.elements.indices {
            map.elements[index] = Float(generator.nextUnit()) * range
        }
        let picture = HeatMap.render(map, width: 70, height: 90)
        for row in 0..<90 {
            for column in 0..<70 { #expect(lightness(pixel(picture, row, column)) < 0.25) }
        }
    }

    @Test func fixedValuesHaveFixedColors() {
        #expect(heat(0) == HeatColors.table[0] && heat(-5) == HeatColors.table[0])
        #expect(heat(0.5) == HeatColors.table[24])
        #expect(heat(1) == HeatColors.table[112])
        #expect(heat(2.999) != HeatColors.table[255])
        for value in [3, 100, .infinity, .nan] as [Float] {
            #expect(heat(value) == HeatColors.table[255])
        }
        let lights = stride(from: Float(0), through: 3, by: 0.05).map { lightness(heat($0)) }
        #expect(zip(lights, lights.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func interpolatesBetweenCellCentres() {
        var map = Matrix(rows: 1, columns: 2)
        map[0, 1] = 4
        let picture = HeatMap.render(map, width: 8, height: 3)
        // Centres lie at pixels 1.5 and 5.5: 0, 0, 0.5, 1.5, 2.5, 3.5, 4, 4.
        let expected: [Float] = [0, 0, 0.5, 1.5, 2.5, 3.5, 4, 4]
        for column in 0..<8 {
            for row in 0..<3 {
                #expect(pixel(picture, row, column) == heat(expected[column]), "\(column)")
            }
        }
    }

    /// A grey image with one hot square of 6 x 6 pixels at (5, 5).
    private func square(side: Int) -> (image: PixelImage, map: Matrix) {
        var map = Matrix(rows: side, columns: side, repeating: 0.9)
        for row in 5..<11 { for column in 5..<11 { map[row, column] = 1 } }
        let image = PixelImage(
            width: side,
            height: side,
            channels: 1,
            levels: (0..<side * side).map { UInt8($0 % 200) }
        )
        return (image, map)
    }

    @Test func overlayLeavesTheImageBelowTheThreshold() {
        let (image, map) = square(side: 16)
        let overlay = HeatMap.overlay(on: image, map: map)
        #expect(overlay.channels == 3)
        var changed = 0
        for row in 0..<16 {
            for column in 0..<16 {
                let level = image.levels[row * 16 + column]
                let isHot = (5..<11).contains(row) && (5..<11).contains(column)
                let isSame = pixel(overlay, row, column) == SIMD3(repeating: level)
                #expect(isSame != isHot, "\(row), \(column)")
                changed += isSame ? 0 : 1
            }
        }
        #expect(changed == 36)
    }

    @Test func overlayDrawsTheThreshold() {
        let (image, map) = square(side: 16)
        let overlay = HeatMap.overlay(on: image, map: map)
        for row in 5..<11 {
            for column in 5..<11 {
                let isEdge = [5, 10].contains(row) || [5, 10].contains(column)
                let color = pixel(overlay, row, column)
                // The line is bluish green, the fill is red.
                #expect((color.y > color.x) == isEdge, "\(row), \(column)")
            }
        }
    }

    @Test func overlayOfAColdMapIsTheImage() {
        let levels = (0..<60).map { UInt8($0 * 4) }
        let image = PixelImage(width: 5, height: 4, channels: 3, levels: levels)
        let map = Matrix(rows: 2, columns: 2, repeating: 0.999)
        #expect(HeatMap.overlay(on: image, map: map) == image)
    }

    @Test(arguments: [
        (4000, 1000, 2048, 2048, 512), (2048, 2048, 2048, 2048, 2048), (3, 5000, 100, 1, 100),
        (640, 480, 100, 100, 75), (1, 1, 2048, 1, 1),
    ])
    func reducesLargeImages(width: Int, height: Int, limit: Int, wide: Int, high: Int) {
        let image = PixelImage(
            width: width,
            height: height,
            channels: 1,
            levels: [UInt8](repeating: 77, count: width * height)
        )
        let map = Matrix(rows: 3, columns: 3)
        let overlay = HeatMap.overlay(on: image, map: map, longestSide: limit)
        #expect(overlay.width == wide && overlay.height == high)
        #expect(overlay.levels.allSatisfy { $0 == 77 })
        let picture = HeatMap.render(map, width: width, height: height, longestSide: limit)
        #expect(picture.width == wide && picture.height == high)
    }

    @Test func reductionAveragesTheAreaUnderAPixel() {
        // Five columns to two: the third one is shared by halves.
        let image = PixelImage(
            width: 5,
            height: 5,
            channels: 1,
            levels: (0..<5).flatMap { _ in [10, 20, 100, 200, 250] as [UInt8] }
        )
        let overlay = HeatMap.overlay(
            on: image,
            map: Matrix(rows: 1, columns: 1),
            longestSide: 2
        )
        #expect(overlay.levels == [32, 32, 32, 200, 200, 200, 32, 32, 32, 200, 200, 200])
    }
}
