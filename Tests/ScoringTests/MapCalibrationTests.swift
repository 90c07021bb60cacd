import Scoring
import Tensors
import Testing

@Suite struct MapCalibrationTests {
    static func maps(_ count: Int, rows: Int, columns: Int, seed: UInt64) -> [Matrix] {
        let levels = randomMatrix(rows: rows, columns: columns, seed: seed)
        return (0..<count).map { number in
            var map = randomMatrix(rows: rows, columns: columns, seed: seed + 1 + UInt64(number))
            for index in map.elements.indices {
                map.elements[index] = 1 + map.elements[index] * 0.3 + levels.elements[index] / 50
            }
            return map
        }
    }

    /// The mean over a position and its neighbours.
    static func smoothed(_ values: [Double], rows: Int, columns: Int) -> [Double] {
        (0..<rows * columns).map { place in
            let near = values.indices.filter {
                abs($0 / columns - place / columns) <= 1 && abs($0 % columns - place % columns) <= 1
            }
            return near.reduce(0) { $0 + values[$1] } / Double(near.count)
        }
    }

    @Test(
        "moments are those of the position and its neighbours",
        arguments: [
            (1, 1), (1, 7), (5, 2), (6, 9),
        ]
    )
    func averagesOverNeighbours(rows: Int, columns: Int) {
        let maps = Self.maps(300, rows: rows, columns: columns, seed: 211)
        let calibration = MapCalibration(heldOut: maps)
        var means: [Double] = []
        var variances: [Double] = []
        for place in 0..<rows * columns {
            let moments = ReferenceKernels.moments(maps.map { Double($0.elements[place]) })
            means.append(moments.mean)
            variances.append(moments.variance)
        }
        let mean = Self.smoothed(means, rows: rows, columns: columns)
        let deviation = Self.smoothed(variances, rows: rows, columns: columns)
            .map { $0.squareRoot() }
        #expect(largestDifference(calibration.mean.elements, mean) < 1e-5)
        // All deviations are near the usual one, so that the floor plays no part.
        #expect(largestDifference(calibration.deviation.elements, deviation) < 1e-5)
    }

    @Test func heldOutMapsComeOutStandardised() {
        let maps = Self.maps(200, rows: 12, columns: 10, seed: 212)
        let calibration = MapCalibration(heldOut: maps)
        let values = maps.flatMap { calibration.standardize($0).elements.map(Double.init) }
        let (mean, variance) = ReferenceKernels.moments(values)
        #expect(abs(mean) < 0.02)
        #expect(variance < 1.02 && variance > 0.9)
    }

    @Test func standardizingIsTheDocumentedFormula() {
        let mean = randomMatrix(rows: 3, columns: 4, seed: 213)
        var deviation = randomMatrix(rows: 3, columns: 4, seed: 214)
        for index in deviation.elements.indices {
            deviation.elements[index] = abs(deviation.elements[index]) + 0.1
        }
        let map = randomMatrix(rows: 3, columns: 4, seed: 215)
        let found = MapCalibration(mean: mean, deviation: deviation).standardize(map)
        let wanted = map.elements.indices.map {
            (Double(map.elements[$0]) - Double(mean.elements[$0])) / Double(deviation.elements[$0])
        }
        #expect(largestDifference(found.elements, wanted) < 1e-5)
    }

    @Test("a position that never varies is raised to a share of the usual deviation")
    func raisesSmallDeviations() {
        var maps = Self.maps(100, rows: 12, columns: 12, seed: 216)
        for number in maps.indices {
            for row in 0..<5 {
                for column in 0..<5 { maps[number][row, column] = 1 }
            }
        }
        let deviation = MapCalibration(heldOut: maps).deviation
        let usual = deviation.elements.reduce(0, +) / 144
        #expect(deviation[0, 0] > 0.3 * usual)
        #expect(deviation[0, 0] < deviation[9, 9])
        #expect(deviation[9, 9] > 0.25)
    }

    @Test("outside of a region of interest nothing stands out, inside nothing changes")
    func regionOfInterest() {
        let maps = Self.maps(60, rows: 8, columns: 6, seed: 219)
        let region = (0..<48).map { $0 / 6 < 3 }
        let whole = MapCalibration(heldOut: maps)
        let part = MapCalibration(heldOut: maps, region: region)
        #expect(whole.regionShare == 1)
        #expect(part.regionShare == 18.0 / 48)
        var strange = maps[0]
        for index in strange.elements.indices { strange.elements[index] = 1e4 }
        let found = part.standardize(strange)
        for place in 0..<48 {
            #expect(region[place] ? found.elements[place] > 1e3 : found.elements[place] < 1e-20)
        }
        #expect(part.mean == whole.mean)
        #expect(part.deviation[0, 0] == whole.deviation[0, 0])
    }

    @Test("what is far beyond any normal image stays finite when it is squared")
    func clipsAtAMillion() {
        let one = Matrix(rows: 1, columns: 1, repeating: 1)
        let calibration = MapCalibration(
            mean: one,
            deviation: Matrix(rows: 1, columns: 1, repeating: 1e-2)
        )
        func standard(_ value: Float) -> Float {
            calibration.standardize(Matrix(rows: 1, columns: 1, repeating: value)).elements[0]
        }
        #expect(standard(9_001) == 900_000)
        #expect(standard(20_001) == 1e6)
        #expect(standard(.infinity) == 1e6)
        #expect(standard(-20_001) == -1e6)
        #expect(standard(.nan).isNaN)
        let fusion = ScoreFusion()
        let million = calibration.standardize(Matrix(rows: 1, columns: 1, repeating: .infinity))
        #expect(fusion.score(fusion.fuse([Matrix](repeating: million, count: 20))).isFinite)
    }

    @Test("a deviation is at least a hundredth of a detector's unit")
    func raisesDeviationsOfAlmostNothing() {
        let maps = [Float(0), 1e-6, 2e-6].map { Matrix(rows: 3, columns: 3, repeating: $0) }
        let deviation = MapCalibration(heldOut: maps).deviation
        #expect(deviation.elements.allSatisfy { $0 == 1e-2 })
    }

    @Test("maps that are all alike give finite maps", arguments: [1, 2, 9], [Float(0), 1e-3, 5])
    func survivesConstantMaps(count: Int, level: Float) {
        let map = Matrix(rows: 4, columns: 5, repeating: level)
        let calibration = MapCalibration(heldOut: [Matrix](repeating: map, count: count))
        #expect(calibration.deviation.elements.allSatisfy { $0 > 0 && $0.isFinite })
        #expect(calibration.standardize(map).elements.allSatisfy { abs($0) < 1e-3 })
        // One in a hundred of the level is no more than one deviation.
        var near = map
        for index in near.elements.indices { near.elements[index] *= 1.009 }
        #expect(calibration.standardize(near).elements.allSatisfy { abs($0) < 1 })
    }
}
