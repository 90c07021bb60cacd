/// Whole numbers that stand in the same order as the floats they are made from.
enum FloatOrder {
    /// The number of bits of a key that name its bin.
    static let binBits = 21

    /// Returns a number that is smaller for smaller values and equal for equal ones.
    ///
    /// `value` must not be NaN. Infinities are the ends of the order.
    static func key(of value: Float) -> UInt32 {
        // Adding zero turns -0.0, which equals 0.0, into the same bits.
        let bits = (value + 0).bitPattern
        let allOnesIfNegative = UInt32(bitPattern: Int32(bitPattern: bits) >> 31)
        return bits ^ (allOnesIfNegative | 0x8000_0000)
    }

    /// Returns the value that a key was made from.
    static func value(of key: UInt32) -> Float {
        Float(bitPattern: key & 0x8000_0000 == 0 ? ~key : key & 0x7FFF_FFFF)
    }

    /// Returns the bin of a value: its sign, its exponent and the 12 leading bits of its fraction.
    ///
    /// Values of one bin differ by less than the 4096th part of themselves.
    static func bin(of value: Float) -> Int {
        Int(key(of: value) >> UInt32(32 - binBits))
    }
}
