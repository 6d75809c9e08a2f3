import Ledger
import Logging
import Realtime
import ServiceKit
import ServiceLifecycle
import Testing

/// Which sets of sockets the log names.
struct PushNotesTests {
    private let currency: Currency
    private let account = AccountID(high: 1, low: 1)
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    init() throws { currency = try #require(Currency("EUR")) }

    private func delivery(to account: AccountID, afterMinutes minutes: Int64 = 0) -> Delivery {
        let at = start.advanced(bySeconds: minutes * 60)
        let entry = MemoryJournal(currency: currency).transfer(
            1, from: AccountID(high: 1, low: 9), to: account)
        let event = JournalEvent(entry, seenAt: at)
        return Delivery(AccountEvent(event: event, posting: entry.postings[1]), at: at)
    }

    private func sockets(_ numbers: some Sequence<Int>) -> [LoggedSocket] {
        numbers.map {
            LoggedSocket(
                connectionID: ConnectionID(high: 1, low: UInt64($0)),
                customerID: CustomerID(high: 1, low: 7), sessionID: SessionID(high: 1, low: 8))
        }
    }

    /// One push to them all.
    private func pushed(
        _ sockets: [LoggedSocket], _ notes: inout PushNotes, to account: AccountID? = nil,
        afterMinutes minutes: Int64 = 0
    ) -> [SentPushes] {
        let delivery = delivery(to: account ?? self.account, afterMinutes: minutes)
        for socket in sockets { notes.note(delivery, on: socket) }
        let sent = notes.take()
        #expect(sent.flatMap(\.sockets.sockets) == sockets)
        #expect(sent.allSatisfy { ($0.accountID, $0.at) == (delivery.accountID, delivery.at) })
        return sent
    }

    private var notes: PushNotes { PushNotes(IdentifierGenerator(clock: .system)) }

    @Test func `the same sockets are the same set, and weigh no more than whose they are`() throws {
        var notes = notes
        let first = try #require(pushed(sockets(1...100), &notes).first)
        #expect(first.isFirst && first.weight == 100)
        for _ in 0..<3 {
            let next = pushed(sockets(1...100), &notes)
            #expect(next.count == 1)
            #expect(next.first?.sockets === first.sockets)
            #expect(next.first?.isFirst == false && next.first?.weight == 1)
        }
    }

    @Test(arguments: [
        Array(1...99), Array(1...101), [101] + Array(2...100),
        Array(1...50) + [7] + Array(51...100),
        Array(2...100), Array((1...100).reversed()),
    ])
    func `other sockets are another set, which is the one from then on`(others: [Int]) throws {
        var notes = notes
        let former = try #require(pushed(sockets(1...100), &notes).first)
        let next = try #require(pushed(sockets(others), &notes).first)
        #expect(next.isFirst && next.sockets.id != former.sockets.id)
        #expect(pushed(sockets(others), &notes).first?.sockets === next.sockets)
    }

    @Test func `a replay to one of them changes nothing`() throws {
        var notes = notes
        let set = try #require(pushed(sockets(1...100), &notes).first).sockets
        for socket in [1, 50, 200] {
            let alone = try #require(pushed(sockets([socket]), &notes).first)
            #expect(alone.isFirst && !alone.sockets.isShared)
        }
        #expect(pushed(sockets(1...100), &notes).first?.sockets === set)
    }

    @Test func `a few are not kept as a set`() throws {
        var notes = notes
        let few = sockets(1..<SocketSet.sharedMin)
        let first = try #require(pushed(few, &notes).first)
        #expect(!first.sockets.isShared)
        #expect(pushed(few, &notes).first?.isFirst == true)
    }

    @Test func `each account has its own, and who is forgotten begins anew`() throws {
        var notes = notes
        let other = AccountID(high: 1, low: 2)
        let set = try #require(pushed(sockets(1...20), &notes).first).sockets
        #expect(pushed(sockets(1...20), &notes, to: other).first?.isFirst == true)
        #expect(pushed(sockets(1...20), &notes).first?.sockets === set)
        notes.forget(account)
        #expect(pushed(sockets(1...20), &notes).first?.isFirst == true)
        #expect(pushed(sockets(1...20), &notes, to: other).first?.isFirst == false)
    }

    @Test func `thousands are several sets, and of them only those that changed are new`() {
        var notes = notes
        let first = pushed(sockets(1...2_500), &notes)
        #expect(first.map(\.sockets.sockets.count) == [1_000, 1_000, 500])
        // One leaves: the last takes its place.
        let numbers = Array(1...1_499) + [2_500] + Array(1_501...2_499)
        let next = pushed(sockets(numbers), &notes)
        #expect(next.map(\.isFirst) == [false, true, true])
        #expect(next.first?.sockets === first.first?.sockets)
        #expect(pushed(sockets(numbers), &notes).map(\.isFirst) == [false, false, false])
    }

    @Test func `a set is named for an hour`() throws {
        var notes = notes
        let set = try #require(pushed(sockets(1...20), &notes).first).sockets
        #expect(pushed(sockets(1...20), &notes, afterMinutes: 59).first?.sockets === set)
        let next = try #require(pushed(sockets(1...20), &notes, afterMinutes: 60).first)
        #expect(next.isFirst)
        #expect(pushed(sockets(1...20), &notes, afterMinutes: 119).first?.sockets === next.sockets)
    }

    @Test func `two entries of one fan-out are noted apart`() throws {
        var notes = notes
        let (one, two) = (delivery(to: account), delivery(to: account))
        for socket in sockets(1...20) { notes.note(one, on: socket) }
        for socket in sockets(1...20) { notes.note(two, on: socket) }
        let sent = notes.take()
        #expect(sent.count == 2 && sent.map(\.isFirst) == [true, false])
        #expect(notes.take().isEmpty)
    }

    @Test func `a burst to the same sockets is stored, to ever others it is given up`() async throws
    {
        let identifiers = IdentifierGenerator(clock: .system)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        for (areOthers, stored) in [(false, 100_000), (true, 50_000)] {
            let store = MemoryInteractions()
            let log = InteractionLog(store: store, identifiers: identifiers, logger: logger)
            var notes = notes
            for number in 0..<100 {
                let first = areOthers ? number * 1_000 : 0
                log.record(pushed(sockets(first + 1...first + 1_000), &notes))
            }
            try await ServiceGroup(services: [log], logger: logger).run {
                try await eventually { store.all.count == stored }
            }
            #expect(store.all.count == stored)
        }
    }
}
