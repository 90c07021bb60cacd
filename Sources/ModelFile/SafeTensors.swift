public import Tensors

/// The content of a safetensors file: named tensors of floats and named texts.
///
/// The file is an 8-byte little-endian header length, a JSON header and the tensors' raw
/// little-endian numbers, so that other tools read it too.
///
/// > Source: the safetensors format description, "Format" section. We read and write the
/// > element types F32 and BF16 only and refuse numbers that are not finite.
public struct SafeTensors: Sendable, Equatable {
    /// The tensors by name.
    public var tensors: [String: Tensor]
    /// The texts by name.
    public var metadata: [String: String]

    /// Creates the content of a file.
    public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Returns a tensor after checking its shape.
    ///
    /// - Parameters:
    ///   - name: The tensor's name.
    ///   - shape: The wanted size of each axis, `nil` where any size will do.
    /// - Returns: The tensor, its shape as wanted.
    /// - Throws: ``ModelFileError/missingTensor(name:)`` or
    ///   ``ModelFileError/wrongShape(name:expected:actual:)``.
    public func tensor(_ name: String, shape: [Int?]) throws(ModelFileError) -> Tensor {
        guard let tensor = tensors[name] else { throw .missingTensor(name: name) }
        let fits =
            tensor.shape.count == shape.count
            && zip(tensor.shape, shape).allSatisfy { actual, wanted in
                wanted == nil || wanted == actual
            }
        guard fits else { throw .wrongShape(name: name, expected: shape, actual: tensor.shape) }
        return tensor
    }

    /// Returns a tensor of one axis in single precision.
    ///
    /// - Throws: As ``tensor(_:shape:)``; ``ModelFileError/badTensor(name:reason:)`` for another type.
    public func vector(_ name: String, count: Int? = nil) throws(ModelFileError) -> [Float] {
        try Self.floats(of: tensor(name, shape: [count]), name)
    }

    private static func floats(
        of tensor: Tensor,
        _ name: String
    ) throws(ModelFileError) -> [Float] {
        guard case .float32(let values) = tensor.numbers else {
            throw .badTensor(name: name, reason: "its type is \"BF16\", expected \"F32\"")
        }
        return values
    }

    /// Returns a tensor of two axes in bfloat16.
    ///
    /// - Throws: As ``tensor(_:shape:)``; ``ModelFileError/badTensor(name:reason:)`` for another type.
    public func bfloat16Matrix(
        _ name: String,
        rows: Int? = nil,
        columns: Int? = nil
    ) throws(ModelFileError) -> BFloat16Matrix {
        let tensor = try tensor(name, shape: [rows, columns])
        guard case .bfloat16(let values) = tensor.numbers else {
            throw .badTensor(name: name, reason: "its type is \"F32\", expected \"BF16\"")
        }
        do throws(ShapeError) {
            return try BFloat16Matrix(
                rows: tensor.shape[0],
                columns: tensor.shape[1],
                elements: values
            )
        } catch {
            throw .badTensor(name: name, reason: error.description)
        }
    }

    /// Returns a tensor of two axes in single precision.
    ///
    /// - Throws: As ``vector(_:count:)``.
    public func matrix(
        _ name: String,
        rows: Int? = nil,
        columns: Int? = nil
    ) throws(ModelFileError) -> Matrix {
        let tensor = try tensor(name, shape: [rows, columns])
        let values = try Self.floats(of: tensor, name)
        do throws(ShapeError) {
            return try Matrix(
                rows: tensor.shape[0],
                columns: tensor.shape[1],
                elements: values
            )
        } catch {
            throw .badTensor(name: name, reason: error.description)
        }
    }

    /// Returns a text that must be there.
    ///
    /// - Throws: ``ModelFileError/missingMetadata(key:)``.
    public func text(_ key: String) throws(ModelFileError) -> String {
        guard let text = metadata[key] else { throw .missingMetadata(key: key) }
        return text
    }
}
