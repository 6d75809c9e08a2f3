import CoreMetrics
import Ledger
import NIOCore

extension Connection {
    /// How many entries one look into the journal brings, and how many bytes may wait in the
    /// queue before the next look.
    private static var replayEntries: Int { 100 }
    private var replayRoom: Int { context.limits.queueBytesMax / 4 }

    /// From the feed. Most of the time it is the next entry, and goes straight out.
    func receive(
        _ delivery: Delivery, _ frames: inout DeliveryFrames, _ subscription: Subscription
    ) {
        if subscription.stream.passes(delivery.seq) {
            push(delivery, &frames, subscription)
            return leaveIfTold(subscription)
        }
        push(
            subscription.stream.receive(delivery.accountEvent), subscription, isReplay: false)
        noteIfBehind(subscription)
    }

    /// The journal of the account is known to reach this far.
    func hint(_ subscription: Subscription, _ seq: Int64) {
        subscription.stream.hint(seq)
        noteIfBehind(subscription)
        if let told = subscription.stream.last, seq < told {
            doubt(subscription.accountID, told: told)
        }
    }

    /// The journal seems to end before what was told of it: a backup may have been restored. It is
    /// read again, for entries may have come since. A client who comes back learns that its
    /// position can't be right; one who stayed would miss the entries that take those places.
    private func doubt(_ account: AccountID, told: Int64) {
        askPositions(of: [account]) { connection, result in
            guard case .success(let found) = result, (found.first?.seq ?? 0) < told else { return }
            connection.close(Closing(.serviceRestart, "the journal went back: reconnect"))
        }
    }

    private func noteIfBehind(_ subscription: Subscription) {
        guard subscription.stream.wanted != nil else { return }
        if !behind.contains(subscription.accountID) {
            behind.append(subscription.accountID)
            context.metrics.gaps.increment()
        }
        replayNext()
    }

    /// In order; of the balances only the last.
    func push(_ events: [AccountEvent], _ subscription: Subscription, isReplay: Bool) {
        for (number, event) in events.enumerated() {
            let delivery = Delivery(event, at: now)
            var frames = DeliveryFrames(delivery, isShared: false)
            push(
                delivery, &frames, subscription, withBalance: number == events.count - 1,
                isReplay: isReplay)
        }
        leaveIfTold(subscription)
    }

    private func push(
        _ delivery: Delivery, _ frames: inout DeliveryFrames, _ subscription: Subscription,
        withBalance: Bool = true, isReplay: Bool = false
    ) {
        guard !hasLeft, let principal = machine.principal else { return }
        if subscription.wantsTransactions {
            send(entry: frames.transaction(for: principal.viewer), isReplay: isReplay)
            sent(delivery)
        }
        if subscription.wantsBalances && withBalance {
            send(balance: frames.balanceAfter(), of: subscription.accountID)
        }
        hub.countPush()
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
            subscription.stream.fetchBegan()
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
            guard let subscription = connection.subscriptions[account],
                subscription.generation == generation
            else { return connection.replayNext() }
            connection.fetched(result, subscription)
        }
    }

    private func fetched(
        _ result: Result<[Transaction], RealtimeStoreError>, _ subscription: Subscription
    ) {
        guard case .success(let entries) = result else {
            push(subscription.stream.fetchFailed(), subscription, isReplay: false)
            flush()
            return hub.schedule(self, at: context.now)
        }
        let now = context.clock.now
        let events = entries.compactMap { entry in
            entry.postings.first { $0.accountID == subscription.accountID }.map { posting in
                AccountEvent(event: JournalEvent(entry, seenAt: now), posting: posting)
            }
        }
        let before = subscription.stream.last
        let ready = subscription.stream.fetched(events)
        context.metrics.replays.increment(by: ready.count)
        push(ready, subscription, isReplay: true)
        flush()
        if subscription.stream.last == before {
            // The journal did not give what it must have: not a loop that never ends.
            return close(Closing(.tryAgainLater, "journal not readable"))
        }
        replayNext()
    }
}
