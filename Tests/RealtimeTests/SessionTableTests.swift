import Ledger
import NIOCore
import Realtime
import ServiceKit
import Testing

/// Everything that can happen, in every state: the exact actions, and the state after it.
@Suite struct SessionTableTests {
    private typealias Phase = SessionPhase
    private typealias Effect = SessionRow.Effect
    private static let principal = Phase.principal()
    private static let account = AccountID(high: 1, low: 2)
    private static func at(_ milliseconds: Int64) -> Moment { Phase.at(milliseconds) }

    /// What closing for a reason of ours comes to.
    private static func closing(
        _ code: CloseCode, _ reason: String, after before: [SessionAction] = [],
        at time: Int64 = 5
    ) -> Effect {
        Effect(
            actions: before + [.close(Closing(code, reason))],
            state: .closing(code, deadline: time + 3_000), mayRead: true)
    }

    @Test(arguments: openings + credentials + messages + frames + times + endings)
    func `everything in every state`(row: SessionRow) {
        for phase in Phase.allCases {
            var machine = phase.machine
            let (state, mayRead) = (machine.state, machine.mayRead)
            let expected = row.effect(in: phase)
            #expect(row.input(&machine) == expected.actions, "\(phase)")
            #expect(machine.state == expected.state ?? state, "\(phase)")
            #expect(machine.mayRead == expected.mayRead ?? mayRead, "\(phase)")
        }
    }

