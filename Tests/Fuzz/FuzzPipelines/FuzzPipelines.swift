import PipelineFile

/// Reads what libFuzzer invents as a pipeline file.
///
/// What is read is planned, and the plan read again: it must mean the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOnePipeline(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let declaration = read(input, mayFail: true) else { return 0 }
    let plan = declaration.plan()
    let again = read(Array(plan.utf8), mayFail: false)
    require(again?.plan() != nil, "a plan that can't be planned")
    _ = declaration.report?.folder.path(date: "2026-03-01", time: "030500")
    for name in ["a/b.png", "", "/", ".png", "\u{7F}ä/**/[.jpg"] {
        _ = declaration.ingest.filter.takes(file: Array(name.utf8))
        _ = declaration.ingest.filter.skips(folder: Array(name.utf8))
    }
    return 0
}

private func read(_ bytes: [UInt8], mayFail: Bool) -> PipelineDeclaration? {
    do throws(PipelineFileError) {
        return try PipelineDeclaration.parse(
            bytes,
            file: "/data/nightly.yaml",
            folder: "/data",
            environment: ["HOME": "/data", "EMPTY": "", "A": "*a: [${B}"]
        )
    } catch {
        require(!error.problems.isEmpty, "a refusal without a reason")
        _ = "\(error)"
        require(mayFail, "a plan is refused: \(error)")
        return nil
    }
}

/// Stops with the message, which `precondition` leaves out of optimised builds.
private func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
