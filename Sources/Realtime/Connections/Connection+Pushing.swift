import CoreMetrics
import Ledger
import NIOCore

extension Connection {
    /// How many entries one look into the journal brings, and how many bytes may wait in the
    /// queue before the next look.
    private static var replayEntries: Int { 100 }
    private var replayRoom: Int { context.limits.queueBytesMax / 4 }

    /// From the feed.
    func receive(_ event: AccountEvent) {
        let account = event.posting.accountID
        guard let ready = subscriptions[account]?.stream.receive(event) else { return }
        push(ready, of: account, isReplay: false)
        noteIfBehind(account)
    }

    /// The journal of the account is known to reach this far.
    func hint(_ account: AccountID, _ seq: Int64) {
        guard subscriptions[account] != nil else { return }
        subscriptions[account]?.stream.hint(seq)
        noteIfBehind(account)
    }

    private func noteIfBehind(_ account: AccountID) {
        guard subscriptions[account]?.stream.wanted != nil else { return }
        if !behind.contains(account) {
            behind.append(account)
            context.metrics.gaps.increment()
        }
        replayNext()
    }

    func push(_ events: [AccountEvent], of account: AccountID, isReplay: Bool) {
        guard let viewer = machine.principal?.viewer, let subscription = subscriptions[account]
        else { return }
        if subscription.events.contains(.transaction) {
            for event in events {
                let frame = event.event.transactionFrame(for: event.posting, viewer: viewer)
                send(entry: frame, isReplay: isReplay)
                sent(event)
            }
        }
        if subscription.events.contains(.balance), let latest = events.last {
            send(balance: latest.event.balanceFrame(for: latest.posting), of: account)
        }
        if !events.isEmpty { context.metrics.pushes.increment(by: events.count) }
        if subscription.isLeaving { leaveIfTold(account) }
    }

    func receive(ledger event: JournalEvent) {
        guard let viewer = machine.principal?.viewer else { return }
        send(entry: event.ledgerFrame(for: viewer), isReplay: false)
    }

    func receive(refusal event: JournalEvent) {
        guard let viewer = machine.principal?.viewer else { return }
        send(entry: event.refusalFrame(for: viewer), isReplay: false)
    }

    // MARK: - Replay

    /// Reads the next missed entries, unless enough waits to be sent already.
    func replayNext() {
        guard !isReplaying, queue.bytes < replayRoom, transport?.isWritable == true else { return }
        while let account = behind.first {
            guard let subscription = subscriptions[account],
                let wanted = subscription.stream.wanted
            else {
                behind.removeFirst()
                continue
            }
            isReplaying = true
            subscriptions[account]?.stream.fetchBegan()
            return fetch(wanted, account, subscription.generation)
        }
    }

    private func fetch(
        _ wanted: AccountStream<AccountEvent>.Wanted, _ account: AccountID, _ generation: Int
    ) {
        let range = JournalRange(
            accountID: account, after: wanted.after, through: wanted.through,
            limit: Self.replayEntries)
        ask { journal throws(RealtimeStoreError) in
            try await journal.entries(range)
        } then: { connection, result in
            connection.isReplaying = false
            guard connection.subscriptions[account]?.generation == generation else {
                return connection.replayNext()
            }
            connection.fetched(result, account)
        }
    }

    private func fetched(
        _ result: Result<[Transaction], RealtimeStoreError>, _ account: AccountID
    ) {
        guard case .success(let entries) = result else {
            let ready = subscriptions[account]?.stream.fetchFailed() ?? []
            push(ready, of: account, isReplay: false)
            flush()
            return hub.schedule(self, at: context.now)
        }
        let now = context.clock.now
        let events = entries.compactMap { entry in
            entry.postings.first { $0.accountID == account }.map { posting in
                AccountEvent(event: JournalEvent(entry, seenAt: now), posting: posting)
            }
        }
        let before = subscriptions[account]?.stream.last
        let ready = subscriptions[account]?.stream.fetched(events) ?? []
        context.metrics.replays.increment(by: ready.count)
        push(ready, of: account, isReplay: true)
        flush()
        if subscriptions[account]?.stream.last == before {
            // The journal did not give what it must have: not a loop that never ends.
            return close(Closing(.tryAgainLater, "journal not readable"))
        }
        replayNext()
    }
}
