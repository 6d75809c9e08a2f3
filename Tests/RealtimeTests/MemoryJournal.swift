import Ledger
import Realtime
import Synchronization

/// A small ledger in memory: accounts, their journals, and a feed of what is committed.
final class MemoryJournal: JournalReader {
    private struct State {
        var positions: [AccountID: AccountPosition] = [:]
        var entries: [AccountID: [Transaction]] = [:]
        var all: [Transaction] = []
        var isAway = false
        var isSlow = false
        var reads = 0
        var readsNow = 0
        var readsAtOnceMax = 0
    }

    private let state = Mutex(State())
    private let identifiers = IdentifierGenerator(clock: .testing)
    let currency: Currency

    init(currency: Currency) { self.currency = currency }

    /// While true, every question fails.
    func setAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

    /// While true, a question takes a millisecond or two.
    func setSlow(_ isSlow: Bool) { state.withLock { $0.isSlow = isSlow } }

    var reads: Int { state.withLock { $0.reads } }
    var readsAtOnceMax: Int { state.withLock { $0.readsAtOnceMax } }

    func open(_ customer: CustomerID) -> AccountID {
        let id: AccountID = identifiers.next()
        state.withLock { state in
            state.positions[id] = AccountPosition(
                accountID: id, customerID: customer, seq: 0,
                balance: Balance(posted: 0, held: 0, available: 0, currency: currency))
        }
        return id
    }

    /// As a restored backup has it: the account's first entries.
    func goBack(_ account: AccountID, to seq: Int64) {
        state.withLock { state in
            guard let known = state.positions[account] else { return }
            state.entries[account]?.removeLast(Int(known.seq - seq))
            state.positions[account] = AccountPosition(
                accountID: account, customerID: known.customerID, seq: seq, balance: known.balance)
        }
    }

    func close(_ account: AccountID) {
        state.withLock { state in
            guard let open = state.positions[account] else { return }
            state.positions[account] = AccountPosition(
                accountID: account, customerID: open.customerID, seq: open.seq,
                balance: open.balance, isClosed: true)
        }
    }

    /// Moves money and gives the entry; who follows the journal is told by the caller.
    @discardableResult
    func transfer(
        _ amount: Int64, from: AccountID, to: AccountID, requestID: String = "req",
        description: String? = nil
    ) -> Transaction {
        state.withLock { state in
            let postings = [(from, -amount), (to, amount)].map { account, change in
                Self.post(change, to: account, &state)
            }
            let transaction = entry(
                amount, from, to, postings, requestID, description, &state)
            for account in [from, to] {
                state.entries[account, default: []].append(transaction)
            }
            state.all.append(transaction)
            return transaction
        }
    }

    /// A refused order of `from`'s owner.
    func refuse(_ amount: Int64, from: AccountID, to: AccountID) -> Transaction {
        state.withLock { state in
            let transaction = entry(amount, from, to, [], "refused", nil, &state)
            state.all.append(transaction)
            return transaction
        }
    }

    private static func post(
        _ change: Int64, to account: AccountID, _ state: inout State
    ) -> Posting {
        let before = state.positions[account]
        let posted = (before?.balance.posted ?? 0) + change
        let seq = (before?.seq ?? 0) + 1
        if let before {
            state.positions[account] = AccountPosition(
                accountID: account, customerID: before.customerID, seq: seq,
                balance: Balance(
                    posted: posted, held: 0, available: posted,
                    currency: before.balance.currency))
        }
        return Posting(
            accountID: account, customerID: before?.customerID, amount: change, heldChange: 0,
            balanceAfter: posted, heldAfter: 0, availableAfter: posted, seq: seq)
    }

    private func entry(
        _ amount: Int64, _ from: AccountID, _ to: AccountID, _ postings: [Posting],
        _ requestID: String, _ description: String?, _ state: inout State
    ) -> Transaction {
        func party(_ account: AccountID) -> Party {
            Party(
                accountID: account, number: "1000000008", holderName: "Holder",
                customerID: state.positions[account]?.customerID)
        }
        let initiator = state.positions[from]?.customerID ?? CustomerID(high: 0, low: 0)
        return Transaction(
            id: identifiers.next(), type: .transfer,
            amount: Money(minorUnits: amount, currency: currency), from: party(from),
            to: party(to), postings: postings,
            refusal: postings.isEmpty ? .insufficientFunds : nil,
            initiator: Initiator(customerID: initiator, authority: .owner),
            requestID: requestID, idempotency: nil,
            details: Details(description: description), parent: nil,
            receivedAt: WallClock.testing.now, committedAt: WallClock.testing.now)
    }

    // MARK: - JournalReader

    private func read<Answer>(
        _ body: (inout State) -> Answer
    ) async throws(RealtimeStoreError) -> Answer {
        let isSlow = state.withLock { state in
            state.reads += 1
            state.readsNow += 1
            state.readsAtOnceMax = max(state.readsAtOnceMax, state.readsNow)
            return state.isSlow
        }
        if isSlow { try? await Task.sleep(for: .milliseconds(1)) }
        let answer: Answer? = state.withLock { state in
            state.readsNow -= 1
            return state.isAway ? nil : body(&state)
        }
        guard let answer else { throw .unavailable }
        return answer
    }

    func positions(
        of customers: [CustomerID], limit: Int
    ) async throws(RealtimeStoreError) -> [AccountPosition] {
        try await read { state in
            let open = state.positions.values.filter { position in
                !position.isClosed && position.customerID.map(customers.contains) == true
            }
            return Array(open.prefix(limit))
        }
    }

    func positions(
        _ accounts: [AccountID]
    ) async throws(RealtimeStoreError) -> [AccountPosition] {
        try await read { state in accounts.compactMap { state.positions[$0] } }
    }

    func entries(_ range: JournalRange) async throws(RealtimeStoreError) -> [Transaction] {
        try await read { state in
            let all = state.entries[range.accountID] ?? []
            let end = min(Int(range.through), all.count, Int(range.after) + range.limit)
            return range.after < end ? Array(all[Int(range.after)..<end]) : []
        }
    }

    func transactions(
        requestID: String, limit: Int
    ) async throws(RealtimeStoreError) -> [Transaction] {
        try await read { state in
            Array(state.all.filter { $0.requestID == requestID }.prefix(limit))
        }
    }
}

extension WallClock {
    static let testing = WallClock { Timestamp(milliseconds: 1_790_000_000_000) }
}
