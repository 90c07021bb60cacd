import Foundation
import ImageCodec
import Reports
import Tensors
import Testing

@Suite struct HeatLayerTests {
    /// A map below the threshold, with a square of 6 x 6 cells at (5, 5) that rises to the right.
    private static func map(side: Int) -> Matrix {
        var map = Matrix(rows: side, columns: side, repeating: 0.999)
        for row in 5..<11 {
            for column in 5..<11 { map[row, column] = 1 + Float(column - 5) / 5 }
        }
        return map
    }

    private static func layer(of map: Matrix, width: Int, height: Int) -> IndexedImage {
        let size = PictureSize(width: width, height: height, longestSide: 2048)
        return HeatLayer(of: map, size: size).image
    }

    private static func alpha(_ layer: IndexedImage, _ row: Int, _ column: Int) -> UInt8 {
        layer.palette[Int(layer.indices[row * layer.width + column])].w
    }

    @Test func isTransparentExactlyBelowTheThreshold() {
        let layer = Self.layer(of: Self.map(side: 16), width: 16, height: 16)
        for row in 0..<16 {
            for column in 0..<16 {
                let isHot = (5..<11).contains(row) && (5..<11).contains(column)
                let isLine = isHot && ([5, 10].contains(row) || [5, 10].contains(column))
                let alpha = Self.alpha(layer, row, column)
                #expect((alpha == 0) == !isHot, "\(row), \(column)")
                #expect((alpha == 255) == isLine, "\(row), \(column)")
                #expect(isLine || !isHot || (100..<200).contains(alpha), "\(row), \(column)")
            }
        }
    }

    @Test func hotterPlacesHaveLighterColors() {
        let layer = Self.layer(of: Self.map(side: 16), width: 16, height: 16)
        let inside = (6..<10).map { layer.indices[7 * 16 + $0] }
        #expect(zip(inside, inside.dropFirst()).allSatisfy { $0 < $1 })
        let table = Set(HeatColors.table.map { SIMD4($0, 0) })
        for index in inside {
            var color = layer.palette[Int(index)]
            color.w = 0
            #expect(table.contains(color))
        }
    }

    @Test("agrees with the colours at each pixel", arguments: 0..<12 as Range<UInt64>)
    func agreesWithTheColors(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let (rows, columns) = (1 + generator.next(below: 9), 1 + generator.next(below: 9))
        var map = Matrix(rows: rows, columns: columns)
        for index in map.elements.indices {
            map.elements[index] = Float(generator.nextUnit()) * 1.4
        }
        let (width, height) = (1 + generator.next(below: 90), 1 + generator.next(below: 90))
        let layer = Self.layer(of: map, width: width, height: height)
        let colors = HeatMap.colors(of: map, width: width, height: height)
        #expect((layer.width, layer.height) == (width, height))
        for (place, index) in colors.indices.enumerated() {
            // The first colour of the threshold is the 112th.
            #expect((layer.indices[place] != 0) == (index >= 112), "\(place)")
        }
    }

    @Test func whatIsNoNumberIsNotHidden() {
        var map = Matrix(rows: 3, columns: 3)
        map[1, 1] = .nan
        let layer = Self.layer(of: map, width: 3, height: 3)
        #expect(layer.indices.map { $0 == 0 } == (0..<9).map { $0 != 4 })
    }

    @Test func aColdMapIsAllTransparent() throws {
        let map = Matrix(rows: 4, columns: 5, repeating: 0.9999)
        let layer = Self.layer(of: map, width: 900, height: 700)
        #expect(layer.indices.allSatisfy { $0 == 0 })
        #expect(try ImageWriter.quickPNG(layer).count < 5000)
    }

    @Test func overlayIsTheImageOutsideOfTheLayer() {
        let map = Self.map(side: 16)
        let image = PixelImage(
            width: 40,
            height: 40,
            channels: 3,
            levels: (0..<4800).map { UInt8($0 % 251) }
        )
        let layer = Self.layer(of: map, width: 40, height: 40)
        let overlay = HeatMap.overlay(on: image, map: map)
        for (place, index) in layer.indices.enumerated() {
            let isSame = (0..<3).allSatisfy {
                overlay.levels[3 * place + $0] == image.levels[3 * place + $0]
            }
            #expect(isSame == (index == 0), "\(place)")
        }
    }

    @Test func linesAreThickerOnLargePictures() {
        var map = Matrix(rows: 2, columns: 2, repeating: 0)
        map[0, 0] = 2
        map[1, 0] = 2
        for (side, line) in [(600, 1), (601, 2)] {
            let layer = Self.layer(of: map, width: side, height: side)
            let row = (0..<side).filter { Self.alpha(layer, 10, $0) == 255 }
            #expect(row.count == line, "\(side)")
        }
    }
}
