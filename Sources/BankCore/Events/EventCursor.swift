import Ledger
import ServiceKit

/// A place in the feed as text: base64url of a version, the marks, and the pass if there is one.
/// It means the same to everybody, and shows nobody anything: what is read at it is theirs.
enum EventCursor {
    /// Two lists of 64 chains, in base64.
    static let bytesMax = 5_000
    private static let version: UInt8 = 1

    static func text(_ position: EventPosition) -> String {
        var bytes: [UInt8] = [version]
        position.seen.write(to: &bytes)
        if let pass = position.pass {
            pass.target.write(to: &bytes)
            bytes.append(bits: pass.after)
            bytes.append(bits: pass.through)
        }
        return Base64URL.encode(bytes)
    }

    /// Nil for a text that is none.
    static func position(_ text: String) -> EventPosition? {
        guard let bytes = Base64URL.decode(text.utf8), bytes.first == version else { return nil }
        var reader = CursorReader(bytes: bytes.dropFirst())
        guard let seen = ChainMarks(&reader) else { return nil }
        if reader.isAtEnd { return EventPosition(seen: seen) }
        guard let target = ChainMarks(&reader),
            let after: TransactionID = reader.identifier(),
            let through: TransactionID = reader.identifier(), reader.isAtEnd
        else { return nil }
        return EventPosition(
            seen: seen, pass: EventPass(target: target, after: after, through: through))
    }
}

extension ChainMarks {
    /// Their number, each with its height, and the floor behind a byte that says whether there
    /// is one.
    fileprivate func write(to bytes: inout [UInt8]) {
        bytes.append(UInt8(clamping: heights.count))
        for (writer, height) in heights.sorted(by: { $0.key < $1.key }) {
            bytes.append(bits: writer)
            bytes.append(number: UInt64(clamping: height))
        }
        bytes.append(floor == nil ? 0 : 1)
        if let floor { bytes.append(bits: floor) }
    }

    fileprivate init?(_ reader: inout CursorReader) {
        guard let count = reader.byte() else { return nil }
        var heights: [WriterID: Int64] = [:]
        for _ in 0..<count {
            guard let writer: WriterID = reader.identifier(), let height = reader.number() else {
                return nil
            }
            heights[writer] = Int64(clamping: height)
        }
        guard let hasFloor = reader.byte(), hasFloor <= 1 else { return nil }
        var floor: BlockID?
        if hasFloor == 1 {
            guard let id: BlockID = reader.identifier() else { return nil }
            floor = id
        }
        self.init(heights: heights, floor: floor)
    }
}

/// Takes values off the front of bytes; nil when they have come to an end.
private struct CursorReader {
    var bytes: ArraySlice<UInt8>
    var isAtEnd: Bool { bytes.isEmpty }

    mutating func byte() -> UInt8? { bytes.popFirst() }

    mutating func number() -> UInt64? {
        guard bytes.count >= 8 else { return nil }
        defer { bytes = bytes.dropFirst(8) }
        return bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func identifier<Kind>() -> Identifier<Kind>? {
        guard let high = number(), let low = number() else { return nil }
        return Identifier(high: high, low: low)
    }
}

extension [UInt8] {
    fileprivate mutating func append(number: UInt64) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    fileprivate mutating func append<Kind>(bits id: Identifier<Kind>) {
        append(number: id.high)
        append(number: id.low)
    }
}
