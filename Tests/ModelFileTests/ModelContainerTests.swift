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

    @Test func tellsDamagedNumbersFromOtherErrors() throws {
        var file = try ModelContainer.encode(goldenContent())
        file[file.count - 1] ^= 1
        let error = #expect(throws: ModelFileError.self) { try ModelContainer.decode(file) }
        guard case .digestMismatch? = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(error?.description.contains("damaged") == true)
    }

    @Test func refusesOtherVersionsBeforeAnythingElse() {
        let entry = #""a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}"#
        let header = #"{"__metadata__":{"residua_format_version":"2"},\#(entry)}"#
        let file = safetensors(header, data: [0, 0, 0, 0])
        #expect(throws: ModelFileError.unsupportedVersion(found: "2", supported: 1)) {
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
        #expect(throws: ModelFileError.missingMetadata(key: ModelContainer.digestKey)) {
            try ModelContainer.decode(
                safetensors(#"{"__metadata__":{"residua_format_version":"1"}}"#)
            )
        }
    }

    @Test func namesTheFileThatIsNotThere() {
        let error = #expect(throws: ModelFileError.self) {
            try ModelContainer.read("/nowhere/m.residua")
        }
        #expect(error?.description.hasPrefix("can't open /nowhere/m.residua: ") == true)
    }
}
