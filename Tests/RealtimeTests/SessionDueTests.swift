import Ledger
import Realtime
import Testing

struct SessionDueTests {
    /// Two machines live through the same: one is looked at all the time, one when it is due.
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `looked at only when it is due, a session does the same at the same time`(seed: UInt64) {
        var chance = SplitMix(seed: seed)
        let expiry = Timestamp(milliseconds: .random(in: 20_000...300_000, using: &chance))
        let principal = Principal(
            customerID: CustomerID(high: 1, low: 1), sessionID: SessionID(high: 1, low: 1),
            role: .customer, expiresAt: expiry)
        var watched = SessionStateMachine(limits: SessionLimits(), at: Self.at(0))
        var woken = watched
        for milliseconds in stride(from: 0 as Int64, through: 400_000, by: 250) {
            let now = Self.at(milliseconds)
            var events: [Event] = []
            if milliseconds == 0 { events = seed % 8 == 0 ? [.opened] : Self.beginning }
            if Int.random(in: 0..<120, using: &chance) == 0 {
                events += Event.allCases.randomElement(using: &chance).map { [$0] } ?? []
            }
            for event in events {
                #expect(
                    Self.tell(event, principal, &watched, now)
                        == Self.tell(event, principal, &woken, now))
            }
            let isDue = woken.dueAt(now).map { $0 <= milliseconds } ?? false
            let expected = watched.tick(at: now)
            #expect((isDue ? woken.tick(at: now) : []) == expected, "at \(milliseconds) ms")
        }
    }

    private static let beginning: [Event] = [.opened, .presented, .verified]
    private enum Event: CaseIterable { case opened, presented, verified, ponged, pinged, ended }

    private static func tell(
        _ event: Event, _ principal: Principal, _ machine: inout SessionStateMachine,
        _ now: Moment
    ) -> [SessionAction] {
        switch event {
        case .opened: machine.opened(ConnectionID(high: 1, low: 1), ticket: nil, at: now)
        case .presented: machine.received(.success(.auth(.token("t"))), at: now)
        case .verified: machine.verified(.success(principal), at: now)
        case .ponged: machine.ponged(at: now)
        case .pinged: machine.received(.success(.ping), at: now)
        case .ended:
            // Rare enough that most sessions get old.
            now.uptime % 16_000 == 0
                ? machine.close(Closing(.goingAway, "enough"), at: now) : []
        }
    }

    private static func at(_ milliseconds: Int64) -> Moment {
        Moment(wall: Timestamp(milliseconds: milliseconds), uptime: milliseconds)
    }
}
