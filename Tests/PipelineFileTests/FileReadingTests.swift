import Foundation
import PipelineFile
import Testing

@Suite struct FileReadingTests {
    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("pipeline-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func message(_ path: String) -> String? {
        do throws(PipelineFileError) {
            _ = try PipelineDeclaration.read(path: path, environment: [:])
            return nil
        } catch {
            return error.description
        }
    }

    @Test func pathsStartAtTheFileSFolder() throws {
        try inFolder { folder in
            let file = folder.appendingPathComponent("x.yaml").path
            try Data(Parsing.scan("").utf8).write(to: URL(fileURLWithPath: file))
            let declared = try PipelineDeclaration.read(path: file, environment: [:])
            #expect(declared.file == file)
            #expect(declared.model == folder.path + "/m.residua")
            #expect(declared.ledger == folder.path + "/x.ledger")
        }
    }

    @Test func relativePathsBecomeAbsolute() throws {
        try inFolder { folder in
            let file = folder.appendingPathComponent("x.yaml")
            try Data(Parsing.scan("").utf8).write(to: file)
            let here = FileManager.default.currentDirectoryPath
            let up = here.split(separator: "/").map { _ in ".." }.joined(separator: "/")
            let declared = try PipelineDeclaration.read(path: up + file.path, environment: [:])
            #expect(declared.model.hasPrefix(here))
            #expect(declared.model.hasSuffix(folder.path + "/m.residua"))
        }
    }

    @Test func whatIsNoReadableFileIsAnError() throws {
        try inFolder { folder in
            let missing = folder.appendingPathComponent("none.yaml").path
            #expect(message(missing)?.contains("No such file or directory") == true)
            #expect(message(folder.path)?.contains("Is a directory") == true)
            #expect(message("/dev/zero")?.hasPrefix("/dev/zero: ") == true)
            let large = folder.appendingPathComponent("large.yaml")
            try Data(count: PipelineDeclaration.byteLimit + 1).write(to: large)
            #expect(
                message(large.path)
                    == "\(large.path): larger than 1048576 bytes, which no pipeline file is"
            )
        }
    }
}
