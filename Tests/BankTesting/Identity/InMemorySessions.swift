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
    private let clock: WallClock

    package init(clock: WallClock) { self.clock = clock }

    package func open(
        _ session: Session, refresh: RefreshTokenHash
    ) async throws(StoreError) {
        records.withLock { $0[session.id] = Record(session: session, hash: refresh) }
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
