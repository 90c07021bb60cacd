import Pipeline
import Tensors
import Testing

@Suite struct ShardTests {
    /// From Python 3.11: `int.from_bytes(hashlib.sha256(path).digest()[:8], "big") % n + 1`.
    @Test(
        "the hash never changes",
        arguments: [
            ([], 2, 1),
            ([], 7, 2),
            ([], 1000, 653),
            ([97, 46, 112, 110, 103], 2, 1),
            ([97, 46, 112, 110, 103], 7, 2),
            ([97, 46, 112, 110, 103], 1000, 673),
            ([100, 101, 101, 112, 47, 101, 114, 47, 48, 48, 48, 46, 112, 110, 103], 2, 2),
            ([100, 101, 101, 112, 47, 101, 114, 47, 48, 48, 48, 46, 112, 110, 103], 7, 7),
            ([100, 101, 101, 112, 47, 101, 114, 47, 48, 48, 48, 46, 112, 110, 103], 1000, 220),
            ([230, 151, 165, 230, 156, 172, 47, 195, 169, 46, 112, 110, 103], 2, 2),
            ([230, 151, 165, 230, 156, 172, 47, 195, 169, 46, 112, 110, 103], 7, 4),
            ([230, 151, 165, 230, 156, 172, 47, 195, 169, 46, 112, 110, 103], 1000, 884),
            ([97, 255, 46, 112, 110, 103], 2, 2),
            ([97, 255, 46, 112, 110, 103], 7, 5),
            ([97, 255, 46, 112, 110, 103], 1000, 708),
        ] as [([UInt8], Int, Int)]
    )
    func isTheHashOfTheContract(path: [UInt8], count: Int, index: Int) {
        #expect(Shard.index(of: RawPath(bytes: path), count: count) == index)
    }

    @Test(arguments: [1, 2, 7, 64, 1000])
    func eachInputIsInExactlyOneShard(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let shards = (1...count).compactMap { Shard(index: $0, count: count) }
        #expect(shards.count == count)
        for _ in 0..<300 {
            let length = Int.random(in: 0...40, using: &generator)
            let path = RawPath(
                bytes: (0..<length).map { _ in UInt8.random(in: 1...255, using: &generator) }
            )
            #expect(
                shards.filter { $0.contains(path) }.map(\.index) == [
                    Shard.index(of: path, count: count)
                ]
            )
        }
    }

    @Test func sharesAreEven() {
        let count = 16
        var sizes = [Int](repeating: 0, count: count)
        for number in 0..<16_000 {
            sizes[Shard.index(of: RawPath("shots/\(number).png"), count: count) - 1] += 1
        }
        // A standard deviation of 31 around 1,000.
        #expect(sizes.allSatisfy { (850...1150).contains($0) }, "\(sizes)")
    }

    @Test(arguments: [
        ("1/1", 1, 1), ("3/8", 3, 8), ("07/010", 7, 10), ("1000000/1000000", 1_000_000, 1_000_000),
    ])
    func reads(text: String, index: Int, count: Int) {
        #expect(Shard(text) == Shard(index: index, count: count))
        #expect(Shard(text)?.index == index)
        #expect(Shard(text)?.count == count)
    }

    @Test(
        arguments: [
            "", "/", "1", "1/", "/2", "0/2", "3/2", "-1/2", "+1/2", "1/2/3", "1 /2", "1/1000001",
            "a/b", "1/0",
            "99999999999999999999/99999999999999999999",
        ]
    )
    func refuses(text: String) { #expect(Shard(text) == nil) }
}
