import Foundation
import TestSupport

/// A disk of a few megabytes, mounted for a test.
struct SmallDisk {
    let path: String
    private var ballast: String { path + "/ballast" }

    /// Whether this system lets the tests mount one.
    static var isPossible: Bool {
        get async throws {
            #if os(Linux)
                guard geteuid() == 0 else { return false }
                return try await withTemporaryFolder { folder in
                    do {
                        return try await with(megabytes: 1, at: folder.makeFolder("disk")) {
                            try $0.free > 0
                        }
                    } catch is MountError {
                        return false
                    }
                }
            #else
                false
            #endif
        }
    }

    struct MountError: Error {}

    /// Mounts a disk on an empty folder, and takes it away at the end.
    static func with<Result>(
        megabytes: Int,
        at path: String,
        _ body: (SmallDisk) async throws -> Result
    ) async throws -> Result {
        let options = "size=\(megabytes)m,mode=0755"
        guard
            try await run("mount", ["-t", "tmpfs", "-o", options, "residua-test", path]) == 0
        else { throw MountError() }
        let result: Result
        do {
            result = try await body(SmallDisk(path: path))
        } catch {
            _ = try await run("umount", ["--lazy", path])
            throw error
        }
        _ = try await run("umount", ["--lazy", path])
        return result
    }

    private static func run(_ name: String, _ arguments: [String]) async throws -> Int32? {
        let folders = ["/bin", "/usr/bin", "/sbin", "/usr/sbin"]
        guard
            let program = folders.map({ "\($0)/\(name)" })
                .first(where: FileManager.default.isExecutableFile)
        else { return nil }
        return try await ToolRun(arguments, program: program).run().status
    }

    /// The free bytes.
    var free: Int {
        get throws {
            let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
            return (attributes[.systemFreeSize] as? NSNumber)?.intValue ?? 0
        }
    }

    /// Fills the disk up to some free bytes, in whole pages.
    func fill(leaving bytes: Int) throws {
        try empty()
        let size = max(try free - bytes, 0)
        try Data(count: size).write(to: URL(filePath: ballast))
    }

    /// Removes what ``fill(leaving:)`` wrote.
    func empty() throws {
        guard FileManager.default.fileExists(atPath: ballast) else { return }
        try FileManager.default.removeItem(atPath: ballast)
    }
}

/// Running the program as somebody whom file permissions bind.
enum Unprivileged {
    private static let nobody = 65534
    private static let setpriv = "/usr/bin/setpriv"

    /// The program that is to start another one as nobody; empty where the tests are no root's.
    static var wrapper: [String] {
        geteuid() != 0
            ? []
            : [
                setpriv, "--reuid", "\(nobody)", "--regid", "\(nobody)", "--clear-groups", "--",
            ]
    }

    /// Whether the built program can be run like that.
    static var isPossible: Bool {
        get async throws {
            guard let first = wrapper.first else { return true }
            guard FileManager.default.isExecutableFile(atPath: first) else { return false }
            let arguments = wrapper.dropFirst() + [try BuiltTool.path(), "--version"]
            return try await ToolRun(Array(arguments), program: first).run().status == 0
        }
    }

    /// Makes files and folders nobody's.
    static func give(_ paths: [String]) throws {
        guard geteuid() == 0 else { return }
        for path in paths {
            try FileManager.default.setAttributes(
                [.ownerAccountID: nobody, .groupOwnerAccountID: nobody],
                ofItemAtPath: path
            )
        }
    }
}
