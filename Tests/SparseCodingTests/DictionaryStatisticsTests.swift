import SparseCoding
import Tensors
import Testing

@Suite struct DictionaryStatisticsTests {
    static let samples = mixtures(
        1500,
        of: AtomDictionary(atoms: randomMatrix(rows: 40, columns: 24, seed: 500)).atoms,
        active: 3,
        signed: true,
        noise: 0.1,
        seed: 501
    )
    static let start = AtomDictionary(atoms: randomMatrix(rows: 40, columns: 24, seed: 502))
    static let shards = [0..<1, 1..<430, 430..<443, 443..<1200, 1200..<1500]

    static func learner(signed: Bool) -> OnlineDictionaryLearner {
        OnlineDictionaryLearner(atoms: 40, signed: signed, penalty: 0.2)
    }

    static func statistics(
        _ range: Range<Int>,
        _ dictionary: AtomDictionary,
        signed: Bool = true
    ) -> DictionaryStatistics {
        learner(signed: signed).statistics(
            of: rows(range, of: samples),
            dictionary: dictionary,
            kernels: .best
        )
    }

    static func difference(_ found: [Double], _ wanted: [Double]) -> Double {
        let size = wanted.reduce(0) { max($0, abs($1)) }
        return zip(found, wanted).reduce(0) { max($0, abs($1.0 - $1.1)) } / size
    }

    @Test("sums are those of the best codes, in double precision", arguments: [false, true])
    func agreeWithAReference(signed: Bool) {
        let found = Self.statistics(0..<300, Self.start, signed: signed)
        let reference = ReferenceLasso(Self.start, penalty: 0.2, signed: signed)
        var codeProducts = [Double](repeating: 0, count: 40 * 40)
        var sampleProducts = [Double](repeating: 0, count: 40 * 24)
        var magnitudes = [Double](repeating: 0, count: 40)
        var (energy, objective) = (0.0, 0.0)
        for row in 0..<300 {
            let sample = Self.samples.row(row).map(Double.init)
            let (codes, value) = reference.codes(of: Self.samples.row(row))
            objective += value
            energy += sample.reduce(0) { $0 + $1 * $1 }
            for atom in 0..<40 where codes[atom] != 0 {
                magnitudes[atom] += abs(codes[atom])
                for other in 0..<40 {
                    codeProducts[atom * 40 + other] += codes[atom] * codes[other]
                }
                for column in 0..<24 {
                    sampleProducts[atom * 24 + column] += codes[atom] * sample[column]
                }
            }
        }
        #expect(found.count == 300)
        #expect(abs(found.energy - energy) < 1e-5 * energy)
        #expect(Self.difference(found.codeProducts, codeProducts) < 2e-3)
        #expect(Self.difference(found.sampleProducts, sampleProducts) < 2e-3)
        #expect(Self.difference(found.magnitudes, magnitudes) < 2e-3)
        // Near its minimum the objective is flat: the codes' error hardly shows.
        let said = found.objective(of: Self.start, penalty: 0.2)
        #expect(abs(said - objective) < 1e-5 * objective)
    }

    @Test("two shards learned apart and merged give the dictionary of the whole, to rounding")
    func shardsGiveTheDictionaryOfTheWhole() {
        let learner = Self.learner(signed: true)
        var whole = Self.start
        var merged = Self.start
        for _ in 0..<3 {
            whole = learner.update(whole, with: Self.statistics(0..<1500, whole))
            let first = Self.statistics(0..<611, merged)
            let second = Self.statistics(611..<1500, merged)
            merged = learner.update(merged, with: first + second)
        }
        let wanted = whole.atoms.elements.map(Double.init)
        #expect(largestDifference(merged.atoms.elements, wanted) < 1e-6)
        #expect(largestDifference(Self.start.atoms.elements, wanted) > 0.1)
    }

