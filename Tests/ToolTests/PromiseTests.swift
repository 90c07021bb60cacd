import Foundation
import Testing

/// The list of promises in `Tests/PROMISES.md` speaks of tests that exist.
@Suite struct PromiseTests {
    private static func sources(below path: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: Repository.path(path))
            .filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOfFile: Repository.path("\(path)/\($0)"), encoding: .utf8) }
    }

    @Test func eachPromiseNamesTestsThatExist() throws {
        let list = try String(contentsOfFile: Repository.path("Tests/PROMISES.md"), encoding: .utf8)
        let sources = try Self.sources(below: "Tests")
        var suites: [String: [String]] = [:]
        for source in sources {
            for match in source.matches(of: #/struct (\w+Tests)\b/#) {
                suites[String(match.1), default: []].append(source)
            }
        }
        let promises = list.split(separator: "\n").filter { $0.hasPrefix("- ") }
        #expect(promises.count > 60)
        for promise in promises {
            let named = promise.matches(of: #/`(\w+Tests)/(\w+)`/#)
            #expect(!named.isEmpty, "\(promise)")
            for match in named {
                let (suite, test) = (String(match.1), String(match.2))
                #expect(
                    suites[suite]?.contains { Self.isTest(test, in: $0) } == true,
                    "\(suite)/\(test)"
                )
            }
        }
    }

    /// Whether a source declares a test: a function with its mark before it.
    private static func isTest(_ name: String, in source: String) -> Bool {
        source.ranges(of: "func \(name)(").contains { place in
            let before = source[..<place.lowerBound]
            guard let mark = before.ranges(of: "@Test").last else { return false }
            return !before[mark.upperBound...].contains("func ")
        }
    }

    /// No shell sees a file's name where no other program is started.
    @Test func noProgramIsStarted() throws {
        let calls = #/\b(Process|NSTask|system|popen|posix_spawnp?|exec[lv]p?e?|fork|vfork)\(/#
        let folders = try FileManager.default
            .contentsOfDirectory(atPath: Repository.path("Sources"))
        #expect(folders.contains("residua") && folders.contains("residua-bench"))
        // The bench, which users don't get, runs the program itself.
        for folder in folders where folder != "residua-bench" {
            for source in try Self.sources(below: "Sources/\(folder)") {
                #expect(source.firstMatch(of: calls)?.0 == nil)
            }
        }
        // The pattern finds what it is to find.
        #expect("let tool = Process()".contains(calls) && "unsafe system(word)".contains(calls))
    }
}
