import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension ToolTests {
    /// Whatever a folder holds: one record each, no crash, no hang, nothing written elsewhere.
    @Suite struct HostileTests {
        /// Scans a folder, and checks what holds of any scan.
        static func scan(
            _ images: String,
            in folder: TemporaryFolder,
            expecting count: Int,
            _ options: [String] = []
        ) async throws -> (outcome: ToolRun.Outcome, report: ReportFiles) {
            let model = try await SmallModel.write(to: folder)
            let before = Self.everything(below: folder.path).filter { !$0.contains("/report") }
            let arguments =
                ["scan", images, "--model", model, "--report", "report", "--jobs", "2"] + options
            // Killed after a minute: that would be the hang that must not be.
            let outcome = try await ToolRun(arguments, in: folder, timeLimit: .seconds(60)).run()
            guard case .status = outcome.ending else {
                Issue.record("\(outcome.ending): \(outcome.error)")
                return (outcome, try ReportFiles("report", in: folder))
            }
            let after = Self.everything(below: folder.path).filter { !$0.contains("/report") }
            #expect(before == after)
            let report = try ReportFiles("report", in: folder)
            #expect(report.records.count == count)
            #expect(report.summary?["counts"]?["images"]?.number == Double(count))
            for record in report.records {
                let isFailed = record["status"]?.string == "failed"
                #expect(isFailed == (record["failure"] != nil))
                #expect(isFailed == (record["score"] == nil))
            }
            let isPlain = report.lines.allSatisfy { $0 >= 0x20 || $0 == 0x0A }
            #expect(isPlain)
            return (outcome, report)
        }

        /// The paths of all files, their bytes as the system has them.
        static func everything(below path: String) -> [String] {
            guard let stream = opendir(path) else { return [path] }
            defer { closedir(stream) }
            var result: [String] = [path]
            while let entry = readdir(stream) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    Array(bytes.prefix { $0 != 0 })
                }
                if name == [0x2E] || name == [0x2E, 0x2E] { continue }
                let shown = "\(path)/" + name.map { String(UnicodeScalar($0)) }.joined()
                result += entry.pointee.d_type == DT_DIR ? everything(below: shown) : [shown]
            }
            return result.sorted()
        }

        static func reasons(_ report: ReportFiles) -> [String: String] {
            Dictionary(
                report.records.compactMap { record in
                    record["path"]?.string.map {
                        ($0, record["failure"]?["code"]?.string ?? record["status"]?.string ?? "")
                    }
                },
                uniquingKeysWith: { first, _ in first }
            )
        }

        @Test(
            "images cut off at 16 places, and images with changed bytes, under each policy",
            arguments: ["none", "truncated", "warning"]
        )
        func damagedImages(policy: String) async throws {
            try await withTemporaryFolder { folder in
                let files = try HostileFiles.truncated() + HostileFiles.flipped(seed: 11)
                for (name, bytes) in files { try folder.write(bytes, to: "in/\(name)") }
                #expect(files.count > 1500)
                let (outcome, report) = try await Self.scan(
                    "in",
                    in: folder,
                    expecting: files.count,
                    ["--on-damage", policy]
                )
                #expect(outcome.status == 3)
                let reasons = Self.reasons(report)
                #expect(reasons["cut-0-rgb-8.png"] == "empty")
                if policy != "none" { #expect(reasons["cut-12-rgb-8.png"] == "truncated") }
                // Most of what was cut is refused; where half is there it is taken when that is wanted.
                let failed = reasons.values.count { $0 != "ok" && $0 != "flagged" }
                #expect(policy == "none" ? failed < 1100 : failed > 1100, "\(failed)")
            }
        }

        @Test("bombs, endless chunks and scans, and files that are something else")
        func craftedFiles() async throws {
            try await withTemporaryFolder { folder in
                let files = try HostileFiles.crafted()
                for (name, bytes) in files { try folder.write(bytes, to: "in/\(name)") }
                let (outcome, report) = try await Self.scan(
                    "in",
                    in: folder,
                    expecting: files.count
                )
                #expect(outcome.status == 3)
                let reasons = Self.reasons(report)
                let wanted = [
                    "empty.png": "empty", "text.png": "unknown-format",
                    "page.jpg": "unknown-format", "zip.png": "unknown-format",
                    "bomb.png": "too-many-pixels", "bomb.jpg": "too-many-pixels",
                    "wide-bomb.png": "side-too-long", "scans.jpg": "too-many-scans",
                    "zero-wide.png": "malformed", "overflow.png": "malformed",
                ]
                for (name, code) in wanted { #expect(reasons[name] == code, "\(name)") }
                // What is told by content is no failure, nor is what no pixel depends on.
                for name in [
                    "jpeg-in.png", "png-in.jpg", "profile-bomb.png", "text-bomb.png",
                    "huge-text.png", "many-chunks.png",
                ] {
                    #expect(
                        ["ok", "flagged"].contains(reasons[name]),
                        "\(name): \(reasons[name] ?? "")"
                    )
                }
            }
        }

        @Test("names with line ends, quotes, shell words, escapes, no UTF-8, 255 bytes")
        func hostileNames() async throws {
            try await withTemporaryFolder { folder in
                let bytes = try Data(contentsOf: URL(filePath: Samples.defective))
                try folder.makeFolder("in")
                for name in HostileFiles.names {
                    let path = Array(folder.path("in/").utf8) + name + [0]
                    let descriptor = path.withUnsafeBytes { buffer in
                        buffer.baseAddress.map {
                            open($0.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o644)
                        } ?? -1
                    }
                    // Some file systems take no bytes that are not UTF-8.
                    if descriptor < 0 { continue }
                    let written = bytes.withUnsafeBytes {
                        write(descriptor, $0.baseAddress, $0.count)
                    }
                    #expect(written == bytes.count)
                    close(descriptor)
                }
                let count = Self.everything(below: folder.path("in")).count - 1
                #expect(count >= HostileFiles.names.count - 1)
                let (outcome, report) = try await Self.scan("in", in: folder, expecting: count)
                #expect(outcome.status == 0)
                let flagged = report.records.count { $0["status"]?.string == "flagged" }
                #expect(flagged == count)
                // A terminal shows no control characters, and each image has a line of its own.
                #expect(outcome.outputLines.count { $0.hasPrefix("flagged ") } == count)
                let hasControls = outcome.outputBytes.contains { $0 < 0x20 && $0 != 0x0A }
                #expect(!hasControls)
                let identifiers = Set(report.records.compactMap { $0["id"]?.string })
                #expect(identifiers.count == count)
                let arePlain = identifiers.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil }
                #expect(arePlain)
                #expect(!folder.contains("pwned"))

                // The same through a ledger, whose keys are the bytes.
                for news in [count, 0] {
                    let run = try await residua(
                        [
                            "scan", "in", "--model", "parts.residua", "--report", "other",
                            "--ledger", "ledger", "--only-new",
                        ],
                        in: folder
                    )
                    #expect(run.output.contains("new: \(news) "))
                }
                #expect(try ReportFiles("other", in: folder).lines == report.lines)
                let listed = try await residua(["ledger", "list", "ledger"], in: folder)
                #expect(listed.outputLines.count == count)
                let isPlain = listed.outputBytes.allSatisfy { $0 >= 0x20 || $0 == 0x0A }
                #expect(isPlain)

                let page = try await residua(
                    ["explain", "in", "--model", "parts.residua", "--out", "why"],
                    in: folder
                )
                #expect(page.status == 0, "\(page.error)")
                for path in try folder.contents()
                where path.hasPrefix("why/") && path.hasSuffix(".html") {
                    let html = try folder.text(path)
                    #expect(!html.contains("<img src=x"), "\(path)")
                    #expect(!html.contains("<script"), "\(path)")
                    #expect(html.contains("Content-Security-Policy"), "\(path)")
                }
            }
        }

        @Test("pipes, sockets, devices, folders with an image's name, link loops, no permission")
        func specialFiles() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(2, to: "in", of: folder)
                try Samples.copyNormal(1, to: "in/folder.png", of: folder)
                #expect(mkfifo(folder.path("in/pipe.png"), 0o644) == 0)
                let hasSocket = try Self.makeSocket(named: "in/socket.jpg", in: folder)
                try folder.link("in/loop.png", to: "loop.png")
                try folder.link("in/up", to: "..")
                try folder.link("in/null.png", to: "/dev/zero")
                try folder.write(folder.bytes("in/000.png"), to: "in/secret.png")
                chmod(folder.path("in/secret.png"), 0)
                let isRoot = geteuid() == 0
                let specials = 1 + (hasSocket ? 1 : 0)
                let plain = try await Self.scan(
                    "in",
                    in: folder,
                    expecting: 4 + specials
                )
                #expect(plain.outcome.status == 3)
                let reasons = Self.reasons(plain.report)
                #expect(reasons["pipe.png"] == "not-a-file")
                #expect(reasons["folder.png/000.png"] == "ok")
                if hasSocket { #expect(reasons["socket.jpg"] == "not-a-file") }
                if !isRoot { #expect(reasons["secret.png"] == "permission") }

                let links = try await Self.scan(
                    "in",
                    in: folder,
                    expecting: 4 + specials + 2,
                    ["--follow-links"]
                )
                let others = Self.reasons(links.report)
                // A device is not opened to find out.
                #expect(others["null.png"] == "not-a-file")
                #expect(others["loop.png"] != nil && others["loop.png"] != "ok")
            }
        }

        private static func makeSocket(
            named name: String,
            in folder: TemporaryFolder
        ) throws -> Bool {
            #if canImport(Glibc)
                let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            #else
                let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
            #endif
            defer { close(descriptor) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let path = Array(folder.path(name).utf8)
            guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                }
            }
        }
    }
}
