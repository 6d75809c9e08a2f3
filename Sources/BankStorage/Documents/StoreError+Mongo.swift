import BSON
import BankCore
import Mongo

extension StoreError {
    /// The fault by what the caller can do about it. A document that can't be read or a command
    /// that the server refuses is poison: it must not stop the others.
    init(_ error: any Error) {
        self =
            switch error {
            case let error as StoreError: error
            case let error as MongoError: StoreError(error.kind)
            case is BSONError, is LedgerFault: .poisoned
            default: .unavailable
            }
    }

    private init(_ kind: MongoError.Kind) {
        self =
            switch kind {
            case .unavailable, .poolExhausted, .timeLimitExceeded, .shutDown, .transient,
                .historyLost, .invalidated, .cursorLost, .notReplicaSet, .unauthorized,
                .settings, .alreadyExists:
                .unavailable
            case .outcomeUnknown: .outcomeUnknown
            case .duplicateKey, .validation, .bug: .poisoned
            }
    }
}

/// What the storage itself finds wrong while it commits.
enum LedgerFault: Error, Hashable {
    /// An account no longer had the seq that was read with it.
    case accountMoved
    /// A customer whose accounts are counted is gone.
    case customerGone
}

extension MongoDatabase {
    /// `run` with the storage port's errors.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing MongoConnection) throws -> Result
    ) async throws(StoreError) -> Result {
        do {
            return try await run(body)
        } catch {
            throw StoreError(error)
        }
    }
}
