package import BankCore
package import Ledger
import ServiceKit
import Synchronization

/// Second factors, challenges and the queue of messages without a database.
package final class InMemoryTwoFactors: Sendable {
    struct Factor {
        var state = TwoFactor.off
        var lastStep: Int64 = 0
        var recovery: [[UInt8]] = []
    }

    struct Open {
        let challenge: Challenge
        var tries: Int64 = 0
        let expiresAt: Timestamp
    }

    struct Letter {
        var record: MessageRecord
        var dueAt: Timestamp
        let usefulUntil: Timestamp
    }

    struct State {
        var factors: [CustomerID: Factor] = [:]
        var challenges: [ChallengeID: Open] = [:]
        var letters: [MessageID: Letter] = [:]
    }

    let state = Mutex(State())
    let clock: WallClock

    /// `ledger`: a change that ends a customer's sessions ends their challenges here.
    package init(ledger: InMemoryLedger, clock: WallClock) {
        self.clock = clock
        ledger.factors.withLock { $0 = self }
    }

    func end(_ end: SessionsEnd, of customer: CustomerID) {
        state.withLock { state in
            state.challenges = state.challenges.filter {
                $0.value.challenge.customerID != customer
            }
            if end.reason == .customerClosed { state.factors[customer] = nil }
        }
    }
}

extension InMemoryTwoFactors: TwoFactorStore {
    package func twoFactor(of customer: CustomerID) async throws(StoreError) -> TwoFactor {
        state.withLock { $0.factors[customer]?.state ?? .off }
    }

    package func set(
        _ method: TwoFactorMethod, of customer: CustomerID
    ) async throws(StoreError) {
        state.withLock { $0.factors[customer] = Factor(state: TwoFactor(method: method)) }
    }

    package func propose(
        _ secret: [UInt8], of customer: CustomerID
    ) async throws(StoreError) {
        state.withLock { $0.factors[customer, default: Factor()].state.pending = secret }
    }

    package func confirm(
        _ secret: [UInt8], step: Int64, recovery: [[UInt8]], of customer: CustomerID
    ) async throws(StoreError) -> Bool {
        state.withLock { state in
            guard state.factors[customer]?.state.pending == secret else { return false }
            state.factors[customer] = Factor(
                state: TwoFactor(method: .totp, secret: secret), lastStep: step,
                recovery: recovery)
            return true
        }
    }

    package func use(step: Int64, of customer: CustomerID) async throws(StoreError) -> Bool {
        state.withLock { state in
            guard let factor = state.factors[customer], factor.state.method == .totp,
                factor.lastStep < step
            else { return false }
            state.factors[customer]?.lastStep = step
            return true
        }
    }

    package func use(
        recoveryHash: [UInt8], of customer: CustomerID
    ) async throws(StoreError) -> Bool {
        state.withLock { state in
            guard let index = state.factors[customer]?.recovery.firstIndex(of: recoveryHash)
            else { return false }
            state.factors[customer]?.recovery.remove(at: index)
            return true
        }
    }
}

extension InMemoryTwoFactors: ChallengeStore {
    package func open(
        _ challenge: Challenge, message: OutgoingMessage?
    ) async throws(StoreError) {
        let now = clock.now
        state.withLock { state in
            state.challenges[challenge.id] = Open(
                challenge: challenge,
                expiresAt: now.advanced(bySeconds: Challenge.lifetimeSeconds))
            guard let message else { return }
            state.letters[message.id] = Letter(
                record: MessageRecord(
                    message: message, status: .queued, attempts: 0, failure: nil, createdAt: now,
                    sentAt: nil),
                dueAt: now, usefulUntil: now.advanced(bySeconds: message.usefulSeconds))
        }
    }

    package func countTry(_ id: ChallengeID) async throws(StoreError) -> Challenge? {
        let now = clock.now
        return state.withLock { state in
            guard let open = state.challenges[id], open.expiresAt > now,
                open.tries < Challenge.triesMax
            else { return nil }
            state.challenges[id]?.tries += 1
            return open.challenge
        }
    }

    package func complete(_ id: ChallengeID) async throws(StoreError) -> Bool {
        let now = clock.now
        return state.withLock { state in
            state.challenges.removeValue(forKey: id).map { $0.expiresAt > now } ?? false
        }
    }
}

extension InMemoryTwoFactors: MessageQueue {
    package func claim() async throws(StoreError) -> MessageRecord? {
        let now = clock.now
        return state.withLock { state in
            let due = state.letters.values.filter { $0.record.status == .queued && $0.dueAt <= now }
            for letter in due.sorted(by: { $0.dueAt < $1.dueAt }) {
                let record = letter.record
                let id = record.message.id
                guard record.attempts < MessageDelivery.attemptsMax, letter.usefulUntil > now
                else {
                    state.letters[id]?.record = record.with(
                        status: .dead, failure: record.failure ?? "expired")
                    continue
                }
                let claimed = record.with(attempts: record.attempts + 1, failure: record.failure)
                state.letters[id]?.record = claimed
                state.letters[id]?.dueAt = now.advanced(bySeconds: MessageDelivery.leaseSeconds)
                return claimed
            }
            return nil
        }
    }

    package func sent(_ id: MessageID, attempt: Int64) async throws(StoreError) {
        let now = clock.now
        change(id, attempt) { $0.record = $0.record.with(status: .sent, failure: nil, sentAt: now) }
    }

    package func failed(
        _ id: MessageID, attempt: Int64, failure: String, againAfterSeconds: Int64?
    ) async throws(StoreError) {
        let now = clock.now
        change(id, attempt) { letter in
            letter.record = letter.record.with(
                status: againAfterSeconds == nil ? .dead : .queued, failure: failure)
            if let again = againAfterSeconds { letter.dueAt = now.advanced(bySeconds: again) }
        }
    }

    package func messages(
        _ filter: MessageFilter, _ page: PageRequest<MessageID>
    ) async throws(StoreError) -> Page<MessageRecord> {
        let found = state.withLock { $0.letters.values.map(\.record) }.filter { record in
            filter.to.map { $0 == record.message.to } != false
                && filter.status.map { $0 == record.status } != false
        }
        return found.sorted { $0.message.id > $1.message.id }.page(page) { after in
            { $0.message.id < after }
        }
    }

    private func change(_ id: MessageID, _ attempt: Int64, _ body: (inout Letter) -> Void) {
        state.withLock { state in
            guard var letter = state.letters[id], letter.record.status == .queued,
                letter.record.attempts == attempt
            else { return }
            body(&letter)
            state.letters[id] = letter
        }
    }
}

extension MessageRecord {
    fileprivate func with(
        status: Status? = nil, attempts: Int64? = nil, failure: String?, sentAt: Timestamp? = nil
    ) -> MessageRecord {
        MessageRecord(
            message: message, status: status ?? self.status, attempts: attempts ?? self.attempts,
            failure: failure, createdAt: createdAt, sentAt: sentAt)
    }
}
