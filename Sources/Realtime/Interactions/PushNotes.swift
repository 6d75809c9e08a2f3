package import Ledger

/// Notes which entries went out to which sockets of a loop.
///
/// Pure. The sockets of an account come in the order of the fan-out: as long as they are those of
/// the push before, its set is named again, and nothing is copied.
package struct PushNotes: Sendable {
    private let identifiers: IdentifierGenerator
    private var sent: [SentPushes] = []
    /// The sets of each account's last push that was large enough to have any.
    private var sets: [AccountID: [SocketSet]] = [:]

    /// What is being noted, to which of its sets.
    private var delivery: Delivery?
    private var place = 0
    /// The set of this place as it was, while the sockets are its first ones; else they are listed.
    private var former: SocketSet?
    private var formerCount = 0
    private var sockets: [LoggedSocket] = []

    package init(_ identifiers: IdentifierGenerator) { self.identifiers = identifiers }

    package mutating func note(_ delivery: Delivery, on socket: LoggedSocket) {
        if self.delivery !== delivery {
            endSet()
            begin(delivery, place: 0)
        } else if formerCount + sockets.count == SocketSet.socketsMax {
            endSet()
            begin(delivery, place: place + 1)
        }
        if let former {
            if formerCount < former.sockets.count, former.sockets[formerCount] == socket {
                formerCount += 1
                return
            }
            leaveFormer()
        }
        sockets.append(socket)
    }

    /// What was noted since the last time.
    package mutating func take() -> [SentPushes] {
        endSet()
        delivery = nil
        defer { sent.removeAll(keepingCapacity: true) }
        return sent
    }

    /// Nobody follows the account any more.
    package mutating func forget(_ account: AccountID) { sets[account] = nil }

    private mutating func begin(_ delivery: Delivery, place: Int) {
        self.delivery = delivery
        self.place = place
        former = nil
        guard let known = sets[delivery.accountID], place < known.count else { return }
        let age = delivery.at.milliseconds.subtractingReportingOverflow(
            known[place].id.madeAt.milliseconds)
        if !age.overflow, age.partialValue < SocketSet.namedSeconds * 1_000 {
            former = known[place]
        }
    }

    private mutating func leaveFormer() {
        guard let former else { return }
        sockets.append(contentsOf: former.sockets.prefix(formerCount))
        self.former = nil
        formerCount = 0
    }

    private mutating func endSet() {
        guard let delivery else { return }
        if let former, formerCount == former.sockets.count {
            sent.append(SentPushes(delivery, to: former, isFirst: false))
        } else {
            leaveFormer()
            guard !sockets.isEmpty else { return }
            let set = SocketSet(identifiers.next(at: delivery.at), sockets)
            if set.isShared { keep(set, of: delivery.accountID) }
            sent.append(SentPushes(delivery, to: set, isFirst: true))
        }
        formerCount = 0
        sockets.removeAll(keepingCapacity: true)
    }

    private mutating func keep(_ set: SocketSet, of account: AccountID) {
        var known = sets[account] ?? []
        if place < known.count {
            known[place] = set
        } else if place == known.count {
            known.append(set)
        }
        sets[account] = known
    }
}
