package import BankCore
package import Ledger

extension InMemoryLedger: HoldReader {
    package func hold(_ id: HoldID) async throws(StoreError) -> Hold? { snapshot.holds[id] }

    package func holds(
        _ filter: HoldFilter, _ page: PageRequest<HoldID>
    ) async throws(StoreError) -> Page<Hold> {
        snapshot.holds.values.filter(filter.matches).sorted { $0.id > $1.id }
            .page(page) { after in { $0.id < after } }
    }

    package func due(
        at time: Timestamp, after: Hold?, limit: Int
    ) async throws(StoreError) -> [Hold] {
        let due = snapshot.holds.values
            .filter { $0.status == .pending && $0.expiresAt <= time }
            .sorted { ($0.expiresAt, $0.id) < ($1.expiresAt, $1.id) }
        guard let after else { return Array(due.prefix(limit)) }
        return Array(
            due.drop { ($0.expiresAt, $0.id) <= (after.expiresAt, after.id) }.prefix(limit))
    }
}
