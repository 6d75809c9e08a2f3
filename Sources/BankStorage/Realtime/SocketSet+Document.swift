import BSON
import Ledger
import Realtime

/// Shape: `{_id, expiresAt, sockets}`; `sockets` is 48 bytes for each, the numbers of its
/// connection, customer and session, most significant byte first; 0 is none.
extension SocketSet {
    convenience init(document: BSONDocument) throws(BSONError) {
        self.init(
            try document.identifier("_id"),
            try LoggedSocket.all(in: try document.bytes(InteractionFields.sockets)))
    }

    /// - Parameter keptSeconds: of a record that names the set.
    func document(keptSeconds: Int64) -> BSONDocument {
        let lastNamed = id.madeAt.advanced(bySeconds: Self.namedSeconds)
        return [
            "_id": .identifier(id),
            "expiresAt": .time(lastNamed.advanced(bySeconds: keptSeconds + Self.outlivesSeconds)),
            InteractionFields.sockets: .bytes(bytes),
        ]
    }
    /// A day, for what is written late.
    private static let outlivesSeconds: Int64 = 86_400

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(LoggedSocket.byteCount * sockets.count)
        for socket in sockets {
            for number in socket.numbers {
                withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
            }
        }
        return bytes
    }
}

extension LoggedSocket {
    fileprivate static let byteCount = 48

    fileprivate var numbers: [UInt64] {
        [
            connectionID.high, connectionID.low, customerID?.high ?? 0, customerID?.low ?? 0,
            sessionID?.high ?? 0, sessionID?.low ?? 0,
        ]
    }

    static func all(in bytes: [UInt8]) throws(BSONError) -> [LoggedSocket] {
        guard bytes.count.isMultiple(of: byteCount) else {
            throw .type(field: InteractionFields.sockets)
        }
        return stride(from: 0, to: bytes.count, by: byteCount).compactMap { start in
            LoggedSocket(bytes[start..<(start + byteCount)])
        }
    }

    /// Nil without a connection.
    private init?(_ bytes: ArraySlice<UInt8>) {
        var numbers: [UInt64] = []
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 8) {
            numbers.append(bytes[start...].prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
        }
        func identifier<Kind>(_ place: Int) -> Identifier<Kind>? {
            let (high, low) = (numbers[place], numbers[place + 1])
            return high == 0 && low == 0 ? nil : Identifier(high: high, low: low)
        }
        guard numbers.count == 6, let connection: ConnectionID = identifier(0) else { return nil }
        self.init(
            connectionID: connection, customerID: identifier(2), sessionID: identifier(4))
    }
}
