import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Images and training sets that no one would wish for: each works or is refused with a reason.
    @Suite struct BadInputTests {
        /// The small model with factors of the image.
        static let configuration = SmallModel.configuration.replacing(
            "\"positions\": 256,",
            with: """
                "positions": 256, "factors": {"count": 8, "cells": 2, "imagesPerFactor": 3},
                """
        )

        /// Learns from a folder by the small model with factors.
        static func learn(
            from images: String,
            as model: String = "model",
            in folder: TemporaryFolder
        ) async throws -> ToolRun.Outcome {
            let file = try folder.write(configuration, to: "factors.json")
            return try await residua(
                ["train", images, "--model", model, "--configuration", file],
                in: folder
            )
        }

        static func scan(
            _ paths: [String],
            with model: String = "model",
            report: String = "out",
            in folder: TemporaryFolder
        ) async throws -> (outcome: ToolRun.Outcome, report: ReportFiles) {
            let outcome = try await residua(
                ["scan"] + paths + ["--model", model, "--report", report],
                in: folder
            )
            return (outcome, try ReportFiles(report, in: folder))
        }

        /// The numbers of a model file that are not finite, by the names of their tensors.
        static func badTensors(_ file: [UInt8]) throws -> [String] {
            var length = 0
            for byte in file.prefix(8).reversed() { length = length << 8 | Int(byte) }
            let header = try JSONValue(parsing: file[8..<8 + length])
            guard case .object(let members) = header else { return ["no header"] }
            var tensors = 0
            var bad: [String] = []
            for (name, value) in members.sorted(by: { $0.key < $1.key }) where name.first != "_" {
                let bounds = (0..<2).map { Int(value["data_offsets"]?[$0]?.number ?? -1) }
                tensors += 1
                // The digest at the end is no number.
                guard let size = ["F32": 4, "BF16": 2][value["dtype"]?.string ?? ""] else {
                    if name != "content_sha256" { bad.append(name) }
                    continue
                }
                var isFinite = true
                let numbers = stride(
                    from: 8 + length + bounds[0],
                    to: 8 + length + bounds[1],
                    by: size
                )
                for place in numbers
                where file[place + size - 1] & 0x7F == 0x7F && file[place + size - 2] & 0x80 != 0 {
                    // All bits of the exponent are set: no finite number.
                    isFinite = false
                }
                if !isFinite { bad.append(name) }
            }
            return tensors > 10 ? bad : ["only \(tensors) tensors"]
        }

        /// Where a JSON value has no finite number though it should, as far as numbers go.
        static func everyNumberIsFinite(_ value: JSONValue) -> Bool {
            switch value {
            case .number(let number): number.isFinite && abs(number) < 1e30
            case .array(let elements): elements.allSatisfy(everyNumberIsFinite)
            case .object(let members): members.values.allSatisfy(everyNumberIsFinite)
            default: true
            }
        }

        /// Whether all images got a score and all numbers of all records are finite.
        static func expectScores(_ count: Int, _ report: ReportFiles) {
            #expect(report.records.count == count)
            #expect(report.isConsistent)
            #expect(report.records("failed").isEmpty)
            for record in report.records {
                #expect(record["score"]?.number != nil)
                #expect(everyNumberIsFinite(record), "\(record)")
            }
        }

        @Test(
            "learns from a set and scans it, any other and ordinary images",
            arguments: OddImages.names
        )
        func learnsFromOddImages(name: String) async throws {
            try await withTemporaryFolder { folder in
                try OddImages.write(name, to: "images", of: folder)
                try OddImages.write("mixed", to: "others", of: folder)
                try OddImages.write("black", to: "others", of: folder)
                let learned = try await Self.learn(from: "images", in: folder)
                try #require(learned.status == 0, "\(learned.error)")
                #expect(try Self.badTensors(folder.bytes("model")) == [])
                let count = try OddImages.images(name).count
                #expect(learned.output.contains("learned from \(count) images"))

                let own = try await Self.scan(["images"], in: folder)
                #expect(own.outcome.status == 0)
                Self.expectScores(count, own.report)
                // What a model has learned is nothing unusual to it.
                #expect(own.report.records("flagged").isEmpty, "\(own.outcome.output)")

                let other = try await Self.scan(
                    ["others", Samples.test],
                    report: "others-out",
                    in: folder
                )
                #expect(other.outcome.status == 0)
                Self.expectScores(13 + 6 + 16, other.report)
            }
        }

        @Test("a model of ordinary images scores any image", arguments: OddImages.names)
        func scansOddImages(name: String) async throws {
            try await withTemporaryFolder { folder in
                try OddImages.write(name, to: "images", of: folder)
                let model = try await SmallModel.write(to: folder)
                let scanned = try await Self.scan(["images"], with: model, in: folder)
                #expect(scanned.outcome.status == 0)
                Self.expectScores(try OddImages.images(name).count, scanned.report)
            }
        }

        @Test("copies of one image: it is not flagged, whatever their number; others are")
        func copiesOfOneImage() async throws {
            for count in [2, 5, 20] {
                try await withTemporaryFolder { folder in
                    let bytes = try Data(contentsOf: URL(filePath: Samples.normal + "/000.png"))
                    for copy in 0..<count { try folder.write(bytes, to: "images/\(copy).png") }
                    let learned = try await Self.learn(from: "images", in: folder)
                    try #require(learned.status == 0, "\(learned.error)")
                    #expect(!learned.error.contains("left out"))
                    #expect(try Self.badTensors(folder.bytes("model")) == [])
                    let own = try await Self.scan(["images"], in: folder)
                    Self.expectScores(count, own.report)
                    #expect(own.report.records("flagged").isEmpty)
                    let scores = Set(own.report.records.compactMap { $0["score"]?.number })
                    #expect(scores.count == 1)
                    let ownScore = try #require(scores.first)
                    let other = try await Self.scan([Samples.defective], report: "o", in: folder)
                    #expect(other.report.records("flagged").count == 1)
                    let otherScore = try #require(other.report.records[0]["score"]?.number)
                    #expect(otherScore > 1000)
                    #expect(otherScore > 10 * ownScore)
                }
            }
        }

        @Test func refusesASingleImage() async throws {
            try await withTemporaryFolder { folder in
                try folder.write(OddImages.noise(64, 48, seed: 1), to: "images/a.png")
                let outcome = try await Self.learn(from: "images", in: folder)
                #expect(outcome.status == 2)
                let last = outcome.errorLines.last.map { String($0) } ?? ""
                let wanted =
                    "residua: 1 readable images in images: a model needs at least 2 normal "
                    + "images, and better 20"
                #expect(last == wanted)
                let isWritten = folder.contains("model")
                #expect(!isWritten)
            }
        }

        @Test("readable images that all fall into one fold are learned from all the same")
        func unreadableImagesBetween() async throws {
            try await withTemporaryFolder { folder in
                for place in 0..<9 {
                    let bytes = try OddImages.noise(64, 48, seed: UInt64(place))
                    // Images 0, 4 and 8 are one fold of four.
                    try folder.write(
                        place % 4 == 0 ? bytes : Array(bytes.prefix(60)),
                        to: "images/\(place).png"
                    )
                }
                let learned = try await Self.learn(from: "images", in: folder)
                try #require(learned.status == 0, "\(learned.error)")
                #expect(learned.output.contains("learned from 3 images"))
                #expect(try Self.badTensors(folder.bytes("model")) == [])
                let scanned = try await Self.scan(["images", Samples.test], in: folder)
                #expect(scanned.report.records("failed").count == 6)
                #expect(scanned.report.records.allSatisfy(Self.everyNumberIsFinite))
            }
        }
    }
}
