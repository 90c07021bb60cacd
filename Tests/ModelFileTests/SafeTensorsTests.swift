import ModelFile
import Tensors
import Testing

@Suite struct SafeTensorsTests {
    @Test func readsWhatItWrites() throws {
        let content = try goldenContent()
        let read = try SafeTensors(reading: content.encoded())
        #expect(read == content)
        #expect(read.tensors["layer1.rates"]?.values[1].sign == .minus)
    }

    @Test func readsNothing() throws {
        #expect(try SafeTensors(reading: SafeTensors().encoded()) == SafeTensors())
    }

    @Test func readsAFileOfThePythonPackage() throws {
        #expect(try SafeTensors(reading: golden("python.safetensors")) == goldenContent())
    }

    /// `Golden/make.py check` reads the same file with the Python package.
    @Test func writesTheBytesThatThePythonPackageReads() throws {
        #expect(try goldenContent().encoded() == golden("swift.safetensors"))
    }

    @Test func alignsTheNumbers() throws {
        for length in 0..<9 {
            let content = SafeTensors(
                tensors: ["t": Tensor([1])],
                metadata: ["k": String(repeating: "x", count: length)]
            )
            let bytes = try content.encoded()
            #expect((bytes.count - 4) % 64 == 0)
        }
    }

    @Test func refusesOtherElementTypes() throws {
        let bytes = try golden("half.safetensors")
        let error = #expect(throws: ModelFileError.self) { try SafeTensors(reading: bytes) }
        #expect(
            error?.description
                == "tensor \"half\" in the model file is invalid: "
                + "its type is \"F16\", only \"F32\" and \"BF16\" are read"
        )
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func refusesNumbersThatAreNotFinite(number: Float) throws {
        let content = SafeTensors(tensors: ["rates": Tensor([1, number])])
        let reason = "element 1 is \(number)"
        #expect(throws: ModelFileError.badTensor(name: "rates", reason: reason)) {
            try content.encoded()
        }
        let bits = number.bitPattern
        let data = (0..<4).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
        let entry = #"{"rates":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
        #expect(
            throws: ModelFileError.badTensor(name: "rates", reason: "element 0 is \(number)")
        ) {
            try SafeTensors(reading: safetensors(entry, data: data))
        }
    }

    @Test(arguments: [UInt16(0x7F80), 0xFF80, 0x7F81, 0xFFFF])
    func refusesShortNumbersThatAreNotFinite(bits: UInt16) throws {
        let numbers = BFloat16Array(bitPatterns: [0x3F80, 0x7F7F, bits])
        let content = SafeTensors(
            tensors: ["loadings": try Tensor(shape: [3], values: numbers)]
        )
        let reason = "element 2 is \(BFloat16Array.number(of: bits))"
        #expect(throws: ModelFileError.badTensor(name: "loadings", reason: reason)) {
            try content.encoded()
        }
        let data = [0x80, 0x3F, 0x7F, 0x7F, UInt8(bits & 0xFF), UInt8(bits >> 8)]
        let entry = #"{"loadings":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}}"#
        #expect(throws: ModelFileError.badTensor(name: "loadings", reason: reason)) {
            try SafeTensors(reading: safetensors(entry, data: data))
        }
    }

    @Test("numbers are read wherever they begin", arguments: 0..<4)
    func readsShortNumbersAtAnyPlace(padding: Int) throws {
        let header =
            #"{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]},"#
            + #""b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]},"#
            + #""c":{"dtype":"BF16","shape":[2],"data_offsets":[6,10]}}"#
            + String(repeating: " ", count: padding)
        let file = safetensors(header, data: [0x80, 0xBF, 0, 0, 0xC0, 0x3F, 0, 0x40, 0x40, 0x40])
        let expected: [String: [Float]] = ["a": [-1], "b": [1.5], "c": [2, 3]]
        #expect(try SafeTensors(reading: file).tensors.mapValues(\.values) == expected)
    }

    @Test func shortNumbersComeFirst() throws {
        let content = SafeTensors(
            tensors: [
                "a": Tensor([1]),
                "b": try Tensor(shape: [1], values: BFloat16Array(rounding: [2])),
            ]
        )
        #expect(try content.encoded().suffix(6) == [0, 0x40, 0, 0, 0x80, 0x3F])
    }

    @Test func theTypeMustBeTheOneThatIsWanted() throws {
        let content = try goldenContent()
        #expect(try content.bfloat16Matrix("layer1.loadings", rows: 2)[1, 0] == -1.0078125)
        #expect(
            throws: ModelFileError.badTensor(
                name: "layer1.loadings",
                reason: "its type is \"BF16\", expected \"F32\""
            )
        ) { try content.matrix("layer1.loadings") }
        #expect(
            throws: ModelFileError.badTensor(
                name: "layer1.atoms",
                reason: "its type is \"F32\", expected \"BF16\""
            )
        ) { try content.bfloat16Matrix("layer1.atoms") }
        #expect(throws: ModelFileError.self) {
            try content.bfloat16Matrix("layer1.loadings", rows: 3)
        }
    }

    @Test(arguments: ["__metadata__", "content_sha256"])
    func refusesReservedNames(name: String) {
        #expect(throws: ModelFileError.badTensor(name: name, reason: "the name is reserved")) {
            try ModelContainer.encode(SafeTensors(tensors: [name: Tensor([1])]))
        }
    }

    @Test func namesTensorAndShapesWhenTheyDiffer() throws {
        let content = try goldenContent()
        #expect(try content.tensor("layer1.atoms", shape: [3, nil]).values.count == 12)
        #expect(try content.matrix("layer1.atoms", columns: 4)[2, 3] == 0.875)
        #expect(try content.vector("layer1.rates", count: 3).count == 3)
        let error = #expect(throws: ModelFileError.self) {
            try content.tensor("layer1.atoms", shape: [nil, 5])
        }
        #expect(
            error?.description
                == "tensor \"layer1.atoms\" has shape [3, 4], expected [any, 5]"
        )
        #expect(throws: ModelFileError.missingTensor(name: "x")) { try content.vector("x") }
        #expect(throws: ModelFileError.self) { try content.vector("layer1.atoms") }
        #expect(throws: ModelFileError.missingMetadata(key: "k")) { try content.text("k") }
    }

    @Test func tensorsHoldTheirShape() {
        #expect(throws: ShapeError.self) { try Tensor(shape: [2, 2], values: [1]) }
        #expect(throws: ShapeError.self) { try Tensor(shape: [-1], values: [1]) }
        #expect(throws: ShapeError.self) { try Tensor(shape: [.max, 4], values: []) }
        #expect(Tensor(Matrix(rows: 2, columns: 3)).shape == [2, 3])
    }
}
