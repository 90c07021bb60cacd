import Foundation

/// Programs of other people that read what the program writes; see `Tests/readers`.
public enum Readers {
    /// What a reader said of a file.
    public typealias Outcome = ToolRun.Outcome

    /// Finds the Python that has the readers' packages, making its environment where there is none.
    ///
    /// - Returns: Its path; nil where the environment can't be made, except under `CI=true`.
    /// - Throws: ``UnavailableError`` under `CI=true` where it can't be made.
    public static func python() async throws -> String? {
        switch await environment.value {
        case .success(let path): return path
        case .failure(let error):
            if ProcessInfo.processInfo.environment["CI"] == "true" { throw error }
            FileHandle.standardError.write(Data("skipped: \(error)\n".utf8))
            return nil
        }
    }

    /// Runs a script of `Tests/readers`.
    ///
    /// - Parameters:
    ///   - script: The script's file name.
    ///   - arguments: Its arguments.
    /// - Returns: What it wrote and how it ended; nil where ``python()`` is nil.
    /// - Throws: As ``python()`` and ``ToolRun/run()`` do.
    public static func run(_ script: String, _ arguments: [String]) async throws -> Outcome? {
        guard let python = try await python() else { return nil }
        return try await ToolRun([folder + "/" + script] + arguments, program: python).run()
    }

    /// Why there are no readers.
    public struct UnavailableError: Error, CustomStringConvertible {
        /// What the script that makes the environment said.
        public let description: String
    }

    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "readers").path(percentEncoded: false)

    /// Made once for all tests of a program.
    private static let environment = Task<Result<String, UnavailableError>, Never> {
        do {
            let made = try await ToolRun(
                [folder + "/venv.sh"],
                timeLimit: .seconds(600),
                program: "/bin/bash"
            ).run()
            let path = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
            if made.status == 0, !path.isEmpty { return .success(path) }
            return .failure(
                UnavailableError(description: "no readers for the exports: \(made.error)")
            )
        } catch {
            return .failure(UnavailableError(description: "no readers for the exports: \(error)"))
        }
    }
}
