/// Where one element stands in its document's bytes.
struct ElementPlace {
    let type: BSONType
    let key: Range<Int>
    let value: Range<Int>
}

/// Goes through the elements of one document (not into them), checking every length.
struct ElementWalker {
    private let bytes: ArraySlice<UInt8>
    private var index: Int
    /// The closing zero byte.
    private let end: Int

    init(_ document: BSONDocument) {
        bytes = document.bytes
        index = document.bytes.startIndex + 4
        end = document.bytes.endIndex - 1
    }

    /// The next element, or nil after the last.
    mutating func next() throws(BSONError) -> ElementPlace? {
        guard index < end else {
            guard index == end else { throw .malformed }
            return nil
        }
        guard let type = BSONType(rawValue: bytes[index]) else { throw .malformed }
        let keyStart = index + 1
        let keyEnd = try cStringEnd(from: keyStart)
        let valueStart = keyEnd + 1
        let size = try valueSize(of: type, at: valueStart)
        guard size <= end - valueStart else { throw .malformed }
        index = valueStart + size
        return ElementPlace(
            type: type, key: keyStart..<keyEnd, value: valueStart..<(valueStart + size))
    }

    /// The size of a value in bytes. It may reach beyond the document: the caller compares.
    private func valueSize(of type: BSONType, at start: Int) throws(BSONError) -> Int {
        switch type {
        case .undefined, .null, .minKey, .maxKey: return 0
        case .bool: return 1
        case .int32: return 4
        case .double, .date, .timestamp, .int64: return 8
        case .objectID: return 12
        case .decimal128: return 16
        case .string, .code, .symbol: return 4 + (try length(at: start, atLeast: 1))
        case .binary: return 5 + (try length(at: start, atLeast: 0))
        case .document, .array: return try length(at: start, atLeast: 5)
        case .dbPointer: return 4 + (try length(at: start, atLeast: 1)) + 12
        case .codeWithScope: return try length(at: start, atLeast: 14)
        case .regex:
            let optionsStart = try cStringEnd(from: start) + 1
            return try cStringEnd(from: optionsStart) + 1 - start
        }
    }

    /// The index of the zero byte that ends the text from `start`.
    private func cStringEnd(from start: Int) throws(BSONError) -> Int {
        var index = start
        while index < end {
            if bytes[index] == 0 { return index }
            index += 1
        }
        throw .malformed
    }

    private func length(at start: Int, atLeast minimum: Int) throws(BSONError) -> Int {
        guard start <= end - 4 else { throw .malformed }
        let length = Int(bytes.int32(at: start))
        guard length >= minimum else { throw .malformed }
        return length
    }
}

extension ArraySlice<UInt8> {
    // Little-endian numbers; the caller has checked that the bytes are there, and the
    // subscript checks again.

    func int32(at index: Int) -> Int32 {
        Int32(bitPattern: unsigned(at: index))
    }

    func int64(at index: Int) -> Int64 {
        Int64(bitPattern: unsigned(at: index))
    }

    func unsigned<T: FixedWidthInteger & UnsignedInteger>(at index: Int) -> T {
        var value: T = 0
        for place in 0..<T.bitWidth / 8 {
            value |= T(truncatingIfNeeded: self[index + place]) << T(8 * place)
        }
        return value
    }
}
