import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Report folders that a run can't go on writing to.
    @Suite struct ReportPlaceTests {
        /// What happens to the folder `out` while a scan writes to it.
        enum Mishap: CaseIterable {
            case removed, renamed, replacedByAFile, replacedByAFolder
            case replacedByACopy

            func happen(in folder: TemporaryFolder) throws {
                let manager = FileManager.default
                let out = folder.path("out")
                if self == .removed { return try manager.removeItem(atPath: out) }
                try manager.moveItem(atPath: out, toPath: folder.path("moved"))
                switch self {
                case .removed, .renamed: break
                case .replacedByAFile: try folder.write("mine", to: "out")
                case .replacedByAFolder: try folder.makeFolder("out")
                case .replacedByACopy:
                    try manager.copyItem(atPath: folder.path("moved"), toPath: out)
                }
            }
        }

        @Test(arguments: Mishap.allCases)
        func saysThatTheFolderIsGone(mishap: Mishap) async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 60)
                let wanted = try await site.undisturbed()
                let tool = try await site.stopped()
                try mishap.happen(in: folder)
                tool.goOn()
                #expect(try await tool.wait().ending == .status(2))
                let errors = tool.error.split(separator: "\n")
                #expect(
                    errors == [
                        """
                        residua: report: \(folder.path("out")) was removed, renamed or replaced \
                        during the run; run again to write the report anew
                        """
                    ]
                )
                #expect(!folder.contains("out/run.json") && !folder.contains("moved/run.json"))

                switch mishap {
                case .replacedByAFile:
                    // Nobody takes away what is not the report's.
                    let refused = try await residua(site.scan())
                    #expect(refused.status == 2)
                    #expect(refused.errorLines.count == 1)
                    #expect(try folder.text("out") == "mine")
                    try FileManager.default.removeItem(atPath: folder.path("out"))
                case .replacedByACopy, .replacedByAFolder, .removed, .renamed: break
                }
                #expect(try await site.report().files.isSame(as: wanted))
                // The end of that run was no sudden one.
                let runs = try await residua(["ledger", "runs", folder.path("ledger.sqlite")])
                #expect(!runs.output.contains("not ended"))
            }
        }

        @Test(
            .enabled("needs setpriv where the tests run as root") {
                try await Unprivileged.isPossible
            }
        )
        func saysThatTheFolderCanNotBeWritten() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 60)
                let wanted = try await site.undisturbed()
                try folder.makeFolder("out")
                try folder.makeFolder("state")
                try Unprivileged.give([folder.path, folder.path("out"), folder.path("state")])
                let arguments = site.scan(ledger: "state/ledger.sqlite", jobs: 1)
                let tool = try StartedTool(arguments, in: folder, through: Unprivileged.wrapper)
                try await tool.wait {
                    site.lines() >= 5 && folder.contains("out/flagged")
                }
                try tool.pause()
                let out = folder.path("out")
                for path in [out, out + "/flagged"] {
                    try FileManager.default.setAttributes(
                        [.posixPermissions: 0o555],
                        ofItemAtPath: path
                    )
                }
                tool.goOn()
                #expect(try await tool.wait().ending == .status(2))
                let errors = tool.error.split(separator: "\n")
                #expect(errors.count == 1)
                #expect(errors.first?.hasPrefix("residua: report: can't ") == true)
                #expect(
                    errors.first?.hasSuffix(
                        "check its owner and permissions or choose another place"
                    ) == true
                )
                #expect(!folder.contains("out/run.json"))
                #expect(wanted.lines.starts(with: try folder.bytes("out/images.jsonl")))

                for path in [out, out + "/flagged"] {
                    try FileManager.default.setAttributes(
                        [.posixPermissions: 0o755],
                        ofItemAtPath: path
                    )
                }
                #expect(
                    try await site.report(ledger: "state/ledger.sqlite").files.isSame(as: wanted)
                )
            }
        }
    }

    /// Disks that run full.
    @Suite struct FullDiskTests {
        /// What lies on the full disk.
        enum Place: CaseIterable {
            case report, ledger, both
        }

        @Test(
            .enabled("needs the right to mount a small disk") { try await SmallDisk.isPossible },
            arguments: Place.allCases
        )
        func goesOnWhenThereIsSpaceAgain(place: Place) async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 120)
                let wanted = try await site.undisturbed()
                try await SmallDisk.with(megabytes: 24, at: folder.makeFolder("disk")) { disk in
                    let report = place == .ledger ? "out" : "disk/out"
                    let ledger = place == .report ? "ledger.sqlite" : "disk/ledger.sqlite"
                    let needed = try await Self.space(
                        of: disk,
                        for: site,
                        report: report,
                        ledger: ledger
                    )
                    for share in [0, 0.02, 0.1, 0.3, 0.6, 0.9] {
                        for path in [report, ledger, ledger + "-wal", ledger + "-shm"]
                        where folder.contains(path) {
                            try FileManager.default.removeItem(atPath: folder.path(path))
                        }
                        try disk.fill(leaving: Int(Double(needed) * share))
                        let outcome = try await residua(site.scan(report: report, ledger: ledger))
                        #expect(outcome.status == 2, "\(share): \(outcome.error)")
                        Self.expectAdvice(outcome, "\(share)")
                        #expect(!folder.contains("\(report)/run.json"))
                        if folder.contains("\(report)/images.jsonl") {
                            let lines = try folder.bytes("\(report)/images.jsonl")
                            #expect(wanted.lines.starts(with: lines))
                            #expect(lines.isEmpty || lines.last == UInt8(ascii: "\n"))
                        }
                        try disk.empty()
                        let (last, files) = try await site.report(report, ledger: ledger)
                        #expect(files.isSame(as: wanted), "\(share)")
                        #expect(!last.error.contains("damaged"))
                        let check = try await residua(["ledger", "check", folder.path(ledger)])
                        #expect(check.status == 0, "\(check.error)")
                    }
                }
            }
        }

        /// The bytes that a whole run takes on the disk.
        private static func space(
            of disk: SmallDisk,
            for site: Site,
            report: String,
            ledger: String
        ) async throws -> Int {
            let free = try disk.free
            _ = try await site.report(report, ledger: ledger)
            return try free - disk.free
        }

        private static func expectAdvice(_ outcome: ToolRun.Outcome, _ comment: Comment) {
            let errors = outcome.errorLines.filter { $0.hasPrefix("residua: ") }
            #expect(errors.count == 1, comment)
            #expect(outcome.errorLines.last == errors.last, comment)
            #expect(
                errors.last?.hasSuffix("free some space or choose a place on another disk") == true,
                "\(comment): \(outcome.error)"
            )
        }

        @Test("A file that may not grow any further", arguments: [1, 4, 16, 64])
        func keepsWholeLinesWhereFilesAreLimited(blocks: Int) async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 120)
                let wanted = try await site.undisturbed()
                let outcome = try await residua(site.scan(), fileBlocks: blocks)
                #expect(outcome.status == 2)
                #expect(outcome.errorLines.count == 1, "\(outcome.error)")
                #expect(outcome.errorLines.last?.hasPrefix("residua: ") == true)
                #expect(!folder.contains("out/run.json"))
                if folder.contains("out/images.jsonl") {
                    let lines = try folder.bytes("out/images.jsonl")
                    #expect(wanted.lines.starts(with: lines))
                    #expect(lines.isEmpty || lines.last == UInt8(ascii: "\n"))
                }
                #expect(try await site.report().files.isSame(as: wanted))
            }
        }
    }
}
