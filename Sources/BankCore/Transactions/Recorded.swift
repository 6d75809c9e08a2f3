import BankAPI
import Hummingbird
import Ledger
import ServiceKit

/// A journal entry, posted or refused; `isReplayed` if an earlier request made it.
struct Recorded: Sendable {
    let entry: Transaction
    let isReplayed: Bool
}

extension LedgerGate {
    /// Hands the order to the ledger.
    /// - Throws: `CommandRejection`, `PostingError`.
    func record(_ order: Order) async throws -> Recorded {
        switch try await perform(.post(order)) {
        case .recorded(let entry, let isReplayed):
            return Recorded(entry: entry, isReplayed: isReplayed)
        case .rejected(let rejection): throw rejection
        default: throw Problem(.internalError)
        }
    }
}

extension Response {
    /// 201 with the entry, or the problem of its refusal; the same bytes each time the same
    /// request is made.
    init(_ recorded: Recorded, for viewer: Viewer) {
        let entry = recorded.entry
        self.init(recorded, location: "/api/v1/transactions/\(entry.id)") { json in
            json.transaction(entry, for: viewer)
        }
    }

    /// The same with another object than the entry.
    init(_ recorded: Recorded, location: String, _ write: (inout JSONWriter) -> Void) {
        let entry = recorded.entry
        if let refusal = entry.refusal {
            self = Problem(refusal, transactionID: entry.id)
                .response(requestID: entry.requestID)
        } else {
            self.init(
                status: .created, json: JSONWriter.bytes(write), headers: [.location: location])
        }
        if recorded.isReplayed { headers[.idempotentReplayed] = "true" }
    }
}
