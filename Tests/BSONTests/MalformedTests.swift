import BSON
import Testing

@Suite struct `Bytes that are no document` {
    @Test(
        arguments: [
            [], [5], [5, 0, 0, 0], [4, 0, 0, 0, 0], [5, 0, 0, 0, 1], [6, 0, 0, 0, 0],
            [0xFF, 0xFF, 0xFF, 0xFF, 0],
        ] as [[UInt8]])
    func `are refused by their frame`(bytes: [UInt8]) {
        #expect(throws: BSONError.malformed) { try BSONDocument(bytes) }
    }

    /// The elements of a document whose frame is right.
    private static func framed(_ elements: [UInt8]) -> [UInt8] {
        [UInt8(elements.count + 5), 0, 0, 0] + elements + [0]
    }

    @Test(
        arguments: [
            [0x02],  // a type without a key
            [0x02, 0x61],  // a key without end
            [0x02, 0x61, 0],  // no value
            [0x02, 0x61, 0, 0, 0, 0, 0],  // a string without its zero byte
            [0x02, 0x61, 0, 9, 0, 0, 0, 0x78, 0],  // a string longer than the document
            [0x02, 0x61, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0],  // a negative length
            [0x02, 0x61, 0, 2, 0, 0, 0, 0xC3, 0],  // half a character
            [0x02, 0x61, 0, 2, 0, 0, 0, 0x78, 0x79],  // a string that doesn't end in zero
            [0x02, 0xFF, 0, 1, 0, 0, 0, 0],  // a key that is no text
            [0x03, 0x61, 0, 4, 0, 0, 0],  // a document shorter than the shortest
            [0x03, 0x61, 0, 5, 0, 0, 0, 1],  // a document that doesn't end in zero
            [0x05, 0x61, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0],  // binary of 2 GiB
            [0x0B, 0x61, 0, 0x78],  // a pattern without end
            [0x0F, 0x61, 0, 14, 0, 0, 0, 9, 0, 0, 0, 0, 5, 0, 0, 0, 0],  // code beyond its value
            [0x12, 0x61, 0, 1, 2, 3],  // an integer cut off
            [0x20, 0x61, 0],  // an unknown type
        ] as [[UInt8]])
    func `are refused when they are looked at`(elements: [UInt8]) throws {
        let document = try BSONDocument(Self.framed(elements))
        #expect(throws: BSONError.malformed) { try document.validate() }
        #expect(throws: BSONError.malformed) { try document.elements() }
    }

    @Test func `nested deeper than the limit are refused, however deep`() throws {
        for (depth, fits) in [(99, true), (100, false), (50_000, false)] {
            let document = try BSONDocument(Self.nest(depth))
            if fits {
                try document.validate()
                _ = try document.elements()
            } else {
                #expect(throws: BSONError.malformed) { try document.validate() }
                #expect(throws: BSONError.malformed) { try document.elements() }
            }
        }
    }

    /// An array within an array, `depth` times: each adds eight bytes.
    private static func nest(_ depth: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for level in 0..<depth {
            bytes += length(5 + 8 * (depth - level)) + [0x04, 0x30, 0]
        }
        return bytes + length(5) + [UInt8](repeating: 0, count: depth + 1)
    }

    private static func length(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    @Test func `made by changing bytes of good ones give errors, never a crash`() throws {
        var generator = SeededGenerator(seed: 2)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = Array(BSONDocument.random(&generator, depth: 2).bytes)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                Self.damage(&bytes, &generator)
            }
            do {
                try Self.readAll(BSONDocument(bytes))
            } catch {
                refused += 1
            }
        }
        #expect(refused > 5_000 && refused < 20_000)
    }

    private static func damage(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        let index = Int.random(in: 4..<bytes.count, using: &generator)
        let chosen: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, UInt8(truncatingIfNeeded: generator.next())]
        switch Int.random(in: 0...3, using: &generator) {
        case 0 where bytes.count > 6: bytes.remove(at: index)
        case 1: bytes.insert(chosen.randomElement(using: &generator) ?? 0, at: index)
        default: bytes[index] = chosen.randomElement(using: &generator) ?? 0
        }
        // Keep the frame right, so that the damage within is reached.
        bytes.replaceSubrange(0..<4, with: length(bytes.count))
        bytes[bytes.count - 1] = 0
    }

    private static func readAll(_ document: BSONDocument) throws {
        var fault: (any Error)?
        for key in (try? document.keys()) ?? [] {
            _ = try? document.string(key)
            _ = try? document.int64(key)
            _ = try? document.bytes(key)
            _ = try? document.documents(key)
            _ = try? document.timestamp(key)
            do { _ = try document.value(key) } catch { fault = error }
        }
        try document.validate()
        if let fault { throw fault }
    }
}
