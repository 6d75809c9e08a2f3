import Ledger
import Realtime
import Synchronization

/// Tokens that are a customer's number, `staff`, or nothing.
struct FakeCredentials: CredentialChecker {
    let expiresAt: Timestamp

    func principal(
        forTicket ticket: String
    ) async throws(AuthenticationFailure) -> Principal {
        throw .invalidTicket
    }

    func principal(forToken token: String) throws(AuthenticationFailure) -> Principal {
        if token == "expired" { throw .expiredToken }
        guard let number = UInt64(token) else { throw .invalidToken }
        return Principal(
            customerID: .numbered(number), sessionID: SessionID(high: 2, low: number),
            role: number == 0 ? .teller : .customer, expiresAt: expiresAt)
    }
}

extension CustomerID {
    static func numbered(_ number: UInt64) -> CustomerID { CustomerID(high: 1, low: number) }
}

extension FakeCredentials {
    /// The number of a customer whose session ends between the two looks at it.
    static let endsMeanwhile: UInt64 = 404_404

    func recheck(_ principal: Principal) -> AuthenticationFailure? {
        principal.customerID == .numbered(Self.endsMeanwhile) ? .revokedSession : nil
    }
}

final class MemoryInteractions: InteractionStore {
    private let state = Mutex((records: [InteractionRecord](), failures: 0, batches: 0))

    /// The next calls fail.
    func fail(times: Int) { state.withLock { $0.failures = times } }

    var all: [InteractionRecord] { state.withLock { $0.records } }

    /// How often records were stored.
    var batches: Int { state.withLock { $0.batches } }

    func append(_ groups: [InteractionGroup]) async throws(RealtimeStoreError) {
        let isStored = state.withLock { state in
            state.batches += 1
            guard state.failures == 0 else {
                state.failures -= 1
                return false
            }
            state.records += groups.flatMap(\.records)
            return true
        }
        if !isStored { throw .unavailable }
    }

    func records(
        _ filter: InteractionFilter, after: InteractionID?, limit: Int
    ) async throws(RealtimeStoreError) -> [InteractionRecord] {
        let found = all.filter { record in
            filter.matches(record) && after.map { record.id < $0 } != false
        }
        return Array(found.sorted { $0.id > $1.id }.prefix(limit))
    }
}

extension MemoryInteractions {
    func shown(
        to customer: CustomerID, before moment: Timestamp, limit: Int
    ) async throws(RealtimeStoreError) -> [InteractionRecord] {
        let acknowledged = all.filter { record in
            record.kind == .pushAcknowledged && record.customerID == customer && record.at < moment
        }
        let byAccount = Dictionary(grouping: acknowledged) { $0.accountID }
        return byAccount.values.compactMap { records in
            records.min { ($1.seq ?? 0, $0.id) < ($0.seq ?? 0, $1.id) }
        }.sorted { left, right in
            guard let left = left.accountID, let right = right.accountID else { return false }
            return left < right
        }
    }
}

final class MemoryFeedTokens: FeedTokenStore {
    private let stored = Mutex<(token: FeedToken?, saves: Int)>((nil, 0))
    private let stuck = Mutex(false)

    var saved: FeedToken? { stored.withLock { $0.token } }
    /// How often one was saved.
    var saves: Int { stored.withLock { $0.saves } }

    func load() async throws(RealtimeStoreError) -> StoredFeedToken? {
        saved.map { StoredFeedToken(token: $0, age: 0) }
    }

    /// Whether whoever saves waits until this is over, or its task.
    func setStuck(_ isStuck: Bool) { stuck.withLock { $0 = isStuck } }

    func save(_ token: FeedToken) async throws(RealtimeStoreError) {
        while stuck.withLock({ $0 }) {
            guard !Task.isCancelled else { throw .unavailable }
            try? await Task.sleep(for: .milliseconds(10))
        }
        stored.withLock { $0 = (token, $0.saves + 1) }
    }
}

/// A feed that hands over what a test pushes, and breaks when the test says so.
final class MemoryFeed: JournalFeed {
    private struct State {
        var events: [FeedEvent] = []
        var failure: FeedError?
        var failsAtOnce = false
        var pins = 0
        var starts: [FeedToken] = []
    }

    private let state = Mutex(State())

    func push(_ event: FeedEvent) { state.withLock { $0.events.append(event) } }

    /// The feed ends with this error; what is pushed until it is followed again is lost.
    func cut(_ error: FeedError) { state.withLock { $0.failure = error } }

    /// Whether it breaks whenever it is opened.
    func failAtOnce(_ fails: Bool) { state.withLock { $0.failsAtOnce = fails } }

    /// How often the place of now was asked for.
    var pins: Int { state.withLock { $0.pins } }

    /// Everything pushed has been handed over.
    var isEmpty: Bool { state.withLock { $0.events.isEmpty } }

    /// The places that it was followed from.
    var starts: [FeedToken] { state.withLock { $0.starts } }

    static let present = FeedToken(bytes: [255])

    func present() async throws(FeedError) -> FeedToken {
        state.withLock { $0.pins += 1 }
        return Self.present
    }

    func follow(
        from place: FeedToken, deliver: @escaping @Sendable (FeedBatch) async -> Void
    ) async throws(FeedError) {
        let fails = state.withLock { state in
            state.starts.append(place)
            if state.failure != nil { state.events = [] }
            state.failure = nil
            return state.failsAtOnce
        }
        if fails { throw .interrupted }
        var count: UInt8 = 0
        while !Task.isCancelled {
            let (events, failure) = state.withLock { state in
                defer { state.events = [] }
                return (state.events, state.failure)
            }
            if let failure { throw failure }
            count &+= 1
            await deliver(FeedBatch(events: events, token: FeedToken(bytes: [count])))
            try? await Task.sleep(for: .milliseconds(2))
        }
    }
}
