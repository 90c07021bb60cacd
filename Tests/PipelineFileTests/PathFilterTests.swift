import PipelineFile
import Testing

@Suite struct PathFilterTests {
    private func filter(include: [String]? = nil, exclude: [String] = []) throws -> PathFilter {
        PathFilter(
            include: try include?.map { try PathPattern($0) },
            exclude: try exclude.map { try PathPattern($0) }
        )
    }

    private func takes(_ filter: PathFilter, _ path: String) -> Bool {
        filter.takes(file: Array(path.utf8))
    }

    @Test func withoutPatternsAllIsTaken() throws {
        #expect(takes(try filter(), "a/b.txt"))
    }

    @Test func anIncludedFileMatchesOneOfThePatterns() throws {
        let filter = try filter(include: ["*.png", "raw/*"])
        #expect(takes(filter, "x/a.png") && takes(filter, "raw/a.dat"))
        #expect(!takes(filter, "a.dat") && !takes(filter, "raw/x/a.dat"))
    }

    @Test func aFolderIsNotAFile() throws {
        #expect(!takes(try filter(include: ["x/"]), "x"))
        #expect(!takes(try filter(include: ["x/"]), "x/y"))
    }

    @Test(arguments: ["thumbs", "thumbs/", "**/thumbs/**", "a/thumbs", "/a/thumbs/", "a/**"])
    func whatLiesInAnExcludedFolderIsLeftOut(pattern: String) throws {
        let filter = try filter(include: ["*.png"], exclude: [pattern])
        #expect(!takes(filter, "a/thumbs/x.png"))
        #expect(!takes(filter, "a/thumbs/deep/x.png"))
        #expect(takes(filter, "b/x.png"))
    }

    @Test func excludedFoldersNeedNotBeWalked() throws {
        let filter = try filter(exclude: ["thumbs/", "/tmp"])
        func skips(_ path: String) -> Bool { filter.skips(folder: Array(path.utf8)) }
        #expect(skips("thumbs") && skips("a/thumbs") && skips("a/thumbs/b") && skips("tmp"))
        #expect(!skips("a/tmp") && !skips("a"))
        // A file of the name is no folder.
        #expect(takes(filter, "a/thumbs"))
        #expect(!takes(filter, "tmp"))
    }

    /// Leaving out folders while walking never changes which files are taken.
    @Test func skippingFoldersIsTheSameAsLookingAtAllFiles() throws {
        let filter = try filter(exclude: ["x/", "**/y/**", "z*", "/a/b"])
        let names = ["a", "b", "x", "y", "zz"]
        for first in names {
            for second in names {
                for third in names {
                    let isWalked =
                        !filter.skips(folder: Array(first.utf8))
                        && !filter.skips(folder: Array("\(first)/\(second)".utf8))
                    if !isWalked { #expect(!takes(filter, "\(first)/\(second)/\(third)")) }
                }
            }
        }
    }
}
