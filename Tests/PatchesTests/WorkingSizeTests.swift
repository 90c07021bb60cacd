import Foundation
import Patches
import Testing

@Suite struct WorkingSizeTests {
    @Test(
        "gives the wanted pixels in the image's aspect",
        arguments: [
            (256, 256, 256, 256), (1024, 1024, 256, 256), (500, 1255, 162, 406),
            (100, 50, 362, 181),
            (1, 1, 256, 256), (60_000, 600, 2560, 26), (10, 60_000, 16, 19_830),
        ]
    )
    func keepsAspect(width: Int, height: Int, newWidth: Int, newHeight: Int) {
        let size = WorkingSize().size(width: width, height: height)
        #expect(size.width == newWidth)
        #expect(size.height == newHeight)
    }

    @Test func roundTripsAsJSONAndRefusesNonsense() throws {
        let encoded = try JSONEncoder().encode(WorkingSize(pixels: 1000))
        #expect(String(decoding: encoded, as: UTF8.self) == #"{"pixels":1000}"#)
        #expect(try JSONDecoder().decode(WorkingSize.self, from: encoded).pixels == 1000)
        for nonsense in ["0", "-5", "4611686018427387904"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(
                    WorkingSize.self,
                    from: Data("{\"pixels\":\(nonsense)}".utf8)
                )
            }
        }
    }
}
