import Foundation

/// The built program that tests drive.
public enum BuiltTool {
    /// The program is not where it was looked for.
    public struct NotFoundError: Error, CustomStringConvertible {
        /// Where it was looked for, and what to do.
        public let description: String
    }

    /// Finds the built program.
    ///
    /// The variable `RESIDUA_TOOL` names it; without that it is looked for beside the test bundle,
    /// which is the build folder of the same configuration.
    ///
    /// - Parameter name: The program's file name.
    /// - Returns: Its path.
    /// - Throws: ``NotFoundError``.
    public static func path(_ name: String = "residua") throws -> String {
        if name == "residua", let named = ProcessInfo.processInfo.environment["RESIDUA_TOOL"] {
            return named
        }
        var searched: [String] = []
        for start in startingPoints() {
            // A bundle on macOS holds the test's code three folders down.
            var folder = start
            for _ in 0..<4 {
                folder.deleteLastPathComponent()
                let candidate = folder.appending(path: name).path(percentEncoded: false)
                if isProgram(candidate) { return candidate }
                searched.append(folder.path(percentEncoded: false))
            }
        }
        throw NotFoundError(
            description: """
                there is no program \(name) in \(searched.joined(separator: ", ")); \
                build it with: swift build -c release --product \(name)
                """
        )
    }

    private static func startingPoints() -> [URL] {
        let bundles = Bundle.allBundles.map(\.bundleURL).filter { $0.pathExtension == "xctest" }
        let executable = Bundle.main.executableURL.map { [$0] } ?? []
        return (bundles + executable).map { $0.resolvingSymlinksInPath() }
    }

    private static func isProgram(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && !isFolder.boolValue && FileManager.default.isExecutableFile(atPath: path)
    }
}
