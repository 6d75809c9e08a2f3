import BankAPI
import Ledger

/// The two ways to give a transaction's money back.
enum UndoingKind: String, Sendable {
    case reversal, cancellation

    var type: TransactionTypeCode { self == .reversal ? .reversal : .cancellation }

    /// What is answered where no money was moved.
    var rejectionOfNothing: CommandRejection {
        self == .reversal ? .notReversible : .notCancellable
    }

    /// The same text for the same request.
    func canonicalText(undoing id: TransactionID) -> [UInt8] {
        JSONWriter.bytes { json in
            json.object { json in
                json.member("endpoint", "POST /transactions/{id}/\(rawValue)")
                json.member("id", describing: id)
            }
        }
    }
}
