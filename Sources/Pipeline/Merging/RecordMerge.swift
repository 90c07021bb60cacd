internal import Reports

/// Records of many files as one sequence in the order of the walk; takes memory for one record and one buffer of each file.
struct RecordMerge {
    /// A record, and the file that it is in.
    struct Item {
        let source: Int
        let head: RecordSource.Head
        let line: [UInt8]
    }

    private(set) var sources: [RecordSource]
    /// The files that have a record left, those with the first one on top: each comes before its two children at twice its
    /// place plus 1 and 2.
    private var heap: [Int] = []

    init(_ sources: [RecordSource]) { self.sources = sources }

    /// How many bytes of each file to read at once, so that all together stay small.
    static func chunk(of files: Int) -> Int {
        min(max((1 << 24) / max(files, 1), 1 << 12), 1 << 18)
    }

    /// Goes to the first record of a root.
    ///
    /// - Parameter lines: How many lines a file has of it; nil where they go on to its end.
    /// - Throws: ``MergeError`` where a record can't be used.
    mutating func begin(lines: (Int) -> Int?) throws(MergeError) {
        heap = []
        for index in sources.indices {
            try sources[index].begin(lines: lines(index))
            if sources[index].head != nil { heap.append(index) }
        }
        for place in heap.indices.reversed() { sink(from: place) }
    }

    /// Returns the root's next record.
    mutating func next() throws(MergeError) -> Item? {
        guard let index = heap.first, let head = sources[index].head else { return nil }
        let item = Item(source: index, head: head, line: try sources[index].line(of: head))
        try sources[index].advance()
        if sources[index].head == nil {
            let last = heap.removeLast()
            if !heap.isEmpty { heap[0] = last }
        }
        sink(from: 0)
        if let other = heap.first, let following = sources[other].head, following.key == head.key {
            throw .duplicate(
                input: head.outline.path,
                sources[index].path,
                sources[other].path
            )
        }
        return item
    }

    /// Checks that all files are read to their ends.
    mutating func requireEnd() throws(MergeError) {
        for index in sources.indices { try sources[index].requireEnd() }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            var first = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && precedes(heap[child], heap[first]) {
                first = child
            }
            if first == place { return }
            heap.swapAt(first, place)
            place = first
        }
    }

    private func precedes(_ index: Int, _ other: Int) -> Bool {
        guard let head = sources[index].head, let otherHead = sources[other].head else {
            return false
        }
        return head.key.lexicographicallyPrecedes(otherHead.key)
    }
}
