import Testing
import residua_bench

@Suite struct BenchArgumentsTests {
    @Test func measuresEverythingUnlessSectionsAreNamed() throws {
        #expect(try BenchArguments([]).sections == Set(BenchSection.allCases))
        let some = try BenchArguments(["--section", "growth"])
        #expect(some.sections == [.growth])
        let two = try BenchArguments(["--section", "growth", "--section", "kernels"])
        #expect(two.sections == [.growth, .kernels])
    }

    @Test func quickMeansThreeRepetitionsUnlessTheyAreGiven() throws {
        #expect(try BenchArguments([]).repetitions == 5)
        #expect(try BenchArguments(["--quick"]).repetitions == 3)
        #expect(try BenchArguments(["--quick", "--repetitions", "9"]).repetitions == 9)
        #expect(try BenchArguments(["--repetitions", "9", "--quick"]).repetitions == 9)
    }

    @Test func takesPaths() throws {
        let arguments = try BenchArguments([
            "--model", "m", "--images", "i", "--train", "t", "--residua", "r", "--out", "o",
            "--limit", "3", "--json",
        ])
        #expect(arguments.model == "m" && arguments.images == "i" && arguments.train == "t")
        #expect(arguments.residua == "r" && arguments.out == "o")
        #expect(arguments.limit == 3 && arguments.json && !arguments.isQuick)
    }

    @Test(
        arguments: [
            ["--section"], ["--section", "nothing"], ["--repetitions", "2"], ["--limit", "0"],
            ["--limit", "many"], ["--model"], ["folder"],
        ]
    )
    func refusesWhatMakesNoSense(words: [String]) {
        #expect(throws: ArgumentError.self) { try BenchArguments(words) }
    }

    @Test(arguments: BenchSection.allCases)
    func usageNamesEverySection(section: BenchSection) {
        #expect(BenchArguments.usage.contains(section.rawValue))
    }
}
