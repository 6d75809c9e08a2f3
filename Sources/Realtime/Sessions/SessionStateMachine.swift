package import Ledger
package import NIOCore
package import ServiceKit

/// The life of one connection: connecting → authenticating → live → closing → closed.
///
/// Pure: takes what happened and when, returns what to do. One message is served at a time: while
/// a credential is checked or a subscription is looked up ``mayRead`` is false, and the owner
/// hands no further frame in.
package struct SessionStateMachine: Sendable {
    package enum State: Hashable, Sendable {
        case connecting
        case authenticating(deadline: Int64)
        case live(Principal)
        case closing(CloseCode, deadline: Int64)
        case closed
    }

    package private(set) var state = State.connecting
    private let limits: SessionLimits
    private var allowance: MessageAllowance
    /// What is being looked up for the client.
    private var serving: Lookup?
    private enum Lookup { case credential, subscription }
    private var hasWarned = false
    private var heardAt: Int64
    private var pingedAt: Int64

    package init(limits: SessionLimits, at moment: Moment) {
        self.limits = limits
        self.allowance = MessageAllowance(
            perMinute: limits.messagesPerMinute, burst: limits.messageBurstBeforeAuth,
            now: moment.uptime)
        self.heardAt = moment.uptime
        self.pingedAt = moment.uptime
    }

    package var mayRead: Bool { serving == nil }

    package var principal: Principal? {
        if case .live(let principal) = state { principal } else { nil }
    }

    private var isOpen: Bool {
        switch state {
        case .authenticating, .live: true
        case .connecting, .closing, .closed: false
        }
    }

    // MARK: - Opening

    /// The upgrade is done. A ticket in the address stands for the first message.
    package mutating func opened(
        _ id: ConnectionID, ticket: String?, at moment: Moment
    ) -> [SessionAction] {
        guard case .connecting = state else { return [] }
        state = .authenticating(deadline: moment.uptime + limits.authDeadline)
        let hello = ServerMessage.hello(
            id, heartbeatSeconds: limits.heartbeat / 1_000,
            authDeadlineSeconds: limits.authDeadline / 1_000)
        guard let ticket else { return [.record(.opened), .send(hello)] }
        serving = .credential
        return [.record(.opened), .send(hello), .verify(.ticket(ticket))]
    }

    /// A credential was shown before the connection was opened: ``verified(_:at:)`` follows.
    package mutating func presented() {
        if isOpen && serving == nil { serving = .credential }
    }

    package mutating func verified(
        _ result: Result<Principal, AuthenticationFailure>, at moment: Moment
    ) -> [SessionAction] {
        guard serving == .credential, isOpen else { return [] }
        serving = nil
        let principal: Principal
        switch result {
        case .failure(let failure): return refuse(failure, at: moment)
        case .success(let verified): principal = verified
        }
        if principal.expiresAt <= moment.wall { return refuse(.expiredToken, at: moment) }

        let former = self.principal
        // What was subscribed was allowed to that customer in that role, and to no other.
        if let former,
            (former.customerID, former.role) != (principal.customerID, principal.role)
        {
            return refuse(.notAllowed, at: moment)
        }
        state = .live(principal)
        hasWarned = false
        if former == nil { allowance.widen(burst: limits.messageBurst) }
        return [
            former == nil ? .admit(principal) : .refresh(principal),
            .record(.authenticated),
            .send(.authenticated(principal.customerID, expiresAt: principal.expiresAt)),
        ]
    }

    private mutating func refuse(
        _ failure: AuthenticationFailure, at moment: Moment
    ) -> [SessionAction] {
        [
            .record(.authenticationFailed(failure.rawValue)),
            .send(.authenticationFailed(failure)),
        ] + close(failure.closing, at: moment)
    }

    // MARK: - Messages

    package mutating func received(
        _ message: Result<ClientMessage, MessageFault>, at moment: Moment
    ) -> [SessionAction] {
        guard isOpen, serving == nil else { return [] }
        heardAt = moment.uptime
        if let limited = limited(at: moment) { return limited }
        switch message {
        case .failure(let fault): return [.send(.error(fault))]
        case .success(let message): return serve(message, at: moment)
        }
    }

    private mutating func serve(
        _ message: ClientMessage, at moment: Moment
    ) -> [SessionAction] {
        switch (message, principal) {
        case (.ping, _):
            return [.send(.pong(at: moment.wall))]
        case (.auth(let credential), _):
            serving = .credential
            return [.verify(credential)]
        case (.subscribe(let request), .some(let principal)):
            if request.accounts == .ledger && !principal.role.isStaff {
                let detail = "Only staff may subscribe the ledger."
                return [.send(.error(MessageFault(id: request.id, .notAllowed, detail)))]
            }
            serving = .subscription
            return [.subscribe(request)]
        case (.unsubscribe(let id, let accounts), .some):
            return [.unsubscribe(id: id, accounts)]
        case (.acknowledge(let positions), .some):
            return [.acknowledge(positions)]
        case (.event(let event), .some):
            return [.store(event)]
        case (.subscribe, nil), (.unsubscribe, nil), (.acknowledge, nil), (.event, nil):
            let detail = "Send {\"type\":\"auth\",\"token\":…} first."
            return [.send(.error(MessageFault(.notAuthenticated, detail)))]
        }
    }

    /// Nil when the message is within the client's allowance.
    private mutating func limited(at moment: Moment) -> [SessionAction]? {
        switch allowance.take(at: moment.uptime) {
        case .accepted: return nil
        case .dropped: return []
        case .droppedAndTold:
            let detail = "At most \(limits.messagesPerMinute) messages a minute: dropped."
            let fault = MessageFault(.rateLimited, detail)
            return [.record(.limitHit(fault.code.rawValue)), .send(.error(fault))]
        case .exhausted:
            return [.record(.limitHit("messages"))]
                + close(Closing(.tooMany, "too many messages"), at: moment)
        }
    }

    /// The subscription has been looked up and answered.
    package mutating func served() {
        if serving == .subscription { serving = nil }
    }

    package mutating func pinged(_ payload: ByteBuffer, at moment: Moment) -> [SessionAction] {
        guard isOpen else { return [] }
        heardAt = moment.uptime
        return limited(at: moment) ?? [.pong(payload)]
    }

    package mutating func ponged(at moment: Moment) -> [SessionAction] {
        guard isOpen else { return [] }
        heardAt = moment.uptime
        return limited(at: moment) ?? []
    }

    // MARK: - Time

    /// When the next ``tick(at:)`` has something to do, if nothing happens before: milliseconds of
    /// uptime. A set wall clock is noticed a heartbeat later at most. Nil: never.
    package func dueAt(_ moment: Moment) -> Int64? {
        switch state {
        case .connecting, .closed: return nil
        case .authenticating(let deadline), .closing(_, let deadline): return deadline
        case .live(let principal):
            let warning = hasWarned ? 0 : limits.expiryWarning
            let left = principal.expiresAt.milliseconds
                .subtractingReportingOverflow(moment.wall.milliseconds)
            let expiry = left.overflow ? limits.heartbeat : max(left.partialValue, 0) - warning
            let ping = max(heardAt, pingedAt) + limits.heartbeat
            return min(
                moment.uptime + min(max(expiry, 0), limits.heartbeat), ping,
                heardAt + limits.silenceMax)
        }
    }

    /// To be called when it is ``dueAt(_:)``; more often does no harm.
    package mutating func tick(at moment: Moment) -> [SessionAction] {
        switch state {
        case .connecting, .closed:
            return []
        case .authenticating(let deadline):
            guard moment.uptime >= deadline else { return [] }
            return [.record(.authenticationFailed("timeout"))]
                + close(Closing(.authTimeout, "no auth in time"), at: moment)
        case .live(let principal):
            return watch(principal, at: moment)
        case .closing(let code, let deadline):
            guard moment.uptime >= deadline else { return [] }
            state = .closed
            return [.record(.closed(code)), .disconnect]
        }
    }

    private mutating func watch(_ principal: Principal, at moment: Moment) -> [SessionAction] {
        if moment.wall >= principal.expiresAt {
            return close(Closing(.unauthenticated, "expired_token"), at: moment)
        }
        let silence = moment.uptime - heardAt
        if silence >= limits.silenceMax {
            return close(Closing(.goingAway, "silent"), at: moment)
        }
        var actions: [SessionAction] = []
        let (left, overflow) = principal.expiresAt.milliseconds
            .subtractingReportingOverflow(moment.wall.milliseconds)
        if !hasWarned && !overflow && left <= limits.expiryWarning {
            hasWarned = true
            actions.append(.send(.tokenExpiring(principal.expiresAt)))
        }
        if silence >= limits.heartbeat && moment.uptime - pingedAt >= limits.heartbeat {
            pingedAt = moment.uptime
            actions.append(.ping)
        }
        return actions
    }

    // MARK: - Closing

    /// Closes a connection for a reason of ours; the first reason counts.
    package mutating func close(_ closing: Closing, at moment: Moment) -> [SessionAction] {
        switch state {
        case .closing, .closed: return []
        case .connecting, .authenticating, .live: break
        }
        state = .closing(closing.code, deadline: moment.uptime + limits.closeDeadline)
        serving = nil
        let slow: [SessionAction] = closing.code == .tooSlow ? [.record(.slowConsumer)] : []
        return slow + [.close(closing)]
    }

    /// The session was ended elsewhere.
    package mutating func revoked(
        _ reason: RevocationReason, at moment: Moment
    ) -> [SessionAction] {
        guard let principal else { return [] }
        return [.send(.sessionRevoked(principal.sessionID, reason, at: moment.wall))]
            + close(AuthenticationFailure(reason).closing, at: moment)
    }

    /// Told that it comes back after so long; ``close(_:at:)`` follows.
    package mutating func drain(afterMilliseconds: Int64, at moment: Moment) -> [SessionAction] {
        guard isOpen else { return [] }
        return [.send(.reconnect(afterMilliseconds: afterMilliseconds))]
            + close(Closing(.serviceRestart, "service restarts"), at: moment)
    }

    /// The client's close: answered with the same code, or the answer to ours.
    package mutating func closeReceived(_ code: CloseCode?, at moment: Moment) -> [SessionAction] {
        switch state {
        case .closed: return []
        case .closing(let sent, _):
            state = .closed
            return [.record(.closed(sent)), .disconnect]
        case .connecting, .authenticating, .live:
            state = .closed
            serving = nil
            let code = code ?? .normal
            return [.close(Closing(code, "")), .record(.closed(code)), .disconnect]
        }
    }

    /// The transport is gone.
    package mutating func disconnected() -> [SessionAction] {
        let code: CloseCode
        switch state {
        case .closed: return []
        case .closing(let sent, _): code = sent
        case .connecting, .authenticating, .live: code = CloseCode(rawValue: 1006)
        }
        state = .closed
        serving = nil
        return [.record(.closed(code))]
    }
}
