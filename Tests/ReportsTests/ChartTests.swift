import ImageCodec
import Reports
import Testing

@Suite struct ChartTests {
    private func chart(
        _ values: [Double],
        form: Chart.Form = .bars,
        spreads: Bool = false,
        marker: Chart.Marker? = nil
    ) -> Chart {
        Chart(
            title: "title",
            axis: "axis",
            values: values,
            range: 0...10,
            form: form,
            spreadsDecades: spreads,
            marker: marker
        )
    }

    /// The pixels of a column that have a colour.
    private func count(_ color: [UInt8], in picture: PixelImage, columns: Range<Int>) -> Int {
        var count = 0
        for row in 0..<picture.height {
            for column in columns.clamped(to: 0..<picture.width) {
                let start = (row * picture.width + column) * 3
                if Array(picture.levels[start..<start + 3]) == color { count += 1 }
            }
        }
        return count
    }

    private let blue: [UInt8] = [38, 98, 168]
    private let red: [UInt8] = [196, 60, 32]

    @Test func barsAreAsHighAsTheirNumbers() {
        let picture = chart([1, 2, 4]).picture(width: 400, height: 200)
        let heights = (0..<picture.width).map { count(blue, in: picture, columns: $0..<$0 + 1) }
        var steps: [Int] = []
        for height in heights where height > 0 && steps.last != height { steps.append(height) }
        #expect(steps.count == 3)
        #expect(abs(steps[1] - 2 * steps[0]) <= 1)
        #expect(abs(steps[2] - 4 * steps[0]) <= 2)
    }

    @Test(arguments: [Chart.Form.bars, .points, .line])
    func drawsAnyNumbers(form: Chart.Form) {
        for values in [
            [], [0], [5], [0, 0], [-1, 1], [.nan, 1], [.infinity, 1], [1e-9, 1e9],
            [1e30, 3], Array(repeating: 2, count: 5000),
        ] {
            for spreads in [false, true] {
                let picture = chart(values, form: form, spreads: spreads)
                    .picture(width: 320, height: 200)
                #expect((picture.width, picture.height) == (320, 200))
            }
        }
    }

    @Test func isLogarithmicForNumbersOfManyDecadesAlone() {
        #expect(chart([1, 100], spreads: true).isLogarithmic)
        #expect(!chart([1, 100]).isLogarithmic)
        #expect(!chart([1, 40], spreads: true).isLogarithmic)
        #expect(!chart([0, 100], spreads: true).isLogarithmic)
        #expect(!chart([1, .infinity], spreads: true).isLogarithmic)
    }

    @Test func drawsItsMarkerAtItsPlace() {
        let early = chart([1, 1], marker: .init(place: 2, label: "x")).picture()
        let late = chart([1, 1], marker: .init(place: 8, label: "x")).picture()
        let none = chart([1, 1], marker: .init(place: 11, label: "x")).picture()
        let half = 0..<320
        #expect(count(red, in: early, columns: half) > 100)
        #expect(count(red, in: late, columns: half) == 0)
        #expect(count(red, in: late, columns: 320..<640) > 100)
        #expect(count(red, in: none, columns: 0..<640) == 0)
    }
}
