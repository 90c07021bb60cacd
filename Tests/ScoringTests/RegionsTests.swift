import Scoring
import Tensors
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct RegionsTests {
    @Test func measuresRegionsOnTheirOwnGrid() throws {
        let map = try map([
            [0, 0, 0, 0, 0],
            [0, 2, 3, 0, 0],
            [0, 4, 0, 0, 9],
        ])
        let regions = Regions.find(in: map, above: 1, imageWidth: 5, imageHeight: 3)
        try #require(regions.count == 2)
        #expect(box(regions[0]) == [4, 2, 1, 1])
        #expect(regions[0].area == 1)
        #expect([regions[0].centroid.x, regions[0].centroid.y] == [4.5, 2.5])
        #expect([regions[0].peak, regions[0].mean] == [9, 9])
        #expect(box(regions[1]) == [1, 1, 2, 2])
        #expect(regions[1].area == 3)
        #expect(abs(regions[1].centroid.x - (1.5 + 2.5 + 1.5) / 3) < 1e-12)
        #expect(abs(regions[1].centroid.y - (1.5 + 1.5 + 2.5) / 3) < 1e-12)
        #expect([regions[1].peak, regions[1].mean] == [4, 3])
    }

    @Test func diagonalNeighboursAreOneRegion() throws {
        let map = try map([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        let regions = Regions.find(in: map, above: 0.5, imageWidth: 3, imageHeight: 3)
        #expect(regions.map(\.area) == [3])
        #expect(regions.map(box) == [[0, 0, 3, 3]])
    }

    @Test func rowEndsAreNoNeighboursOfRowStarts() throws {
        let map = try map([[0, 0, 1], [1, 0, 0]])
        #expect(Regions.find(in: map, above: 0, imageWidth: 3, imageHeight: 2).count == 2)
    }

    @Test func wholeMapIsTheWholeImage() throws {
        for (width, height) in [(7, 5), (1000, 333), (3, 2), (1, 1)] {
            let regions = Regions.find(
                in: Matrix(rows: 5, columns: 7, repeating: 1),
                above: 0,
                imageWidth: width,
                imageHeight: height
            )
            try #require(regions.count == 1)
            #expect(box(regions[0]) == [0, 0, width, height])
            #expect(regions[0].area == width * height)
            #expect(abs(regions[0].centroid.x - Double(width) / 2) < 1e-9)
            #expect(abs(regions[0].centroid.y - Double(height) / 2) < 1e-9)
        }
    }

    @Test func scalesEachAxisForItself() throws {
        let map = try map([[0, 0, 0, 0], [0, 1, 1, 0]])
        let regions = Regions.find(in: map, above: 0, imageWidth: 400, imageHeight: 60)
        #expect(regions.map(box) == [[100, 30, 200, 30]])
        #expect(regions.map(\.area) == [6000])
        #expect(regions.map(\.centroid.x) == [200])
        #expect(regions.map(\.centroid.y) == [45])
    }

    @Test func boxesCoverPartlyCoveredPixels() throws {
        // Cells are 10/3 pixels wide: the middle one covers 3.33 to 6.67.
        let map = try map([[0, 1, 0]])
        let regions = Regions.find(in: map, above: 0, imageWidth: 10, imageHeight: 1)
        #expect(regions.map(box) == [[3, 0, 4, 1]])
        #expect(regions.map(\.area) == [3])
    }

    @Test func cellsSmallerThanPixelsStillHaveABoxAndAnArea() throws {
        var fine = Matrix(rows: 9, columns: 9)
        fine[8, 8] = 1
        fine[0, 4] = 2
        let regions = Regions.find(in: fine, above: 0, imageWidth: 3, imageHeight: 3)
        #expect(regions.map(box) == [[1, 0, 1, 1], [2, 2, 1, 1]])
        #expect(regions.map(\.area) == [1, 1])
    }

    @Test func highestPeakComesFirstThenTheFirstCell() throws {
        let map = try map([
            [5, 0, 7, 0, 5],
            [0, 0, 0, 0, 0],
            [6, 0, 5, 0, 7],
        ])
        let regions = Regions.find(in: map, above: 0, imageWidth: 5, imageHeight: 3)
        #expect(
            regions.map { [Int($0.peak), $0.box.x, $0.box.y] } == [
                [7, 2, 0], [7, 4, 2], [6, 0, 2], [5, 0, 0], [5, 4, 0], [5, 2, 2],
            ]
        )
        let few = Regions.find(in: map, above: 0, imageWidth: 5, imageHeight: 3, limit: 2)
        #expect(few == Array(regions.prefix(2)))
        #expect(Regions.find(in: map, above: 0, imageWidth: 5, imageHeight: 3, limit: 0).isEmpty)
    }

    @Test func smallRegionsAreLeftOut() throws {
        let map = try map([[9, 0, 1, 1], [0, 0, 0, 1]])
        func areas(_ minimumArea: Int) -> [Int] {
            Regions.find(
                in: map,
                above: 0,
                imageWidth: 8,
                imageHeight: 4,
                minimumArea: minimumArea
            ).map(\.area)
        }
        #expect(areas(1) == [4, 12])
        #expect(areas(4) == [4, 12])
        #expect(areas(5) == [12])
        #expect(areas(13).isEmpty)
    }

    @Test func scoresOnTheThresholdAreNotAbove() throws {
        let map = try map([[1, 2, 1]])
        #expect(Regions.find(in: map, above: 1, imageWidth: 3, imageHeight: 1).map(\.area) == [1])
        #expect(Regions.find(in: map, above: 2, imageWidth: 3, imageHeight: 1).isEmpty)
    }

    @Test func negativeMapsHaveRegionsToo() throws {
        let map = try map([[-5, -2, -4, -5]])
        let regions = Regions.find(in: map, above: -4.5, imageWidth: 4, imageHeight: 1)
        #expect(regions.map(\.peak) == [-2])
        #expect(regions.map(\.mean) == [-3])
    }

    @Test func emptyMapsHaveNone() {
        let map = Matrix(rows: 0, columns: 4)
        #expect(Regions.find(in: map, above: 0, imageWidth: 4, imageHeight: 4).isEmpty)
    }

    @Test(arguments: UInt64(0)..<20)
    func regionsAddUpToWhatIsAbove(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed, stream: 4)
        let rows = 1 + generator.next(below: 20)
        let columns = 1 + generator.next(below: 20)
        let scores = (0..<rows * columns).map { _ in Float(generator.nextNormal()) }
        let map = try Matrix(rows: rows, columns: columns, elements: scores)
        let regions = Regions.find(
            in: map,
            above: 0.5,
            imageWidth: columns * 6,
            imageHeight: rows * 2
        )
        let above = scores.filter { $0 > 0.5 }
        #expect(regions.reduce(0) { $0 + $1.area } == above.count * 12)
        let sum = regions.reduce(0) { $0 + Double($1.mean) * Double($1.area) / 12 }
        #expect(abs(sum - above.reduce(0) { $0 + Double($1) }) < 1e-3)
        #expect(regions.first?.peak == above.max())
        for region in regions {
            #expect(region.box.x >= 0 && region.box.x + region.box.width <= columns * 6)
            #expect(region.box.y >= 0 && region.box.y + region.box.height <= rows * 2)
            #expect(region.area <= region.box.width * region.box.height)
            #expect(region.mean <= region.peak)
        }
    }

    @Test func mapThatHoldsNaNStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let map = Matrix(rows: 2, columns: 2, repeating: .nan)
            _ = Regions.find(in: map, above: 0, imageWidth: 2, imageHeight: 2)
        }
    }

    @Test func regionReadsAndWritesJSON() throws {
        let map = try map([[0.1, 1.7, 0.3]])
        let regions = Regions.find(in: map, above: 0.2, imageWidth: 30, imageHeight: 11)
        let data = try JSONEncoder().encode(regions)
        #expect(regions.count == 1)
        #expect(try JSONDecoder().decode([Region].self, from: data) == regions)
    }

    private func map(_ rows: [[Float]]) throws -> Matrix {
        try Matrix(
            rows: rows.count,
            columns: rows.first?.count ?? 0,
            elements: rows.flatMap { $0 }
        )
    }

    private func box(_ region: Region) -> [Int] {
        [region.box.x, region.box.y, region.box.width, region.box.height]
    }
}
