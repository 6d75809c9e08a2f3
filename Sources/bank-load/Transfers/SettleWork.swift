package import NIOCore

/// After the load: settles what is unknown by retrying with the same key, and asks again for
/// some outcomes that are known. The second answer must be the first, byte for byte.
package struct SettleWork: WireWork, Sendable {
    private struct Item: Sendable {
        let order: TransferOrder
        /// The first definite answer; nil while the outcome is unknown.
        var known: (status: Int, body: [UInt8])?
        var attempts = 0
    }

    /// How often an unknown outcome is asked for before it stays unknown.
    package static let attemptsMax = 60
    private static var pause: TimeAmount { .milliseconds(500) }

    package private(set) var books: Books
    /// Unknown ones that are known now.
    package private(set) var settled = 0
    /// Those of them that turned out to have been decided by the first request.
    package private(set) var hadHappened = 0
    /// Answers that were asked for twice and compared.
    package private(set) var compared = 0
    package private(set) var unresolved: [TransferOrder] = []
    package private(set) var violations: [String] = []

    private let requests: TransferRequests
    private var items: [Item]
    private var due = DueQueue<Int>()
    private var running = 0

    package init(
        unknown: [TransferOrder], samples: [SampledReplies.Sample], books: Books,
        requests: TransferRequests
    ) {
        self.books = books
        self.requests = requests
        items = unknown.map { Item(order: $0) }
        items += samples.map { Item(order: $0.order, known: ($0.status, $0.body)) }
        for index in items.indices { due.push(index, due: .uptimeNanoseconds(0)) }
    }

    package mutating func next(at now: NIODeadline, into request: inout ByteBuffer) -> WireStep {
        if let index = due.pop(at: now) {
            requests.write(items[index].order, into: &request)
            running += 1
            return .send(ticket: index)
        }
        if let next = due.nextDue { return .wait(until: next) }
        return running > 0 ? .idle : .done
    }

    package mutating func finished(
        ticket: Int, outcome: WireOutcome, sent: NIODeadline, at now: NIODeadline
    ) {
        running -= 1
        let verdict = WireVerdict(outcome)
        items[ticket].attempts += 1
        switch (outcome, verdict) {
        case (.reply(let reply), .posted), (.reply(let reply), .refused):
            settle(ticket, verdict, reply, at: now)
        case (_, .rejected(let code)) where code != "rate_limited" && code != "overloaded":
            giveUp(ticket, "a retry with the key of order \(items[ticket].order.number): \(code)")
        default:
            if items[ticket].attempts < Self.attemptsMax {
                due.push(ticket, due: now + Self.pause)
            } else {
                giveUp(ticket, nil)
            }
        }
    }

    private mutating func settle(
        _ ticket: Int, _ verdict: WireVerdict, _ reply: WireReply, at now: NIODeadline
    ) {
        let item = items[ticket]
        guard let known = item.known else {
            settled += 1
            if reply.isReplayed { hadHappened += 1 }
            books.enter(item.order, verdict)
            items[ticket].known = (reply.status, reply.bodyBytes)
            items[ticket].attempts = 0
            due.push(ticket, due: now)
            return
        }
        compared += 1
        if known.status != reply.status || known.body != reply.bodyBytes {
            violations.append("order \(item.order.number): another reply to the same key")
        } else if !reply.isReplayed {
            violations.append("order \(item.order.number): a retry was not marked as a replay")
        }
    }

    private mutating func giveUp(_ ticket: Int, _ violation: String?) {
        if let violation { violations.append(violation) }
        if items[ticket].known == nil { unresolved.append(items[ticket].order) }
    }
}
