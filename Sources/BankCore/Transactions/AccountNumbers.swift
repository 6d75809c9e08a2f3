import Ledger
import Synchronization

/// Which account has which number: known for ever once read, for numbers never change hands.
///
/// Orders that name an account by its number are given its id before they are queued, so that
/// the posting engine sees which of them share an account.
final class AccountNumbers: Sendable {
    /// When there are more, all are forgotten and read anew.
    static let countMax = 100_000
    private let reader: any AccountReader
    private let known = Mutex<[AccountNumber: AccountID]>([:])

    init(reader: any AccountReader) { self.reader = reader }

    /// The reference by id; as it is if there is no account with the number.
    func resolved(
        _ reference: AccountReference
    ) async throws(StoreError) -> AccountReference {
        guard case .number(let number) = reference else { return reference }
        if let id = known.withLock({ $0[number] }) { return .id(id) }
        guard let account = try await reader.account(reference) else { return reference }
        known.withLock { known in
            if known.count >= Self.countMax { known = [:] }
            known[number] = account.id
        }
        return .id(account.id)
    }
}