    @Test("many shards merge to the statistics of the whole")
    func shardsGiveTheStatisticsOfTheWhole() {
        let whole = Self.statistics(0..<1500, Self.start)
        var merged = DictionaryStatistics(atoms: 40, components: 24)
        for shard in Self.shards { merged.merge(Self.statistics(shard, Self.start)) }
        #expect(merged.count == whole.count && merged.usage == whole.usage)
        #expect(abs(merged.energy - whole.energy) < 1e-12 * whole.energy)
        #expect(Self.difference(merged.codeProducts, whole.codeProducts) < 1e-12)
        #expect(Self.difference(merged.sampleProducts, whole.sampleProducts) < 1e-12)
        #expect(Self.difference(merged.magnitudes, whole.magnitudes) < 1e-12)
    }

    @Test("shards finished in any order, merged in their own, give the same bits", arguments: 0..<4)
    func orderOfWorkDoesNotShow(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var done: [Int: DictionaryStatistics] = [:]
        for index in generator.choose(5, of: 5) {
            done[index] = Self.statistics(Self.shards[index], Self.start)
        }
        let merged = (0..<5).compactMap { done[$0] }
            .reduce(DictionaryStatistics(atoms: 40, components: 24), +)
        let usual = Self.shards.map { Self.statistics($0, Self.start) }
            .reduce(DictionaryStatistics(atoms: 40, components: 24), +)
        #expect(merged == usual)
        #expect(usual.improve(Self.start) == merged.improve(Self.start))
    }

    @Test("an improvement lowers the objective at the counted codes, to the best of each atom")
    func improvementsLowerTheObjective() {
        let statistics = Self.statistics(0..<1500, Self.start)
        var dictionary = Self.start
        var last = statistics.objective(of: dictionary, penalty: 0.2)
        for _ in 0..<30 {
            dictionary = statistics.improve(dictionary)
            let now = statistics.objective(of: dictionary, penalty: 0.2)
            #expect(now <= last * (1 + 1e-7))
            #expect(largestNormDefect(dictionary.atoms) < 1e-5)
            last = now
        }
        #expect(last < 0.9 * statistics.objective(of: Self.start, penalty: 0.2))
        // No atom moved alone is better.
        var generator = SeededGenerator(seed: 510)
        for atom in 0..<40 {
            var moved = dictionary.atoms
            for column in 0..<24 { moved[atom, column] += Float(0.05 * generator.nextNormal()) }
            let other = statistics.objective(of: AtomDictionary(atoms: moved), penalty: 0.2)
            #expect(other > last)
        }
    }

    @Test("batch learning by turns never raises the objective", arguments: [false, true])
    func theBatchObjectiveFalls(signed: Bool) {
        let learner = Self.learner(signed: signed)
        var dictionary = Self.start
        var curve: [Double] = []
        for _ in 0..<12 {
            let statistics = Self.statistics(0..<1500, dictionary, signed: signed)
            curve.append(statistics.objective(of: dictionary, penalty: 0.2))
            dictionary = learner.update(dictionary, with: statistics)
        }
        // Codes are of limited precision.
        #expect(zip(curve, curve.dropFirst()).allSatisfy { $1 < $0 * (1 + 1e-5) })
        #expect(curve[11] < 0.8 * curve[0])
    }

    @Test func atomsWithoutCodesStay() {
        let nothing = DictionaryStatistics(atoms: 40, components: 24)
        #expect(nothing.improve(Self.start) == Self.start)
        let zeros = Self.learner(signed: true).statistics(
            of: Matrix(rows: 9, columns: 24),
            dictionary: Self.start,
            kernels: .best
        )
        #expect(zeros.count == 9 && zeros.energy == 0)
        #expect(zeros.improve(Self.start) == Self.start)
        let none = Self.learner(signed: true).statistics(
            of: Matrix(rows: 0, columns: 24),
            dictionary: Self.start,
            kernels: .best
        )
        #expect(none == nothing)
    }
}
