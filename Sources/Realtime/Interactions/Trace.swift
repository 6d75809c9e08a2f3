package import BankAPI
package import Ledger

/// The whole journey of one request: what it moved, and when each hop of its way was reached.
package struct Trace: Hashable, Sendable {
    package struct Hop: Hashable, Sendable {
        package enum Name: String, Hashable, Sendable, CaseIterable {
            case received, committed, seen, sent, acknowledged
        }

        package let name: Name
        package let at: Timestamp
        package let sinceReceived: Int64
        package let transactionID: TransactionID
        package var connectionID: ConnectionID?
        package var accountID: AccountID?
        package var seq: Int64?
    }

    package let requestID: String
    package let transactions: [Transaction]
    package let hops: [Hop]

    /// - Parameters:
    ///   - transactions: those of the request that the viewer may see.
    ///   - records: the log's records of the request that the viewer may see.
    package init(
        requestID: String, transactions: [Transaction], records: [InteractionRecord]
    ) {
        self.requestID = requestID
        self.transactions = transactions
        var hops: [Hop] = []
        for transaction in transactions {
            hops += Self.hops(of: transaction, records)
        }
        self.hops = hops.sorted {
            ($0.at, Self.rank($0.name)) < ($1.at, Self.rank($1.name))
        }
    }

    private static func rank(_ name: Hop.Name) -> Int {
        Hop.Name.allCases.firstIndex(of: name) ?? 0
    }

    private static func hops(
        of transaction: Transaction, _ records: [InteractionRecord]
    ) -> [Hop] {
        func hop(_ name: Hop.Name, _ at: Timestamp, _ record: InteractionRecord? = nil) -> Hop {
            let since = at.milliseconds.subtractingReportingOverflow(
                transaction.receivedAt.milliseconds
            ).partialValue
            return Hop(
                name: name, at: at, sinceReceived: since, transactionID: transaction.id,
                connectionID: record?.connectionID, accountID: record?.accountID,
                seq: record?.seq)
        }
        let own = records.filter { $0.transactionID == transaction.id }
        var hops = [
            hop(.received, transaction.receivedAt), hop(.committed, transaction.committedAt),
        ]
        if let seen = own.compactMap(\.seenAt).min() { hops.append(hop(.seen, seen)) }
        for record in own {
            switch record.kind {
            case .pushSent: hops.append(hop(.sent, record.at, record))
            case .pushAcknowledged: hops.append(hop(.acknowledged, record.at, record))
            default: break
            }
        }
        return hops
    }
}

extension InteractionRecord {
    /// When the feed handed over what was pushed.
    fileprivate var seenAt: Timestamp? {
        guard kind == .pushSent, let data, let json = try? JSONParser.parse(Array(data.utf8))
        else { return nil }
        return json["seenAt"]?.string.flatMap { Timestamp(rfc3339: $0) }
    }
}

extension JSONWriter {
    /// `{requestId, transactions, hops: [{hop, at, sinceReceivedMs, transactionId, …}]}`
    package mutating func trace(_ trace: Trace, for viewer: Viewer) {
        object { json in
            json.member("requestId", trace.requestID)
            json.member("transactions") { json in
                json.array(trace.transactions) { $0.transaction($1, for: viewer) }
            }
            json.member("hops") { json in
                json.array(trace.hops) { json, hop in
                    json.object { json in
                        json.member("hop", hop.name.rawValue)
                        json.member("at", describing: hop.at)
                        json.member("sinceReceivedMs", hop.sinceReceived)
                        json.member("transactionId", describing: hop.transactionID)
                        if let id = hop.connectionID { json.member("connectionId", describing: id) }
                        if let id = hop.accountID { json.member("accountId", describing: id) }
                        if let seq = hop.seq { json.member("seq", seq) }
                    }
                }
            }
        }
    }
}
