/// Writes values so that two different sequences of values never give the same bytes: numbers
/// in eight bytes, most significant first; texts and byte strings with their length before them;
/// a byte 0 or 1 before what may be missing.
struct CanonicalWriter {
    private(set) var bytes: [UInt8] = []

    /// - Parameter domain: names what is written and its version, so that no entry can be taken
    ///   for a block.
    init(domain: String, capacity: Int) {
        bytes.reserveCapacity(capacity)
        text(domain)
    }

    mutating func fixed(_ value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func number(_ value: Int64) { fixed(UInt64(bitPattern: value)) }

    mutating func text(_ value: String) {
        number(Int64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func data(_ value: [UInt8]) {
        number(Int64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func identifier<Kind>(_ value: Identifier<Kind>) {
        fixed(value.high)
        fixed(value.low)
    }

    mutating func optional<Value>(
        _ value: Value?, _ write: (inout CanonicalWriter, Value) -> Void
    ) {
        guard let value else { return bytes.append(0) }
        bytes.append(1)
        write(&self, value)
    }
}
