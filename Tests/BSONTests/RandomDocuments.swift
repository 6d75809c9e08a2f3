import BSON

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same documents.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension BSONDocument {
    /// Up to eight fields of any types, nested up to `depth`.
    static func random(_ generator: inout SeededGenerator, depth: Int = 3) -> BSONDocument {
        let count = Int.random(in: 0...8, using: &generator)
        return BSONDocument(
            (0..<count).map { index in
                ("\(String.random(&generator))\(index)", .random(&generator, depth: depth))
            })
    }
}

extension BSONValue {
    static func random(_ generator: inout SeededGenerator, depth: Int) -> BSONValue {
        switch Int.random(in: depth > 0 ? 0...20 : 3...20, using: &generator) {
        case 0: return .document(.random(&generator, depth: depth - 1))
        case 1:
            let count = Int.random(in: 0...4, using: &generator)
            return .array((0..<count).map { _ in .random(&generator, depth: depth - 1) })
        case 2:
            return .codeWithScope(
                .random(&generator), scope: .random(&generator, depth: depth - 1))
        case 3: return .double(Double(Int64(truncatingIfNeeded: generator.next())))
        case 4, 5: return .string(.random(&generator))
        case 6:
            let count = Int.random(in: 0...40, using: &generator)
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            return .binary(subtype: UInt8(truncatingIfNeeded: generator.next()), bytes: bytes)
        case 7: return .undefined
        case 8: return .objectID(.random(&generator))
        case 9: return .bool(Bool.random(using: &generator))
        case 10: return .date(Int64(truncatingIfNeeded: generator.next()))
        case 11: return .null
        case 12: return .regex(pattern: .random(&generator), options: "im")
        case 13: return .dbPointer(namespace: .random(&generator), id: .random(&generator))
        case 14: return .code(.random(&generator))
        case 15: return .symbol(.random(&generator))
        case 16: return .int32(Int32(truncatingIfNeeded: generator.next()))
        case 17:
            return .timestamp(
                BSONTimestamp(seconds: UInt32(truncatingIfNeeded: generator.next()), increment: 1))
        case 18: return .int64(Int64(truncatingIfNeeded: generator.next()))
        case 19: return .decimal128(BSONDecimal128(low: generator.next(), high: generator.next()))
        default: return Bool.random(using: &generator) ? .minKey : .maxKey
        }
    }
}

extension BSONObjectID {
    static func random(_ generator: inout SeededGenerator) -> BSONObjectID {
        BSONObjectID(
            high: generator.next(), low: UInt32(truncatingIfNeeded: generator.next()))
    }
}

extension String {
    /// Without NUL, so that it may be a key.
    static func random(_ generator: inout SeededGenerator) -> String {
        let characters: [Character] = ["a", "Z", "0", ".", "$", "ß", "ж", "日", "👩‍🚀", " "]
        let count = Int.random(in: 0...12, using: &generator)
        return String((0..<count).map { _ in characters.randomElement(using: &generator) ?? "a" })
    }
}
