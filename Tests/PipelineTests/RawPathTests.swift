import Pipeline
import Testing

@Suite struct RawPathTests {
    @Test(arguments: [("a", "b", "a/b"), ("a/", "b", "a/b"), ("", "b", "b"), ("a", "/b", "/b")])
    func appends(base: String, component: String, expected: String) {
        #expect(RawPath(base).appending(RawPath(component)) == RawPath(expected))
    }

    @Test(arguments: [("a/b.png", "b.png"), ("a/b/", "b"), ("b", "b"), ("/", ""), ("", "")])
    func namesTheLastComponent(path: String, name: String) {
        #expect(RawPath(path).name == RawPath(name))
    }

    @Test func keepsBytesThatAreNotUTF8() {
        let path = RawPath(bytes: [0x61, 0xFF, 0x62])
        #expect(path.bytes == [0x61, 0xFF, 0x62])
        #expect(path.description == "a\u{FFFD}b")
        #expect(!path.isUTF8)
        #expect(RawPath("ä").isUTF8)
    }

    @Test func ordersByBytes() {
        let ordered = ["A", "Z", "a", "a-", "a.png", "a/b", "aa", "é", "日"].map { RawPath($0) }
        #expect(ordered.reversed().sorted() == ordered)
    }
}
