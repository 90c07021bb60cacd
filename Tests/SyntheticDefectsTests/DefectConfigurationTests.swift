import SyntheticDefects
import Testing

@Suite struct DefectConfigurationTests {
    @Test func theDefaultsAreSound() { #expect(DefectConfiguration().problem == nil) }

    @Test(arguments: [
        (DefectConfiguration(kinds: []), "kinds"),
        (DefectConfiguration(count: 0...2), "fewer than one"),
        (DefectConfiguration(area: 0...0.1), "area"),
        (DefectConfiguration(area: 0.1...0.6), "area"),
        (DefectConfiguration(contrast: 0...1), "contrast"),
        (DefectConfiguration(contrast: 1...Double.infinity), "contrast"),
        (DefectConfiguration(largestChange: 0.01), "largest change"),
        (DefectConfiguration(visibility: 0.3), "visibility"),
        (DefectConfiguration(visibility: .nan), "visibility"),
        (DefectConfiguration(smallestSpread: 0), "spread"),
    ])
    func namesWhatIsWrong(configuration: DefectConfiguration, word: String) {
        #expect(configuration.problem?.contains(word) == true)
    }
}
