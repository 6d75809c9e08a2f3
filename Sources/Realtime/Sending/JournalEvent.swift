package import BankAPI
package import Ledger
package import NIOCore
import Synchronization

/// A journal entry on its way to many sockets: each of its messages is encoded once, when the
/// first socket needs it, and the bytes are shared by all that get the same.
package final class JournalEvent: Sendable {
    /// As it was recorded: a replay tells the same as the push did.
    package let transaction: Transaction
    /// When the feed handed it over, or the journal was read.
    package let seenAt: Timestamp
    private let frames = Mutex<[Key: ByteBuffer]>([:])

    private struct Key: Hashable {
        let message: Message
        let accountID: AccountID?
        let viewer: Viewer?
    }

    private enum Message: Hashable { case transaction, balance, refusal, ledger }

    package init(_ transaction: Transaction, seenAt: Timestamp) {
        self.transaction = transaction.asRecorded
        self.seenAt = seenAt
    }

    /// `{"type":"transaction","accountId",…}` for one account's subscribers.
    package func transactionFrame(for posting: Posting, viewer: Viewer) -> ByteBuffer {
        let viewer = audience(viewer)
        return frame(.transaction, posting.accountID, viewer) { json in
            json.member("type", "transaction")
            json.member("accountId", describing: posting.accountID)
            json.member("seq", posting.seq)
            json.member("transaction") { $0.transaction(transaction, for: viewer) }
            json.member("balance") {
                $0.balance(after: posting, currency: transaction.amount.currency)
            }
            times(&json)
        }
    }

    /// `{"type":"balance","accountId",…}`: the balance after the posting.
    package func balanceFrame(for posting: Posting) -> ByteBuffer {
        frame(.balance, posting.accountID, nil) { json in
            json.member("type", "balance")
            json.member("accountId", describing: posting.accountID)
            json.member("seq", posting.seq)
            json.member("balance") {
                $0.balance(after: posting, currency: transaction.amount.currency)
            }
            json.member("requestId", transaction.requestID)
        }
    }

    /// `{"type":"refusal",…}` for the initiator.
    package func refusalFrame(for viewer: Viewer) -> ByteBuffer {
        frame(.refusal, nil, viewer) { json in
            json.member("type", "refusal")
            json.member("transaction") { $0.transaction(transaction, for: viewer) }
            json.member("requestId", transaction.requestID)
        }
    }

    /// `{"type":"transaction","ledgerCursor",…}` for staff that follow the whole ledger.
    package func ledgerFrame(for viewer: Viewer) -> ByteBuffer {
        let viewer = audience(viewer)
        return frame(.ledger, nil, viewer) { json in
            json.member("type", "transaction")
            json.member("ledgerCursor", describing: transaction.id)
            json.member("transaction") { $0.transaction(transaction, for: viewer) }
            times(&json)
        }
    }

    private func times(_ json: inout JSONWriter) {
        json.member("requestId", transaction.requestID)
        json.member("committedAt", describing: transaction.committedAt)
        json.member("sentAt", describing: seenAt)
    }

    /// Staff without a side of their own all see the same, so they share one encoding.
    private func audience(_ viewer: Viewer) -> Viewer {
        guard viewer.isStaff, transaction.ownPosting(of: viewer) == nil else { return viewer }
        return Viewer(customerID: CustomerID(high: 0, low: 0), isStaff: true)
    }

    private func frame(
        _ message: Message, _ accountID: AccountID?, _ viewer: Viewer?,
        _ write: (inout JSONWriter) -> Void
    ) -> ByteBuffer {
        let key = Key(message: message, accountID: accountID, viewer: viewer)
        return frames.withLock { frames in
            if let frame = frames[key] { return frame }
            var json = JSONWriter(reservingCapacity: 1_024)
            json.object(write)
            let frame = FrameEncoder.text(json.bytes)
            frames[key] = frame
            return frame
        }
    }
}

/// A journal event as one account's subscribers see it.
package struct AccountEvent: Sequenced {
    package let event: JournalEvent
    package let posting: Posting

    package init(event: JournalEvent, posting: Posting) {
        self.event = event
        self.posting = posting
    }

    package var seq: Int64 { posting.seq }
}
