import Dispatch
import ModelFile
import Scoring
import Tensors

/// Reads what libFuzzer invents as a model file, and uses what is read.
///
/// A second reading leaves the digest out, which no mutation would ever get right.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneModel(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let file = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    do throws(ModelFileError) {
        _ = try ModelContainer.decode(file)
    } catch {
        checkReason(error)
    }
    let stored: StoredModel
    do throws(ModelFileError) {
        var content = try SafeTensors(reading: file)
        content.metadata[ModelContainer.versionKey] = nil
        let again = try ModelContainer.decode(ModelContainer.encode(content))
        require(again == content, "what was written is not what is read")
        stored = try StoredModel(content)
        let back = try StoredModel(stored.content())
        require(back == stored, "another model is read back")
    } catch {
        checkReason(error)
        return 0
    }
    // Models that only their readers would mind, not the memory of a fuzzer.
    guard stored.parameters.configuration.pixels <= 4096,
        stored.parameters.network.map({ $0.configuration.pixels <= 4096 }) ?? true
    else { return 0 }
    let model = AnomalyModel(parameters: stored.parameters, kernels: .best)
    var image = FeatureMap(height: 24, width: 32, channels: stored.parameters.channels)
    var generator = SeededGenerator(seed: 1)
    for index in image.elements.indices { image.elements[index] = Float(generator.nextUnit()) }
    let assessment = model.assess(image)
    if assessment.score.isFinite {
        _ = stored.parameters.conformal.pValue(of: assessment.score)
        require(assessment.map.elements.allSatisfy(\.isFinite), "a score of no numbers")
    }
    // The rest takes many times as long; which files get it, their bytes decide.
    if file.reduce(0, &+) % 4 == 0 { wait { await Uses.shared.use(stored) } }
    return 0
}

private func checkReason(_ error: ModelFileError) {
    let reason = error.description
    require(!reason.isEmpty && reason.utf8.count < 4000, "a reason of no use")
    require(
        reason.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
        "a reason that would disturb a terminal: \(reason.debugDescription)"
    )
}

private func wait(for work: @escaping @Sendable () async -> Void) {
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        await work()
        done.signal()
    }
    done.wait()
}

/// Stops with the message, which `precondition` leaves out of optimised builds.
private func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
