import DequeModule
import Ledger
import NIOCore

/// What was sent and not yet acknowledged: enough to tell the latency of an acknowledgement.
struct UnacknowledgedPushes {
    /// A client that never acknowledges costs no more than this.
    static let pushesMax = 512
    private var pushes: Deque<Delivery> = []

    mutating func append(_ push: Delivery) {
        if pushes.count == Self.pushesMax { pushes.removeFirst() }
        pushes.append(push)
    }

    /// Takes out what these positions cover.
    mutating func acknowledge(_ positions: [AccountID: Int64]) -> [Delivery] {
        let covered = pushes.filter { push in
            positions[push.accountID].map { push.seq <= $0 } == true
        }
        guard !covered.isEmpty else { return [] }
        pushes.removeAll { push in positions[push.accountID].map { push.seq <= $0 } == true }
        return Array(covered)
    }
}

extension Connection {
    private func makeRecord(
        _ kind: InteractionRecord.Kind, requestID: String? = nil
    ) -> InteractionRecord {
        InteractionRecord(
            id: context.identifiers.next(), at: context.clock.now, kind: kind,
            requestID: requestID ?? self.requestID, connectionID: id, customerID: customerID,
            sessionID: sessionID)
    }

    func record(_ event: SessionRecord) {
        var record: InteractionRecord
        switch event {
        case .opened: record = makeRecord(.connectionOpened)
        case .authenticated: record = makeRecord(.authSucceeded)
        case .authenticationFailed(let code):
            record = makeRecord(.authFailed)
            record.code = code
        case .limitHit(let code):
            record = makeRecord(.limitHit)
            record.code = code
        case .slowConsumer: record = makeRecord(.slowConsumer)
        case .closed(let code):
            record = makeRecord(.connectionClosed)
            record.code = String(code.rawValue)
        }
        context.interactions.record(record)
    }

    func record(_ subscribed: [SubscribedAccount], isResume: Bool) {
        for account in subscribed {
            var record = makeRecord(isResume ? .resumed : .subscribed)
            record.accountID = account.position.accountID
            record.seq = account.position.seq
            context.interactions.record(record)
        }
    }

    /// A journal entry went out (or into the queue, in its order).
    func sent(_ delivery: Delivery) {
        let socket = LoggedSocket(
            connectionID: id, customerID: customerID, sessionID: sessionID)
        hub.note(delivery, on: socket)
        unacknowledged.append(delivery)
    }

    func acknowledge(_ positions: [AccountID: Int64]) {
        for push in unacknowledged.acknowledge(positions) {
            var record = makeRecord(
                .pushAcknowledged, requestID: push.event.transaction.requestID)
            record.accountID = push.accountID
            record.transactionID = push.event.transaction.id
            record.seq = push.seq
            record.latencyMilliseconds = record.at.millisecondsSince(push.at)
            context.interactions.record(record)
        }
    }

    /// A client's own event: confirmed once it is stored.
    func store(_ event: ClientEvent) {
        var record = makeRecord(
            event.isError ? .eventError : .eventInteraction,
            requestID: event.requestID)
        record.data = event.data
        let (bound, loop) = (NIOLoopBound(self, eventLoop: hub.loop), hub.loop)
        let isKept = context.interactions.store(record) { isStored in
            loop.execute { bound.value.stored(event, isStored: isStored) }
        }
        if !isKept { stored(event, isStored: false) }
    }

    private func stored(_ event: ClientEvent, isStored: Bool) {
        guard machine.principal != nil else { return }
        if !isStored {
            send(.error(MessageFault(id: event.id, .overloaded, "Not stored; try again.")))
        } else if let id = event.id {
            send(.logged(id: id))
        }
        flush()
    }
}
