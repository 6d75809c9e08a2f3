import Ledger
import NIOCore
import Realtime
import Testing

@Suite struct SessionStateMachineTests {
    private let limits = SessionPhase.limits
    private let id = SessionPhase.id
    private let account = AccountID(high: 1, low: 2)

    private func at(_ milliseconds: Int64) -> Moment { SessionPhase.at(milliseconds) }

    private func principal(
        customer: UInt64 = 1, role: Role = .customer, expires: Int64 = 900_000
    ) -> Principal {
        SessionPhase.principal(customer: customer, role: role, expires: expires)
    }

    private func opened() -> SessionStateMachine {
        var machine = SessionStateMachine(limits: limits, at: at(0))
        _ = machine.opened(id, ticket: nil, at: at(0))
        return machine
    }

    private func live(_ principal: Principal) -> SessionStateMachine {
        var machine = opened()
        _ = machine.received(.success(.auth(.token("t"))), at: at(1))
        _ = machine.verified(.success(principal), at: at(2))
        return machine
    }

    private func closings(_ actions: [SessionAction]) -> [CloseCode] {
        actions.compactMap { if case .close(let closing) = $0 { closing.code } else { nil } }
    }

    // MARK: - Opening

    @Test func `the server speaks first`() {
        var machine = SessionStateMachine(limits: limits, at: at(0))
        let hello = ServerMessage.hello(id, heartbeatSeconds: 25, authDeadlineSeconds: 10)
        #expect(
            machine.opened(id, ticket: nil, at: at(0)) == [.record(.opened), .send(hello)])
        #expect(machine.mayRead)
    }

    @Test func `a ticket in the address stands for the first message`() {
        var machine = SessionStateMachine(limits: limits, at: at(0))
        #expect(machine.opened(id, ticket: "k", at: at(0)).last == .verify(.ticket("k")))
        #expect(!machine.mayRead)
    }

    @Test func `a right token makes the session live`() {
        var machine = opened()
        #expect(
            machine.received(.success(.auth(.token("t"))), at: at(1)) == [.verify(.token("t"))])
        #expect(!machine.mayRead)
        let principal = principal()
        #expect(
            machine.verified(.success(principal), at: at(2)) == [
                .admit(principal), .record(.authenticated),
                .send(.authenticated(principal.customerID, expiresAt: principal.expiresAt)),
            ])
        #expect(machine.mayRead)
        #expect(machine.principal == principal)
    }

    @Test(arguments: [
        AuthenticationFailure.invalidToken, .expiredToken, .revokedSession, .customerClosed,
        .invalidTicket,
    ])
    func `a wrong one is answered and closed 4401`(failure: AuthenticationFailure) {
        var machine = opened()
        _ = machine.received(.success(.auth(.token("t"))), at: at(1))
        let actions = machine.verified(.failure(failure), at: at(2))
        #expect(actions.contains(.send(.authenticationFailed(failure))))
        #expect(closings(actions) == [.unauthenticated])
    }

    @Test func `a storage that can't be asked is no wrong token`() {
        var machine = opened()
        _ = machine.received(.success(.auth(.ticket("t"))), at: at(1))
        #expect(closings(machine.verified(.failure(.unavailable), at: at(2))) == [.tryAgainLater])
    }

    @Test func `no auth in time is closed 4408`() {
        var machine = opened()
        #expect(machine.tick(at: at(9_999)).isEmpty)
        #expect(closings(machine.tick(at: at(10_000))) == [.authTimeout])
    }

    // MARK: - Live

    @Test func `only staff may follow the ledger`() {
        let request = SubscribeRequest(id: "1", accounts: .ledger)
        var customer = live(principal())
        guard
            case .send(.error(let fault)) = customer.received(
                .success(.subscribe(request)), at: at(5)
            ).first
        else {
            Issue.record("not refused")
            return
        }
        #expect(fault.code == .notAllowed && fault.id == "1")
        #expect(customer.mayRead)
        var teller = live(principal(role: .teller))
        #expect(teller.received(.success(.subscribe(request)), at: at(5)) == [.subscribe(request)])
    }

    @Test func `a newer token of the same customer refreshes the session`() {
        var machine = live(principal())
        _ = machine.received(.success(.auth(.token("n"))), at: at(5))
        let newer = principal(expires: 1_800_000)
        #expect(machine.verified(.success(newer), at: at(6)).first == .refresh(newer))
        _ = machine.ponged(at: at(1_000_000))
        #expect(machine.tick(at: at(1_000_000)).isEmpty)
        #expect(machine.principal == newer)
    }

    @Test func `a bad token ends a live session 4401, another customer's or role's 4403`() {
        for (result, failure, code) in [
            (.failure(.invalidToken), .invalidToken, .unauthenticated),
            (.success(principal(customer: 2)), .notAllowed, .forbidden),
            (.success(principal(role: .teller)), .notAllowed, .forbidden),
        ] as [(Result<Principal, AuthenticationFailure>, AuthenticationFailure, CloseCode)] {
            var machine = live(principal())
            _ = machine.received(.success(.auth(.token("n"))), at: at(5))
            let actions = machine.verified(result, at: at(6))
            #expect(actions.contains(.send(.authenticationFailed(failure))))
            #expect(closings(actions) == [code])
        }
    }

    @Test func `an expiring token is warned about once, then closed 4401`() {
        var machine = live(principal(expires: 70_000))
        func tick(_ time: Int64) -> [SessionAction] {
            _ = machine.ponged(at: at(time))
            return machine.tick(at: at(time))
        }
        #expect(tick(9_999).isEmpty)
        let expiry = Timestamp(milliseconds: 1_070_000)
        #expect(tick(10_000) == [.send(.tokenExpiring(expiry))])
        #expect(tick(11_000).isEmpty)
        #expect(closings(tick(70_000)) == [.unauthenticated])
    }

    @Test func `a silent client is pinged, then taken for gone`() {
        var machine = live(principal())
        #expect(machine.tick(at: at(25_001)) == [.ping])
        #expect(machine.tick(at: at(26_000)).isEmpty)
        #expect(machine.ponged(at: at(26_500)).isEmpty)
        #expect(machine.tick(at: at(50_500)).isEmpty)
        #expect(machine.tick(at: at(51_600)) == [.ping])
        #expect(closings(machine.tick(at: at(101_500))) == [.goingAway])
    }

    @Test func `too many messages are dropped with one word about it, then closed 4429`() {
        var machine = live(principal())
        var actions: [SessionAction] = []
        for _ in 0..<500 { actions += machine.received(.success(.ping), at: at(5)) }
        #expect(actions.count { $0 == .send(.pong(at: at(5).wall)) } == 50)
        let told = actions.count {
            if case .send(.error(let fault)) = $0 { fault.code == .rateLimited } else { false }
        }
        #expect(told == 1)
        #expect(closings(actions) == [.tooMany])
    }

    @Test func `before auth five messages are a burst`() {
        var machine = opened()
        let actions = (0..<7).flatMap { _ in machine.received(.success(.ping), at: at(5)) }
        #expect(actions.count { $0 == .send(.pong(at: at(5).wall)) } == 5)
    }

    // MARK: - Closing

    @Test func `a drain tells when to come back, then closes 1012`() {
        var machine = live(principal())
        #expect(
            machine.drain(afterMilliseconds: 250, at: at(5)) == [
                .send(.reconnect(afterMilliseconds: 250)),
                .close(Closing(.serviceRestart, "service restarts")),
            ])
        #expect(machine.drain(afterMilliseconds: 1, at: at(6)).isEmpty)
    }

    @Test func `the first reason to close counts, and the client gets some time for its own`() {
        var machine = live(principal())
        #expect(
            closings(machine.close(Closing(.unauthenticated, ""), at: at(5)))
                == [.unauthenticated])
        #expect(machine.close(Closing(.tooSlow, ""), at: at(6)).isEmpty)
        #expect(machine.tick(at: at(3_004)).isEmpty)
        #expect(machine.tick(at: at(3_005)).last == .disconnect)
    }

    @Test func `an answer that comes after the end does nothing`() {
        var machine = opened()
        _ = machine.received(.success(.auth(.token("t"))), at: at(1))
        _ = machine.close(Closing(.authTimeout, ""), at: at(5))
        #expect(machine.verified(.success(principal()), at: at(6)).isEmpty)
        #expect(machine.principal == nil)
    }
}