    @Test func `the table names every message and every failure`() {
        let rows =
            (Self.openings + Self.credentials + Self.messages + Self.frames + Self.times
            + Self.endings).map(\.description)
        #expect(Set(rows).count == rows.count)
        for failure in Self.failures {
            #expect(rows.contains("the credential: \(failure.rawValue)"))
        }
        for message in Self.contents { #expect(rows.contains("message \(message.name)")) }
    }

    // MARK: - Opening

    private static let openings: [SessionRow] = {
        let hello = SessionAction.send(
            .hello(Phase.id, heartbeatSeconds: 25, authDeadlineSeconds: 10))
        let opened = SessionStateMachine.State.authenticating(deadline: 10_005)
        return [
            SessionRow(
                "opened", { $0.opened(Phase.id, ticket: nil, at: at(5)) },
                [([.connecting], Effect(actions: [.record(.opened), hello], state: opened))]),
            SessionRow(
                "opened with a ticket", { $0.opened(Phase.id, ticket: "k", at: at(5)) },
                [
                    (
                        [.connecting],
                        Effect(
                            actions: [.record(.opened), hello, .verify(.ticket("k"))],
                            state: opened, mayRead: false)
                    )
                ]),
            SessionRow(
                "a credential was shown before",
                {
                    $0.presented()
                    return []
                }, [(Phase.open, Effect(actions: [], mayRead: false))]),
            SessionRow(
                "the subscription is answered",
                {
                    $0.served()
                    return []
                }, [([.subscribing], Effect(actions: [], mayRead: true))]),
        ]
    }()

    // MARK: - Credentials

    private static let failures: [AuthenticationFailure] = [
        .invalidToken, .expiredToken, .revokedSession, .customerClosed, .invalidTicket,
        .notAllowed, .unavailable,
    ]

    private static let credentials: [SessionRow] =
        failures.map { failure in
            SessionRow(
                "the credential: \(failure.rawValue)",
                { $0.verified(.failure(failure), at: at(5)) },
                [([.verifying, .refreshing], refused(failure))])
        } + [
            SessionRow(
                "the credential is right", { $0.verified(.success(principal), at: at(5)) },
                [
                    ([.verifying], admitted(.admit(principal), principal)),
                    ([.refreshing], admitted(.refresh(principal), principal)),
                ]),
            other("another customer's", Phase.principal(customer: 2)),
            other("another role's", Phase.principal(role: .teller)),
            SessionRow(
                "the credential has just expired",
                { $0.verified(.success(Phase.principal(expires: 5)), at: at(5)) },
                [([.verifying, .refreshing], refused(.expiredToken))]),
        ]

    private static func other(_ whose: String, _ principal: Principal) -> SessionRow {
        SessionRow(
            "the credential is \(whose)", { $0.verified(.success(principal), at: at(5)) },
            [
                ([.verifying], admitted(.admit(principal), principal)),
                ([.refreshing], refused(.notAllowed)),
            ])
    }

    private static func admitted(_ action: SessionAction, _ principal: Principal) -> Effect {
        Effect(
            actions: [
                action, .record(.authenticated),
                .send(.authenticated(principal.customerID, expiresAt: principal.expiresAt)),
            ], state: .live(principal), mayRead: true)
    }

    private static func refused(_ failure: AuthenticationFailure) -> Effect {
        let code: CloseCode =
            switch failure {
            case .unavailable: .tryAgainLater
            case .notAllowed: .forbidden
            default: .unauthenticated
            }
        return closing(
            code, failure.rawValue,
            after: [
                .record(.authenticationFailed(failure.rawValue)),
                .send(.authenticationFailed(failure)),
            ])
    }

    // MARK: - Messages

    private struct Content {
        let name: String
        let message: Result<ClientMessage, MessageFault>
        /// What comes of it in a session that is live, and whether the socket is read on.
        let action: SessionAction
        var stopsReading = false
        /// Whether it is served before it is known who speaks, too.
        var isForAll = false
        var isForStaff = false
    }

    private static let contents: [Content] = {
        let event = ClientEvent(id: "e", isError: false, requestID: nil, data: nil)
        let fault = MessageFault(id: "f", .invalidJSON, "no")
        let all = SubscribeRequest(id: "s", accounts: .all)
        let some = SubscribeRequest(id: "s", accounts: .some([account]), positions: [account: 3])
        let ledger = SubscribeRequest(id: "s", accounts: .ledger)
        return [
            Content(
                name: "ping", message: .success(.ping), action: .send(.pong(at: at(5).wall)),
                isForAll: true),
            Content(
                name: "auth with a token", message: .success(.auth(.token("t"))),
                action: .verify(.token("t")), stopsReading: true, isForAll: true),
            Content(
                name: "auth with a ticket", message: .success(.auth(.ticket("k"))),
                action: .verify(.ticket("k")), stopsReading: true, isForAll: true),
            Content(
                name: "subscribe all", message: .success(.subscribe(all)),
                action: .subscribe(all), stopsReading: true),
            Content(
                name: "subscribe some", message: .success(.subscribe(some)),
                action: .subscribe(some), stopsReading: true),
            Content(
                name: "subscribe ledger", message: .success(.subscribe(ledger)),
                action: .subscribe(ledger), stopsReading: true, isForStaff: true),
            Content(
                name: "unsubscribe", message: .success(.unsubscribe(id: "u", .all)),
                action: .unsubscribe(id: "u", .all)),
            Content(
                name: "ack", message: .success(.acknowledge([account: 1])),
                action: .acknowledge([account: 1])),
            Content(name: "event", message: .success(.event(event)), action: .store(event)),
            Content(
                name: "fault", message: .failure(fault), action: .send(.error(fault)),
                isForAll: true),
        ]
    }()

    private static let messages: [SessionRow] = contents.map { content in
        let served = Effect(
            actions: [content.action], mayRead: content.stopsReading ? false : nil)
        let early = MessageFault(.notAuthenticated, "Send {\"type\":\"auth\",\"token\":…} first.")
        let staffOnly = MessageFault(id: "s", .notAllowed, "Only staff may subscribe the ledger.")
        return SessionRow(
            "message \(content.name)", { $0.received(content.message, at: at(5)) },
            [
                (
                    [.authenticating],
                    content.isForAll ? served : Effect(actions: [.send(.error(early))])
                ),
                (
                    [.live],
                    content.isForStaff ? Effect(actions: [.send(.error(staffOnly))]) : served
                ),
                ([.staff], served),
            ])
    }

    // MARK: - Frames

    private static let frames: [SessionRow] = {
        let payload = ByteBuffer(string: "x")
        func closed(_ code: CloseCode) -> Effect {
            Effect(
                actions: [.close(Closing(code, "")), .record(.closed(code)), .disconnect],
                state: .closed, mayRead: true)
        }
        let answered = Effect(
            actions: [.record(.closed(.tooSlow)), .disconnect], state: .closed)
        let unfinished = Phase.open.union([.connecting])
        return [
            SessionRow(
                "protocol ping", { $0.pinged(payload, at: at(5)) },
                [(Phase.open, Effect(actions: [.pong(payload)]))]),
            SessionRow("protocol pong", { $0.ponged(at: at(5)) }, []),
            SessionRow(
                "close frame", { $0.closeReceived(.goingAway, at: at(5)) },
                [(unfinished, closed(.goingAway)), ([.closing], answered)]),
            SessionRow(
                "close frame without a code", { $0.closeReceived(nil, at: at(5)) },
                [(unfinished, closed(.normal)), ([.closing], answered)]),
        ]
    }()

    // MARK: - Time

    private static let times: [SessionRow] = {
        let waited = Effect(
            actions: [.record(.closed(.tooSlow)), .disconnect], state: .closed)
        func late(_ time: Int64) -> Effect {
            closing(
                .authTimeout, "no auth in time",
                after: [.record(.authenticationFailed("timeout"))], at: time)
        }
        return [
            SessionRow("a moment passes", { $0.tick(at: at(5)) }, []),
            SessionRow(
                "3 seconds pass", { $0.tick(at: at(3_003)) }, [([.closing], waited)]),
            SessionRow(
                "10 seconds pass", { $0.tick(at: at(10_000)) },
                [(Phase.opening, late(10_000)), ([.closing], waited)]),
            SessionRow(
                "25 seconds pass in silence", { $0.tick(at: at(25_003)) },
                [
                    (Phase.opening, late(25_003)), (Phase.admitted, Effect(actions: [.ping])),
                    ([.closing], waited),
                ]),
            SessionRow(
                "75 seconds pass in silence", { $0.tick(at: at(75_003)) },
                [
                    (Phase.opening, late(75_003)),
                    (Phase.admitted, closing(.goingAway, "silent", at: 75_003)),
                    ([.closing], waited),
                ]),
            SessionRow(
                "the token's time passes", { $0.tick(at: at(900_000)) },
                [
                    (Phase.opening, late(900_000)),
                    (Phase.admitted, closing(.unauthenticated, "expired_token", at: 900_000)),
                    ([.closing], waited),
                ]),
        ]
    }()

    // MARK: - Ends

    private static let endings: [SessionRow] = {
        let unfinished = Phase.open.union([.connecting])
        func revoked(_ reason: RevocationReason, _ text: String) -> SessionRow {
            let told = ServerMessage.sessionRevoked(
                principal.sessionID, reason, at: at(5).wall)
            return SessionRow(
                "revoked: \(reason.rawValue)", { $0.revoked(reason, at: at(5)) },
                [(Phase.admitted, closing(.unauthenticated, text, after: [.send(told)]))])
        }
        return RevocationReason.allCases.map { reason in
            revoked(reason, reason == .customerClosed ? "customer_closed" : "revoked_session")
        } + [
            SessionRow(
                "closed by us", { $0.close(Closing(.tooMany, "many"), at: at(5)) },
                [(unfinished, closing(.tooMany, "many"))]),
            SessionRow(
                "too slow", { $0.close(Closing(.tooSlow, "slow"), at: at(5)) },
                [(unfinished, closing(.tooSlow, "slow", after: [.record(.slowConsumer)]))]),
            SessionRow(
                "the service stops", { $0.drain(afterMilliseconds: 250, at: at(5)) },
                [
                    (
                        Phase.open,
                        closing(
                            .serviceRestart, "service restarts",
                            after: [.send(.reconnect(afterMilliseconds: 250))])
                    )
                ]),
            SessionRow(
                "the transport is gone", { $0.disconnected() },
                [
                    (
                        unfinished,
                        Effect(
                            actions: [.record(.closed(CloseCode(rawValue: 1006)))],
                            state: .closed, mayRead: true)
                    ),
                    ([.closing], Effect(actions: [.record(.closed(.tooSlow))], state: .closed)),
                ]),
        ]
    }()

    // MARK: - Whatever happens

    /// A walk through the table's inputs, in any order.
    @Test(arguments: 0..<200)
    func `whatever happens, in whatever order, a session ends once and then is still`(seed: Int) {
        var random = SplitMix(seed: UInt64(seed) &+ 1)
        let rows =
            Self.openings + Self.credentials + Self.messages + Self.frames
            + Self.times.prefix(4) + Self.endings
        var machine = Phase.connecting.machine
        var all: [SessionAction] = machine.opened(Phase.id, ticket: nil, at: Self.at(0))
        for _ in 0..<200 {
            guard let row = rows.randomElement(using: &random) else { return }
            let wasClosed = machine.state == .closed
            let actions = row.input(&machine)
            #expect(!wasClosed || actions.isEmpty)
            #expect(machine.state != .closed || machine.mayRead)
            all += actions
        }
        func count(_ isCounted: (SessionAction) -> Bool) -> Int { all.count(where: isCounted) }
        #expect(count { if case .close = $0 { true } else { false } } <= 1)
        #expect(count { $0 == .disconnect } <= 1)
        #expect(count { if case .admit = $0 { true } else { false } } <= 1)
        #expect(count { $0 == .record(.opened) } == 1)
        let ends = count { if case .record(.closed) = $0 { true } else { false } }
        #expect(ends == (machine.state == .closed ? 1 : 0))
    }
}
