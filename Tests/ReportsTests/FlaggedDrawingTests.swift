import Foundation
import ImageCodec
import Reports
import Scoring
import Tensors
import Testing

@Suite struct FlaggedDrawingTests {
    private func noise(width: Int, height: Int, channels: Int = 3) -> PixelImage {
        var generator = SeededGenerator(seed: 5)
        return PixelImage(
            width: width,
            height: height,
            channels: channels,
            levels: (0..<width * height * channels).map { _ in UInt8(generator.next(below: 256)) }
        )
    }

    private func drawing(
        of image: PixelImage,
        size: (width: Int, height: Int)? = nil,
        reconstruction: FeatureMap? = nil
    ) throws -> FlaggedDrawing {
        let size = size ?? (image.width, image.height)
        var map = Matrix(rows: 10, columns: 10, repeating: 0.4)
        for (row, column) in [(2, 3), (7, 7), (7, 1), (4, 9)] {
            map[row, column] = 4 - Float(row) / 10
        }
        let calibration = try ConformalCalibration(scores: (1...99).map { Float($0) })
        return FlaggedDrawing(
            image: image,
            size: size,
            map: map,
            regions: Regions.find(
                in: map,
                above: 1,
                imageWidth: size.width,
                imageHeight: size.height
            ),
            reconstruction: reconstruction,
            legend: HeatLegend(
                calibration: calibration,
                threshold: calibration.threshold(falseAlarmRate: 0.05)
            )
        )
    }

    private func decode(_ files: [FlaggedPicture: [UInt8]], _ picture: FlaggedPicture) throws
        -> PixelImage
    {
        try ImageReader.decode(try #require(files[picture])).image
    }

    @Test func drawsWhatIsSelected() throws {
        let reconstruction = FeatureMap(height: 20, width: 30, channels: 3, repeating: 0.5)
        let drawing = try drawing(
            of: noise(width: 300, height: 200),
            reconstruction: reconstruction
        )
        let essential: [FlaggedPicture] = [
            .thumbnail, .image, .heatmap, .crop(1), .crop(2), .crop(3),
        ]
        #expect(try drawing.files(.essential).keys.sorted() == essential)
        #expect(
            try drawing.files(.all).keys.sorted() == [
                .thumbnail, .image, .heatmap, .overlay, .map, .reconstruction, .panel, .crop(1),
                .crop(2), .crop(3),
            ]
        )
        #expect(try drawing.files(.none).isEmpty)
        for selection in PictureSelection.allCases {
            let files = try drawing.files(selection)
            #expect(files.keys.allSatisfy(selection.contains))
            #expect(try drawing.files(selection) == files)
        }
    }

    @Test(arguments: [(300, 200), (2500, 1000), (2, 2000), (1, 1)])
    func picturesHaveTheirSizes(width: Int, height: Int) throws {
        let image = noise(width: width, height: height, channels: 1)
        let files = try drawing(of: image).files(.all)
        func size(_ picture: FlaggedPicture) throws -> [Int] {
            let image = try decode(files, picture)
            return [image.width, image.height]
        }
        func reduced(_ side: Int) -> [Int] {
            let longest = max(width, height)
            guard longest > side else { return [width, height] }
            return [width, height].map {
                max(1, Int((Double($0 * side) / Double(longest)).rounded()))
            }
        }
        for picture in [FlaggedPicture.image, .heatmap, .overlay] {
            #expect(try size(picture) == reduced(2048), "\(picture)")
        }
        #expect(try size(.map) == reduced(512))
        #expect(try size(.thumbnail).max() == min(320, max(width, height)))
        #expect(try decode(files, .image).channels == 1)
        #expect(try decode(files, .overlay).channels == 3)
    }

    @Test func theLayerLiesOverTheImage() throws {
        let image = noise(width: 120, height: 90)
        let drawing = try drawing(of: image)
        let files = try drawing.files(.all)
        let overlay = try decode(files, .overlay)
        let layer = HeatLayer(
            of: drawing.map,
            size: PictureSize(width: 120, height: 90, longestSide: 2048)
        ).image
        #expect(overlay == HeatMap.overlay(on: image, map: drawing.map))
        #expect(files[.heatmap] == (try ImageWriter.quickPNG(layer)))
        // The reader puts transparency over white.
        let flat = try decode(files, .heatmap)
        for (place, index) in layer.indices.enumerated() {
            let isWhite = (0..<3).allSatisfy { flat.levels[3 * place + $0] == 255 }
            #expect(isWhite == (index == 0), "\(place)")
        }
    }

