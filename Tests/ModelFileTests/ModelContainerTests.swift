import Digests
import Files
import ModelFile
import Tensors
import Testing

@Suite struct ModelContainerTests {
    @Test func readsWhatItWrites() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.residua"
            let content = try goldenContent()
            let written = try ModelContainer.write(content, to: path)
            let read = try ModelContainer.read(path)
            #expect(read.content == content)
            #expect(read.sha256 == written)
            #expect(try Folder(folder).names() == ["m.residua"])
        }
    }

    @Test func replacesAnOlderModelWhole() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.residua"
            try ModelContainer.write(goldenContent(), to: path)
            try ModelContainer.write(SafeTensors(tensors: ["a": Tensor([1])]), to: path)
            #expect(try ModelContainer.read(path).content.tensors.count == 1)
        }
    }

    @Test func keepsTheOlderModelWhenTheNewOneIsInvalid() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.residua"
            try ModelContainer.write(goldenContent(), to: path)
            #expect(throws: ModelFileError.self) {
                try ModelContainer.write(SafeTensors(tensors: ["a": Tensor([.nan])]), to: path)
            }
            #expect(try ModelContainer.read(path).content == goldenContent())
        }
    }

    @Test func noticesEveryFlippedBit() throws {
        let whole = try ModelContainer.encode(goldenContent())
        for place in whole.indices {
            for bit in 0..<8 {
                var file = whole
                file[place] ^= 1 << bit
                // Padding may change to other white space: the content is the same then.
                if let read = try? ModelContainer.decode(file) {
                    #expect(try read == goldenContent() && whole[place] == UInt8(ascii: " "))
                }
            }
        }
    }

    @Test("damage to numbers and to the digest itself", arguments: [33, 32, 1])
    func tellsDamagedNumbersFromOtherErrors(fromTheEnd: Int) throws {
        var file = try ModelContainer.encode(goldenContent())
        file[file.count - fromTheEnd] ^= 1
        let error = #expect(throws: ModelFileError.self) { try ModelContainer.decode(file) }
        guard case .digestMismatch? = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(error?.description.contains("damaged") == true)
    }

    @Test(arguments: ["1", "2", "4"])
    func refusesOtherVersionsBeforeAnythingElse(version: String) {
        let entry = #""a":{"dtype":"F8","shape":[2],"data_offsets":[0,4]}"#
        let header = #"{"__metadata__":{"residua_format_version":"\#(version)"},\#(entry)}"#
        let file = safetensors(header, data: [0, 0, 0, 0])
        #expect(throws: ModelFileError.unsupportedVersion(found: version, supported: 3)) {
            try ModelContainer.decode(file)
        }
    }

    @Test func refusesFilesOfOtherPrograms() throws {
        let file = try golden("python.safetensors")
        #expect(
            throws: ModelFileError.notAModel(reason: "it is a safetensors file of another program")
        ) {
            try ModelContainer.decode(file)
        }
    }

    private static let version = #""__metadata__":{"residua_format_version":"3"}"#

    @Test(
        "a file that does not end with 32 bytes of a digest has none",
        arguments: [
            "",
            #","content_sha256":{"dtype":"U8","shape":[31],"data_offsets":[0,31]}"#,
            #","content_sha256":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}"#,
            #","content_sha256":{"dtype":"U8","shape":[4,8],"data_offsets":[0,32]}"#,
            #","content_sha512":{"dtype":"U8","shape":[32],"data_offsets":[0,32]}"#,
            #","content_sha256":{"dtype":"U8","shape":[32],"data_offsets":[0,32]},"#
                + #""last":{"dtype":"F32","shape":[1],"data_offsets":[32,36]}"#,
        ]
    )
    func refusesFilesWithoutADigest(entry: String) throws {
        let count = entry.isEmpty ? 0 : entry.contains("last") ? 36 : entry.contains("31") ? 31 : 32
        let data = [UInt8](repeating: 0, count: count)
        #expect(throws: ModelFileError.missingTensor(name: ModelContainer.digestName)) {
            try ModelContainer.decode(safetensors("{\(Self.version)\(entry)}", data: data))
        }
    }

    @Test func theDigestIsThatOfAllBytesBeforeIt() throws {
        let file = try ModelContainer.encode(goldenContent())
        let digest = SHA256Digest(of: Array(file.dropLast(32)))
        #expect(Array(file.suffix(32)) == digest.bytes)
        // What other tools see: one tensor more, of bytes.
        let entry = "\"content_sha256\":{\"dtype\":\"U8\",\"shape\":[32],"
        #expect(String(decoding: file, as: UTF8.self).contains(entry))
    }

    @Test(
        "a number that is none is refused, however right the digest",
        arguments: [0x7F80, 0x7FC1]
    )
    func refusesNumbersBehindARightDigest(bits: UInt16) throws {
        // The writer would refuse it: the number is changed, and the digest is taken anew.
        var file = try ModelContainer.encode(goldenContent())
        let third =
            try #require(file.firstRange(of: [0x80, 0x3F, 0x00, 0x80, 0x7F, 0x7F])).lowerBound + 4
        file[third] = UInt8(bits & 0xFF)
        file[third + 1] = UInt8(bits >> 8)
        file.replaceSubrange(
            (file.count - 32)...,
            with: SHA256Digest(of: Array(file.dropLast(32))).bytes
        )
        let expected = ModelFileError.badTensor(
            name: "layer1.loadings",
            reason: "element 2 is \(BFloat16Array.number(of: bits))"
        )
        #expect(throws: expected) { try ModelContainer.decode(file) }
        try withTemporaryFolder { folder in
            try AtomicFile.write(file, to: "\(folder)/m.residua")
            #expect(throws: expected) { try ModelContainer.read("\(folder)/m.residua") }
        }
    }

    @Test func theContentIsThereBeforeItsDigestIsKnown() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.residua"
            let written = try ModelContainer.write(goldenContent(), to: path)
            let (content, seal) = try ModelContainer.open(path)
            #expect(try content == goldenContent())
            #expect(try seal.sha256() == written)
            #expect(try seal.sha256() == written)

            var file = try ModelContainer.encode(goldenContent())
            file[file.count - 33] ^= 1
            try AtomicFile.write(file, to: path)
            let damaged = try ModelContainer.open(path)
            #expect(try damaged.content != goldenContent())
            #expect(throws: ModelFileError.self) { try damaged.seal.sha256() }
            #expect(throws: ModelFileError.self) { try ModelContainer.read(path) }
            // The first one is still what it was opened as.
            #expect(try content == goldenContent())
        }
    }

    @Test func namesTheFileThatIsNotThere() {
        let error = #expect(throws: ModelFileError.self) {
            try ModelContainer.read("/nowhere/m.residua")
        }
        #expect(error?.description.hasPrefix("can't open /nowhere/m.residua: ") == true)
    }
}
