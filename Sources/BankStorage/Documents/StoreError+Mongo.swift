import BSON
import BankCore
import Logging
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

    /// The fault for the caller; the operator is told what is behind it. Loudly only where a
    /// person has to look: what passes by itself would fill the log when the database is away.
    static func reported(_ error: any Error) -> StoreError {
        let logger = Logger(label: "storage")
        let level: Logger.Level = needsAttention(error) ? .error : .debug
        // Neither kind of error carries values of documents or the server's texts.
        logger.log(
            level: level, "storage fault",
            metadata: [
                "storage.error": error is MongoError || error is BSONError || error is LedgerFault
                    ? "\(error)" : "\(type(of: error))"
            ])
        return StoreError(error)
    }

    private static func needsAttention(_ error: any Error) -> Bool {
        guard let error = error as? MongoError else {
            return error is BSONError || error is LedgerFault
        }
        return switch error.kind {
        case .validation, .notReplicaSet, .unauthorized, .settings, .alreadyExists, .bug: true
        case .unavailable, .poolExhausted, .timeLimitExceeded, .shutDown, .transient,
            .outcomeUnknown, .duplicateKey, .historyLost, .invalidated, .cursorLost:
            false
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
    /// An account that was read is gone.
    case accountGone
    /// A customer whose accounts are counted is gone.
    case customerGone
    /// The types, or their version, are gone.
    case catalogueGone
    /// An entry that was read as standing is ended, or a hold as pending is not.
    case entryEnded
}

extension MongoDatabase {
    /// `run` with the storage port's errors.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing MongoConnection) throws -> Result
    ) async throws(StoreError) -> Result {
        do {
            return try await run(body)
        } catch {
            throw StoreError.reported(error)
        }
    }
}
