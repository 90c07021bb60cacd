/// Letters of 5 x 7 pixels for the labels of pictures: capitals, digits and a few signs.
public enum BitmapFont {
    /// The width and height of a letter in pixels.
    public static let size = (width: 5, height: 7)
    /// Pixels from one letter to the next.
    public static let advance = 6

    /// The dark dots of a line of text, from its upper left corner.
    public static func dots(of text: String) -> [(x: Int, y: Int)] {
        var dots: [(x: Int, y: Int)] = []
        for (index, character) in text.enumerated() {
            for (row, bits) in rows(of: character).enumerated() {
                for column in 0..<size.width where bits >> (size.width - 1 - column) & 1 == 1 {
                    dots.append((x: index * advance + column, y: row))
                }
            }
        }
        return dots
    }

    /// The rows of a character from top to bottom, the leftmost pixel in the highest of five bits.
    ///
    /// Small letters are shown as capitals, characters that are missing as a full stop in the middle.
    static func rows(of character: Character) -> [UInt8] {
        if character == " " { return [] }
        let capital = Character(String(character).uppercased().prefix(1).description)
        return glyphs[capital] ?? [0, 0, 0, 4, 0, 0, 0]
    }

    private static let glyphs: [Character: [UInt8]] = [
        "0": [14, 17, 19, 21, 25, 17, 14], "1": [4, 12, 4, 4, 4, 4, 14],
        "2": [14, 17, 1, 6, 8, 16, 31], "3": [30, 1, 1, 14, 1, 1, 30],
        "4": [2, 6, 10, 18, 31, 2, 2], "5": [31, 16, 30, 1, 1, 17, 14],
        "6": [6, 8, 16, 30, 17, 17, 14], "7": [31, 1, 2, 4, 4, 8, 8],
        "8": [14, 17, 17, 14, 17, 17, 14], "9": [14, 17, 17, 15, 1, 2, 12],
        "A": [14, 17, 17, 31, 17, 17, 17], "B": [30, 17, 17, 30, 17, 17, 30],
        "C": [14, 17, 16, 16, 16, 17, 14], "D": [30, 17, 17, 17, 17, 17, 30],
        "E": [31, 16, 16, 30, 16, 16, 31], "F": [31, 16, 16, 30, 16, 16, 16],
        "G": [14, 17, 16, 23, 17, 17, 15], "H": [17, 17, 17, 31, 17, 17, 17],
        "I": [14, 4, 4, 4, 4, 4, 14], "J": [7, 2, 2, 2, 2, 18, 12],
        "K": [17, 18, 20, 24, 20, 18, 17], "L": [16, 16, 16, 16, 16, 16, 31],
        "M": [17, 27, 21, 21, 17, 17, 17], "N": [17, 25, 21, 19, 17, 17, 17],
        "O": [14, 17, 17, 17, 17, 17, 14], "P": [30, 17, 17, 30, 16, 16, 16],
        "Q": [14, 17, 17, 17, 21, 18, 13], "R": [30, 17, 17, 30, 20, 18, 17],
        "S": [15, 16, 16, 14, 1, 1, 30], "T": [31, 4, 4, 4, 4, 4, 4],
        "U": [17, 17, 17, 17, 17, 17, 14], "V": [17, 17, 17, 17, 17, 10, 4],
        "W": [17, 17, 17, 21, 21, 27, 17], "X": [17, 17, 10, 4, 10, 17, 17],
        "Y": [17, 17, 10, 4, 4, 4, 4], "Z": [31, 1, 2, 4, 8, 16, 31],
        ".": [0, 0, 0, 0, 0, 12, 12], ",": [0, 0, 0, 0, 12, 4, 8],
        "-": [0, 0, 0, 31, 0, 0, 0], "+": [0, 4, 4, 31, 4, 4, 0],
        "/": [1, 1, 2, 4, 8, 16, 16], ":": [0, 12, 12, 0, 12, 12, 0],
        "(": [2, 4, 8, 8, 8, 4, 2], ")": [8, 4, 2, 2, 2, 4, 8],
        "%": [24, 25, 2, 4, 8, 19, 3], "_": [0, 0, 0, 0, 0, 0, 31],
        "=": [0, 0, 31, 0, 31, 0, 0], "*": [0, 21, 14, 31, 14, 21, 0],
    ]
}
