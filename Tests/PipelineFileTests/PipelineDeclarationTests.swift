import Foundation
import ImageCodec
import Patches
import PipelineFile
import Scoring
import SparseCoding
import Tensors
import Testing

@Suite struct PipelineDeclarationTests {
    @Test func theLeastFileHasAllDefaults() throws {
        let declared = try Parsing.parse(Parsing.scan(""))
        #expect(declared.file == "nightly.yaml")
        #expect(declared.model == "/etc/residua/m.residua")
        #expect(declared.train == nil)
        #expect(declared.scans)
        let ingest = declared.ingest
        #expect(ingest.roots == ["/etc/residua/in"])
        #expect(ingest.filter == PathFilter())
        #expect(ingest.isRecursive && ingest.onlyNew)
        #expect(!ingest.followsLinks && !ingest.includesAllNames && !ingest.retriesFailed)
        #expect(ingest.damage == .truncated)
        #expect(ingest.settle == .seconds(10))
        #expect(ingest.limits == .standard)
        #expect(ingest.timeLimit == .seconds(60))
        #expect(declared.preparation.colour == .native)
        #expect(declared.preparation.workingSize == nil)
        #expect(declared.preparation.tiles == nil)
        #expect(declared.preparation.regionOfInterest == nil)
        #expect(declared.configuration == .standard)
        #expect(declared.falseAlarmRate == nil)
        #expect(declared.report?.folder.description == "/etc/residua/out")
        #expect(declared.report?.records == .all)
        #expect(declared.report?.pictures == .all)
        #expect(declared.ledger == "/etc/residua/nightly.ledger")
        #expect(declared.lockWait == .zero)
        #expect(declared.run.jobs == nil && declared.run.kernels == nil)
        #expect(declared.run.precision == .int16)
        #expect(!declared.run.failsOnFlagged && declared.run.logFile == nil)
        #expect(
            declared.givenKeys
                == ["version", "model", "ingest", "ingest.roots", "report", "report.folder"]
        )
    }

    @Test func everyKeyIsRead() throws {
        let declared = try Parsing.parse(Parsing.everything)
        let train = try #require(declared.train)
        #expect(train.roots == ["/etc/residua/normals"])
        #expect(train.when == .changed && train.effort == .thorough && train.seed == 7)
        #expect(train.anomalous == "/bad" && train.anomalousMasks == "/etc/residua/masks")
        #expect(train.timeBudget == .seconds(600) && train.usesLabels)
        #expect(declared.model == "/models/bottle.residua")
        let ingest = declared.ingest
        #expect(ingest.roots == ["/etc/residua/../incoming", "/data/cam 2"])
        #expect(ingest.filter.include == [try PathPattern("*.png"), try PathPattern("**/a/*.jpg")])
        #expect(ingest.filter.exclude == [try PathPattern("thumbs/")])
        #expect(!ingest.isRecursive && ingest.followsLinks && ingest.retriesFailed)
        #expect(ingest.damage == .warning)
        #expect(ingest.settle == .seconds(90))
        #expect(
            ingest.limits
                == DecodeLimits(
                    maximumBytes: 64 << 20,
                    maximumPixels: 50_000_000,
                    maximumSide: 30_000,
                    maximumScans: 20
                )
        )
        #expect(ingest.timeLimit == .seconds(30))
        #expect(declared.preparation.colour == .grey)
        #expect(declared.preparation.workingSize == 65_536)
        #expect(declared.preparation.tiles == Tiling(side: 512, overlap: 64))
        #expect(declared.preparation.regionOfInterest == nil)
        let region = try Parsing.parse(
            Parsing.everything.replacing("tiles: {side: 512}", with: "region-of-interest: mask.png")
        ).preparation
        #expect(region.regionOfInterest == "/etc/residua/mask.png")
        #expect(region.tiles == nil)
        #expect(declared.configuration.encoders.map(\.name) == ["fine"])
        #expect(declared.configuration.encoders.first?.layers.first?.signed == true)
        #expect(declared.configuration.detectors.first?.window == 5)
        #expect(declared.configuration.positions == 256)
        #expect(declared.configuration.regularization == .init(shrinkage: 0.2))
        #expect(declared.configuration.factors == .init(count: 8))
        #expect(
            declared.configuration.fusion
                == ScoreFusion(rule: .mean, topShare: 0.05, isRelative: true, isPinned: true)
        )
        #expect(declared.falseAlarmRate == 0.02)
        #expect(
            declared.report?.folder.path(date: "2026-03-01", time: "0305")
                == "/etc/residua/reports/2026-03-01/0305"
        )
        #expect(declared.report?.folder.isConstant == false)
        #expect(declared.report?.records == .new)
        #expect(declared.report?.pictures == .essential)
        #expect(declared.ledger == "/etc/residua/state/x.sqlite")
        #expect(declared.lockWait == .seconds(300))
        #expect(declared.run.jobs == 2 && declared.run.kernels == "baseline")
        #expect(declared.run.precision == .float)
        #expect(declared.run.failsOnFlagged)
        #expect(declared.run.logFile == "/etc/residua/logs/x.log")
    }

    @Test func bracesOfTheFileSFolderMeanNothing() throws {
        let declared = try PipelineDeclaration.parse(
            Array(Parsing.scan("").replacing("folder: out", with: "folder: '{date}/x'").utf8),
            file: "x.yaml",
            folder: "/a/{date}/{b}",
            environment: [:]
        )
        let folder = try #require(declared.report?.folder)
        #expect(folder.path(date: "D", time: "T") == "/a/{date}/{b}/D/x")
    }

    @Test func aFileMayOnlyTrain() throws {
        let declared = try Parsing.parse(Parsing.train("ingest: {limits: {side: 100}}"))
        #expect(!declared.scans)
        #expect(declared.report == nil)
        #expect(declared.train?.when == .missing)
        #expect(declared.train?.effort == .standard)
        #expect(declared.train?.seed == 0)
        #expect(declared.ingest.limits.maximumSide == 100)
    }

    @Test func anEmptySectionHasItsDefaults() throws {
        let plain = try Parsing.parse(Parsing.scan(""))
        var declared = try Parsing.parse(Parsing.scan("run:\nlock: ~\nscoring:\n  fusion:\n"))
        declared.givenKeys = plain.givenKeys
        #expect(declared == plain)
    }

    @Test(arguments: ["\u{FEFF}", ""], ["\n", "\r\n"])
    func byteOrderMarkAndLineEndsDoNotMatter(mark: String, lineEnd: String) throws {
        let text = mark + Parsing.everything.replacingOccurrences(of: "\n", with: lineEnd)
        #expect(try Parsing.parse(text) == Parsing.parse(Parsing.everything))
    }

    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("0", .zero), ("0s", .zero), ("10s", .seconds(10)),
        ("1.5s", .milliseconds(1500)), ("5m", .seconds(300)), ("2h", .seconds(7200)),
        ("7d", .seconds(7 * 86_400)), ("10 s", .seconds(10)), ("0.25h", .seconds(900)),
    ])
    func durationsHaveUnits(text: String, duration: Duration) throws {
        #expect(try Parsing.parse(Parsing.scan("lock: {wait: \(text)}")).lockWait == duration)
    }

    @Test(arguments: [
        "10", "s", "1.s", ".5s", "1e3s", "-1s", "10S", "1..5s", "10 sec", "0.0001ms", "1m30s",
        "99999999999999999999d", "999999999d", "١s",
    ])
    func otherDurationsAreRefused(text: String) {
        let message = Parsing.error(Parsing.scan("lock: {wait: \"\(text)\"}")) ?? ""
        #expect(message.contains("want a duration of 0s to 7d"))
    }

    @Test(arguments: [
        ("1", 1), ("4096", 4096), ("64KiB", 64 << 10), ("3MiB", 3 << 20), ("2GiB", 2 << 30),
        ("7k", 7000), ("5M", 5_000_000), ("1G", 1_000_000_000), ("64 KiB", 64 << 10),
    ])
    func sizesHaveUnits(text: String, bytes: Int) throws {
        let declared = try Parsing.parse(Parsing.limits("bytes: \(text)"))
        #expect(declared.ingest.limits.maximumBytes == bytes)
    }

    @Test(arguments: ["0", "-1", "1 ", "KiB", "1kib", "1.5M", "1e6", "9223372036854775807GiB"])
    func otherSizesAreRefused(text: String) {
        let message = Parsing.error(Parsing.limits("bytes: \"\(text)\"")) ?? ""
        #expect(message.contains("ingest.limits.bytes: found"))
    }

    @Test(arguments: [
        ("a/./b//c/", "/etc/residua/a/b/c"), ("/x//y/.", "/x/y"), ("../up", "/etc/residua/../up"),
        (".", "/etc/residua"), ("/", "/"), ("./~", "/etc/residua/~"), ("ü n", "/etc/residua/ü n"),
        ("a~b", "/etc/residua/a~b"),
    ])
    func pathsStartAtTheFileSFolder(path: String, absolute: String) throws {
        #expect(try Parsing.parse(Parsing.scan("ledger: \"\(path)\"")).ledger == absolute)
    }

    @Test func anAliasStandsForItsAnchor() throws {
        let text = """
            version: 1
            model: m
            train: {roots: &where [a, b]}
            ingest: {roots: *where}
            report: {folder: out}
            """
        let declared = try Parsing.parse(text)
        #expect(declared.train?.roots == ["/etc/residua/a", "/etc/residua/b"])
        #expect(declared.ingest.roots == declared.train?.roots)
    }

    @Test func theLedgerIsNamedAfterTheFile() throws {
        for (file, name) in [
            ("a/b.c/night.scan.yaml", "night.scan"), ("plain", "plain"), (".yaml", ".yaml"),
        ] {
            let declared = try PipelineDeclaration.parse(
                Array(Parsing.scan("").utf8),
                file: file,
                folder: "/f",
                environment: [:]
            )
            #expect(declared.ledger == "/f/\(name).ledger")
        }
    }
}
