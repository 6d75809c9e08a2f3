package import BankCore
package import Ledger
package import ServiceKit
import Synchronization

/// Sessions without a database.
package final class InMemorySessions: SessionStore, RevocationSource {
    private struct Record {
        var session: Session
        var hash: RefreshTokenHash
        var former: RefreshTokenHash?
        var exchangedAt = Timestamp(milliseconds: 0)
        var revokedAt: Timestamp?
        var reason: RevocationReason?
    }

    private let records = Mutex<[SessionID: Record]>([:])
    private let customers: any CustomerDirectory
    private let clock: WallClock

    /// `ledger`: whose customers they are; a change that ends sessions ends them here.
    package init(ledger: InMemoryLedger, clock: WallClock) {
        self.customers = ledger
        self.clock = clock
        ledger.sessions.withLock { $0 = self }
    }

    package func open(
        _ session: Session, of customer: Customer, refresh: RefreshTokenHash
    ) async throws(StoreError) -> Bool {
        guard let now = try await customers.customer(customer.id), now.status == .active,
            now.role == customer.role, now.passwordHash == customer.passwordHash
        else { return false }
        records.withLock { $0[session.id] = Record(session: session, hash: refresh) }
        return true
    }

    /// Ends the customer's sessions, as the store does in the transaction that changes them.
    func end(_ end: SessionsEnd, of customer: CustomerID) {
        let now = clock.now
        records.withLock { records in
            for (id, record) in records
            where record.session.customerID == customer && record.revokedAt == nil
                && id != end.keeping
            {
                records[id]?.revokedAt = now
                records[id]?.reason = end.reason
            }
        }
    }

    package func rotate(
        _ id: SessionID, from: RefreshTokenHash, to: RefreshTokenHash, lifetimeSeconds: Int64
    ) async throws(StoreError) -> RefreshRotation {
        let now = clock.now
        return records.withLock { records in
            guard var record = records[id], record.revokedAt == nil,
                record.session.expiresAt > now
            else { return .ended }
            if record.hash == from {
                record.former = from
                record.hash = to
                record.exchangedAt = now
                record.session.lastUsedAt = now
                record.session.expiresAt = now.advanced(bySeconds: lifetimeSeconds)
                records[id] = record
                return .rotated(record.session)
            }
            let graceEnds = record.exchangedAt.advanced(bySeconds: RefreshTokens.graceSeconds)
            let isRepeat = record.former == from && record.hash == to && now <= graceEnds
            return isRepeat ? .rotated(record.session) : .reused(record.session)
        }
    }

    package func sessions(of customer: CustomerID) async throws(StoreError) -> [Session] {
        let now = clock.now
        let live = records.withLock { records in
            records.values.filter {
                $0.session.customerID == customer && $0.revokedAt == nil
                    && $0.session.expiresAt > now
            }
        }
        return live.map(\.session).sorted { $0.id > $1.id }
    }

    package func revoke(
        _ id: SessionID, of customer: CustomerID, reason: RevocationReason
    ) async throws(StoreError) -> Bool {
        let now = clock.now
        return records.withLock { records in
            guard let record = records[id], record.session.customerID == customer,
                record.revokedAt == nil, record.session.expiresAt > now
            else { return false }
            records[id]?.revokedAt = now
            records[id]?.reason = reason
            return true
        }
    }

    package func revokedSessions(
        inLastSeconds seconds: Int
    ) async throws -> [RevokedSession] {
        let since = clock.now.advanced(bySeconds: -Int64(seconds))
        return records.withLock { records in
            records.values.compactMap { record in
                guard let at = record.revokedAt, at > since, let reason = record.reason else {
                    return nil
                }
                return RevokedSession(
                    sessionID: record.session.id, customerID: record.session.customerID,
                    reason: reason)
            }
        }
    }
}
