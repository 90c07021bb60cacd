import ModelFile
import Tensors
import Testing

@Suite struct SafeTensorsDamageTests {
    private static let one = #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
    private static let zeros = [UInt8](repeating: 0, count: 8)

    private func error(reading file: [UInt8]) -> ModelFileError? {
        #expect(throws: ModelFileError.self) { try SafeTensors(reading: file) }
    }

    @Test func acceptsTheWholeFileThatTheCasesBreak() throws {
        let second = #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}"#
        let file = safetensors("{\(Self.one),\(second)}  ", data: Self.zeros)
        #expect(try SafeTensors(reading: file).tensors.count == 2)
    }

    @Test(arguments: [
        [], [1, 2, 3], Array("a text that is no model at all".utf8),
        safetensors("", length: 0), safetensors("{}", length: 1),
        safetensors("[]"), safetensors(" {}"),
        safetensors("{}", length: 100_000_001), safetensors("{}", length: .max),
    ])
    func isNoModel(file: [UInt8]) {
        guard case .notAModel? = error(reading: file) else {
            Issue.record("another error")
            return
        }
    }

    @Test func isCutShort() throws {
        let whole = try goldenContent().encoded()
        for count in stride(from: 9, to: whole.count, by: 1) {
            guard case .truncated(let expected, count)? = error(reading: Array(whole[..<count]))
            else {
                Issue.record("another error at \(count)")
                return
            }
            #expect(expected <= whole.count && expected > count)
        }
    }

    @Test(arguments: [
        "{}}", "{\"a\":1}", "{'a':{}}", "{\"a\":{}}", "{\"__metadata__\":{\"k\":1}}",
        "{\"__metadata__\":[]}", "{" + String(repeating: "\"a\":{", count: 5000),
        #"{"a":{"dtype":"F32","shape":1,"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[0.5],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}"#,
    ])
    func hasAnInvalidHeader(header: String) {
        guard case .invalidHeader? = error(reading: safetensors(header, data: Self.zeros)) else {
            Issue.record("another error")
            return
        }
    }

    @Test func hasAHeaderThatIsNotUTF8() {
        var file = safetensors("{\(Self.one)}", data: [0, 0, 0, 0])
        file[10] = 0xFF
        #expect(error(reading: file) == .invalidHeader(reason: "it is not UTF-8"))
    }

    @Test(arguments: [
        "{\(one),\(one)}",
        #"{"__metadata__":{"k":"1","k":"1"},\#(one)}"#,
        #"{"__metadata__":{},"__metadata__":{},\#(one)}"#,
        #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":{}}}"#,
        // The same name to a reader of Unicode, once composed and once not.
        "{\"\u{E9}\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"e\u{301}\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
    ])
    func hasRepeatedOrUnknownNames(header: String) {
        #expect(
            error(reading: safetensors(header, data: [0, 0, 0, 0]))
                == .invalidHeader(reason: "it has repeated or unknown names")
        )
    }

    @Test(arguments: [
        ("[2]", "[0,4]", "its shape [2] doesn't fit its 4 bytes"),
        ("[1]", "[0,8]", "its shape [1] doesn't fit its 8 bytes"),
        ("[-1,-2]", "[0,8]", "its shape [-1, -2] doesn't fit its 8 bytes"),
        (
            "[4294967296,4294967296]", "[0,8]",
            "its shape [4294967296, 4294967296] doesn't fit its 8 bytes"
        ),
        (
            "[4611686018427387906]", "[0,8]",
            "its shape [4611686018427387906] doesn't fit its 8 bytes"
        ),
        ("[2]", "[8,0]", "its bytes have the range [8, 0]"),
        ("[2]", "[-8,0]", "its bytes have the range [-8, 0]"),
        ("[2]", "[0]", "its bytes have the range [0]"),
        ("[2]", "[0,4,8]", "its bytes have the range [0, 4, 8]"),
        ("[1]", "[4,8]", "its bytes leave a gap at 4"),
        ("[1,1,1,1,1,1,1,1,1]", "[0,4]", "it has 9 axes, at most 8 are read"),
    ])
    func hasABadTensor(shape: String, offsets: String, reason: String) {
        let header = #"{"a":{"dtype":"F32","shape":\#(shape),"data_offsets":\#(offsets)}}"#
        let count = offsets == "[0,4]" ? 4 : 8
        let file = safetensors(header, data: [UInt8](repeating: 0, count: count))
        #expect(error(reading: file) == .badTensor(name: "a", reason: reason))
    }

    @Test func hasTensorsThatOverlap() {
        let second = #""b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}"#
        let file = safetensors("{\(Self.one),\(second)}", data: Self.zeros)
        #expect(
            error(reading: file)
                == .badTensor(name: "b", reason: "its bytes overlap other tensors at 2")
        )
    }

    @Test func hasBytesThatNoTensorOwns() {
        let file = safetensors("{\(Self.one)}", data: Self.zeros)
        #expect(
            error(reading: file) == .invalidHeader(reason: "4 bytes follow the last tensor")
        )
    }

    @Test func hasOffsetsPastTheLargestNumber() {
        let header =
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}"#
        #expect(
            error(reading: safetensors(header, data: Self.zeros))
                == .truncated(expected: .max, actual: header.utf8.count + 16)
        )
    }

    @Test("random damage is refused or harmless, never a crash", arguments: 0..<8)
    func survivesRandomBytes(stream: UInt64) throws {
        let whole = try goldenContent().encoded()
        var generator = SeededGenerator(seed: 20, stream: stream)
        var refused = 0
        for _ in 0..<500 {
            var file = whole
            for _ in 0...generator.next(below: 4) {
                let place = generator.next(below: file.count)
                switch generator.next(below: 4) {
                case 0: file[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: file[place] ^= 1 << generator.next(below: 8)
                case 2: file.remove(at: place)
                default: file.insert(file[generator.next(below: file.count)], at: place)
                }
            }
            do throws(ModelFileError) {
                let content = try SafeTensors(reading: file)
                #expect(content.tensors.values.allSatisfy { $0.values.allSatisfy(\.isFinite) })
            } catch {
                refused += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(refused > 300, "seed 20, stream \(stream)")
    }
}
