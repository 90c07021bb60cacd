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
            #expect((bytes.count - 4) % 8 == 0)
        }
    }

    @Test func refusesOtherElementTypes() throws {
        let bytes = try golden("half.safetensors")
        let error = #expect(throws: ModelFileError.self) { try SafeTensors(reading: bytes) }
        #expect(
            error?.description
                == "tensor \"half\" in the model file is invalid: "
                + "its type is \"F16\", only \"F32\" is read"
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

    @Test func refusesTheReservedName() {
        #expect(throws: ModelFileError.self) {
            try SafeTensors(tensors: ["__metadata__": Tensor([1])]).encoded()
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