    @Test func cropsShowTheImagesOwnPixels() throws {
        let image = noise(width: 600, height: 400)
        let drawing = try drawing(of: image)
        let files = try drawing.files(.essential)
        // The strangest cell is (2, 3): pixels (180, 80) to (240, 120), with 64 pixels around it.
        let box = try #require(drawing.regions.first?.box)
        #expect((box.x, box.y, box.width, box.height) == (180, 80, 60, 40))
        let crop = try decode(files, .crop(1))
        #expect((crop.width, crop.height) == (188, 168))
        for (x, y) in [(0, 0), (187, 167), (64, 64), (100, 3)] {
            let source = ((y + 16) * 600 + x + 116) * 3
            let target = (y * 188 + x) * 3
            #expect(crop.levels[target..<target + 3] == image.levels[source..<source + 3])
        }
    }

    @Test func cropsEndWithTheImage() throws {
        let image = noise(width: 600, height: 400, channels: 1)
        for (x, y, wide, high, size) in [
            (0, 0, 10, 10, [74, 74]), (590, 390, 10, 10, [74, 74]), (0, 0, 600, 400, [512, 341]),
            // Half of a large box is more than 64 pixels.
            (200, 150, 200, 10, [400, 138]),
        ] {
            let region = Region(
                box: .init(x: x, y: y, width: wide, height: high),
                area: 1,
                centroid: .init(x: 0, y: 0),
                peak: 2,
                mean: 2
            )
            let crop = RegionCrop.picture(of: region, in: image, width: 600, height: 400)
            #expect([crop.width, crop.height] == size, "\(x), \(y)")
        }
    }

    @Test func cropsOfReducedImagesShowTheSamePlace() throws {
        let image = noise(width: 300, height: 200, channels: 1)
        let region = Region(
            box: .init(x: 180, y: 80, width: 60, height: 40),
            area: 1,
            centroid: .init(x: 0, y: 0),
            peak: 2,
            mean: 2
        )
        let crop = RegionCrop.picture(of: region, in: image, width: 600, height: 400)
        #expect((crop.width, crop.height) == (94, 84))
        #expect(crop.levels[0] == image.levels[8 * 300 + 58])
    }

    @Test func thePanelShowsItsPicturesAndTheLegend() throws {
        let image = PixelImage(
            width: 200,
            height: 100,
            channels: 3,
            levels: (0..<20_000).flatMap { _ in [10, 20, 200] as [UInt8] }
        )
        let reconstruction = FeatureMap(height: 10, width: 20, channels: 1, repeating: 1)
        let without = try decode(drawing(of: image).files(.all), .panel)
        let with = try decode(
            drawing(of: image, reconstruction: reconstruction).files(.all),
            .panel
        )
        #expect(with.width > without.width && with.height == without.height)
        func count(_ panel: PixelImage, _ color: [UInt8]) -> Int {
            stride(from: 0, to: panel.levels.count, by: 3).filter {
                Array(panel.levels[$0..<$0 + 3]) == color
            }.count
        }
        // Twice as large, once all of it and once but for the marked parts.
        #expect(count(with, [10, 20, 200]) > 400 * 200 + 200 * 200)
        let table = HeatColors.table[255]
        #expect(count(with, [table.x, table.y, table.z]) > 20)
    }

    @Test func fileNamesNameThePictures() {
        let names = [
            "thumbnail.jpg", "image.jpg", "heatmap.png", "overlay.png", "map.png",
            "reconstruction.png", "panel.png", "crop-1.png", "crop-12.png",
        ]
        let pictures = names.compactMap { FlaggedPicture(fileName: $0) }
        #expect(pictures.map(\.fileName) == names && pictures.sorted() == pictures)
        for name in ["crop-0.png", "crop-01.png", "crop-1.jpg", "image.png", "", "crop-.png"] {
            #expect(FlaggedPicture(fileName: name) == nil)
        }
    }
}
