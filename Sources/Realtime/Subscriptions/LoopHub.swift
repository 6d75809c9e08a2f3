import CoreMetrics
package import Ledger
import Metrics
package import NIOCore
import ServiceKit

/// Who on one event loop wants to know what. Only touched on its loop, so nothing is locked.
package final class LoopHub {
    package let loop: any EventLoop
    private(set) var connections: [ConnectionID: Connection] = [:]
    private var byAccount: [AccountID: [Subscriber]] = [:]
    private var byCustomer: [CustomerID: [Connection]] = [:]
    private var ledger: [Connection] = []
    private var toFlush: [Connection] = []
    private var wheel = TimingWheel<ConnectionID>(slots: 512, present: 0)
    private static let stepMilliseconds: Int64 = 100
    private(set) var isFanningOut = false
    /// Counts subscriptions, to tell an account's present one from a former one.
    var generation = 0
    private let pushes = Counter(label: "teller_websocket_pushes_total")
    private var pushCount = 0
    private let seenToSent = Timer(label: "teller_websocket_seen_to_sent_seconds")

    let leaving: LeavingQueue
    /// Frames that go out together are put together here.
    var scratch = ByteBuffer()
    private let interactions: InteractionLog
    private var notes: PushNotes

    private struct Subscriber {
        let connection: Connection
        let subscription: Subscription
    }

    package init(loop: any EventLoop, interactions: InteractionLog) {
        self.loop = loop
        self.leaving = LeavingQueue(loop: loop)
        self.interactions = interactions
        self.notes = PushNotes(interactions.identifiers)
    }

    // MARK: - Who

    func add(_ connection: Connection) { connections[connection.id] = connection }

    func admit(_ connection: Connection, _ customer: CustomerID) {
        byCustomer[customer, default: []].append(connection)
    }

    func subscribe(_ connection: Connection, _ subscription: Subscription) {
        byAccount[subscription.accountID, default: []].append(
            Subscriber(connection: connection, subscription: subscription))
    }

    func unsubscribe(_ connection: Connection, _ account: AccountID) {
        Self.remove(from: &byAccount, account) { $0.connection === connection }
        if byAccount[account] == nil { notes.forget(account) }
    }

    func followLedger(_ connection: Connection) {
        if !ledger.contains(where: { $0 === connection }) { ledger.append(connection) }
    }

    func leaveLedger(_ connection: Connection) { ledger.removeAll { $0 === connection } }

    /// Sends it nothing more; it is still swept until it is gone.
    func silence(_ connection: Connection) {
        for account in connection.subscriptions.keys { unsubscribe(connection, account) }
        if let customer = connection.customerID {
            Self.remove(from: &byCustomer, customer) { $0 === connection }
        }
        leaveLedger(connection)
    }

    func remove(_ connection: Connection) { connections[connection.id] = nil }

    private static func remove<Key, Value>(
        from index: inout [Key: [Value]], _ key: Key, where isIt: (Value) -> Bool
    ) {
        guard let place = index[key]?.firstIndex(where: isIt) else { return }
        let last = (index[key]?.count ?? 1) - 1
        index[key]?.swapAt(place, last)
        index[key]?.removeLast()
        if index[key]?.isEmpty == true { index[key] = nil }
    }

    // MARK: - What

    /// Hands out events in order; each socket that got something is flushed once, at the end.
    func fanOut(_ events: [HubEvent], seen: NIODeadline) {
        isFanningOut = true
        var told = 0
        for event in events {
            switch event {
            case .entry(let entry): if fanOut(entry) { told += 1 }
            case .notice(let notice): fanOut(notice)
            case .reached(let account, let seq):
                // The feed begins anew: a database from a backup may not have the log's sets.
                notes.forget(account)
                for subscriber in byAccount[account] ?? [] {
                    subscriber.connection.hint(subscriber.subscription, seq)
                }
            }
        }
        isFanningOut = false
        recordSent()
        let flush = toFlush
        toFlush.removeAll(keepingCapacity: true)
        for connection in flush {
            connection.isListedForFlush = false
            connection.flushNow()
        }
        // One measurement an event, however many sockets it went to.
        let elapsed = (NIODeadline.now() - seen).nanoseconds
        for _ in 0..<told { seenToSent.recordNanoseconds(elapsed) }
    }

    /// Whether anybody here was told.
    private func fanOut(_ event: JournalEvent) -> Bool {
        let transaction = event.transaction
        var isTold = !ledger.isEmpty
        for posting in transaction.postings {
            guard let subscribers = byAccount[posting.accountID], let first = subscribers.first
            else { continue }
            isTold = true
            let delivery = Delivery(
                AccountEvent(event: event, posting: posting), at: first.connection.now)
            var frames = DeliveryFrames(delivery, isShared: subscribers.count > 1)
            for subscriber in subscribers {
                subscriber.connection.receive(delivery, &frames, subscriber.subscription)
                subscriber.connection.flush()
            }
        }
        if transaction.refusal != nil,
            let initiators = byCustomer[transaction.initiator.customerID]
        {
            isTold = true
            for connection in initiators {
                connection.receive(refusal: event)
                connection.flush()
            }
        }
        for connection in ledger {
            connection.receive(ledger: event)
            connection.flush()
        }
        return isTold
    }

    private func fanOut(_ event: NoticeEvent) {
        let notice = event.notice
        for connection in followers(of: notice) {
            connection.send(entry: event.frame, isReplay: false)
            if let account = notice.accountID {
                if notice.kind == CustomerNotice.accountOpened { connection.joined(account) }
                if notice.tellsOfClosing { connection.closed(account) }
            }
            connection.flush()
        }
    }

    /// The customer's own connections; an account's status also tells whoever else follows it.
    private func followers(of notice: CustomerNotice) -> [Connection] {
        let own = byCustomer[notice.customerID] ?? []
        guard notice.kind == CustomerNotice.accountStatus, let account = notice.accountID
        else { return own }
        return own
            + (byAccount[account] ?? []).map(\.connection).filter {
                $0.customerID != notice.customerID
            }
    }

    /// A push went out: recorded with those of the same fan-out.
    func note(_ delivery: Delivery, on socket: LoggedSocket) {
        notes.note(delivery, on: socket)
        if !isFanningOut { recordSent() }
    }

    func countPush() { pushCount += 1 }

    private func recordSent() {
        if pushCount > 0 { pushes.increment(by: pushCount) }
        pushCount = 0
        let sent = notes.take()
        if !sent.isEmpty { interactions.record(sent) }
    }

    func flushLater(_ connection: Connection) {
        guard isFanningOut, connection.isDirty, !connection.isListedForFlush else { return }
        connection.isListedForFlush = true
        toFlush.append(connection)
    }

    // MARK: - All of them

    /// Looks at the connection again when it is due.
    func schedule(_ connection: Connection, at moment: Moment) {
        guard let due = connection.dueAt(moment) else { return }
        let step = due / Self.stepMilliseconds + 1
        if let planned = connection.dueStep, planned <= step { return }
        connection.dueStep = wheel.insert(connection.id, at: step)
    }

    /// Deadlines, expiring tokens, silent clients: looks at those whose time has come.
    func sweep(at moment: Moment) {
        for (id, step) in wheel.advance(to: moment.uptime / Self.stepMilliseconds) {
            guard let connection = connections[id], connection.dueStep == step else { continue }
            connection.tick(at: moment)
            schedule(connection, at: moment)
        }
    }

    /// How many connections there are.
    package var count: Int { connections.count }

    /// Those that somebody here follows.
    package var accounts: [AccountID] { Array(byAccount.keys) }

    func revoke(_ revoked: RevokedSession) {
        for connection in byCustomer[revoked.customerID] ?? []
        where connection.sessionID == revoked.sessionID {
            connection.revoke(revoked.reason)
        }
    }

    /// Closes at most `limit` of those that are still open.
    package func drain(_ limit: Int, afterMilliseconds: () -> Int64) {
        let open = connections.values.lazy.filter { !$0.hasLeft }.prefix(limit)
        for connection in Array(open) {
            connection.drain(afterMilliseconds: afterMilliseconds())
        }
    }
}
