import Ledger
import NIOCore
import Realtime

/// Something that can happen to a session, and what comes of it in each phase. In phases that
/// are not named nothing may come of it.
struct SessionRow: Sendable, CustomStringConvertible {
    let description: String
    let input: @Sendable (inout SessionStateMachine) -> [SessionAction]
    let effects: [(phases: Set<SessionPhase>, effect: Effect)]

    struct Effect: Sendable {
        var actions: [SessionAction]
        /// Nil: as it was.
        var state: SessionStateMachine.State?
        var mayRead: Bool?
    }

    init(
        _ description: String,
        _ input: @escaping @Sendable (inout SessionStateMachine) -> [SessionAction],
        _ effects: [(Set<SessionPhase>, Effect)]
    ) {
        self.description = description
        self.input = input
        self.effects = effects.map { (phases: $0.0, effect: $0.1) }
    }

    func effect(in phase: SessionPhase) -> Effect {
        effects.first { $0.phases.contains(phase) }?.effect ?? Effect(actions: [])
    }
}

/// Every way in which a session can stand when something happens.
enum SessionPhase: CaseIterable {
    case connecting, authenticating
    /// The first credential is looked up.
    case verifying
    case live, staff
    /// A newer credential is looked up.
    case refreshing
    case subscribing, closing, closed

    static let limits = SessionLimits()
    static let id = ConnectionID(high: 1, low: 1)

    /// Milliseconds since the session began.
    static func at(_ milliseconds: Int64) -> Moment {
        Moment(wall: Timestamp(milliseconds: 1_000_000 + milliseconds), uptime: milliseconds)
    }

    static func principal(
        customer: UInt64 = 1, role: Role = .customer, expires: Int64 = 900_000
    ) -> Principal {
        Principal(
            customerID: CustomerID(high: 1, low: customer), sessionID: SessionID(high: 1, low: 1),
            role: role, expiresAt: at(expires).wall)
    }

    static let opening: Set<SessionPhase> = [.authenticating, .verifying]
    static let admitted: Set<SessionPhase> = [.live, .staff, .refreshing, .subscribing]
    static let open = opening.union(admitted)

    /// A session in this phase, 4 ms old.
    var machine: SessionStateMachine {
        var machine = SessionStateMachine(limits: Self.limits, at: Self.at(0))
        guard self != .connecting else { return machine }
        _ = machine.opened(Self.id, ticket: nil, at: Self.at(0))
        guard self != .authenticating else { return machine }
        _ = machine.received(.success(.auth(.token("t"))), at: Self.at(1))
        guard self != .verifying else { return machine }
        let principal = Self.principal(role: self == .staff ? .teller : .customer)
        _ = machine.verified(.success(principal), at: Self.at(2))
        switch self {
        case .connecting, .authenticating, .verifying, .live, .staff: break
        case .refreshing: _ = machine.received(.success(.auth(.token("n"))), at: Self.at(3))
        case .subscribing:
            let request = SubscribeRequest(id: nil, accounts: .all)
            _ = machine.received(.success(.subscribe(request)), at: Self.at(3))
        case .closing: _ = machine.close(Closing(.tooSlow, ""), at: Self.at(3))
        case .closed: _ = machine.disconnected()
        }
        return machine
    }
}
