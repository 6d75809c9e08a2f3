package import Ledger
import NIOCore
package import ServiceKit

/// One websocket: feeds the session's state machine, does what it says, and sends.
///
/// Lives on one event loop, and is only touched there.
package final class Connection {
    package let id: ConnectionID
    /// Of the request that opened it: names the connection's own lines in the log.
    let requestID: String
    let address: ClientAddress
    let context: ConnectionContext
    let hub: LoopHub
    let openedAt: Timestamp
    var machine: SessionStateMachine
    var queue: OutgoingQueue
    var subscriptions: [AccountID: Subscription] = [:]
    /// The request that every account of the customer, also a new one, is subscribed by.
    var allRequest: SubscribeRequest?
    var followsLedger = false
    /// Accounts that are behind their journal; one is read at a time.
    var behind: [AccountID] = []
    var isReplaying = false
    var unacknowledged = UnacknowledgedPushes()
    var isAdmitted = false
    /// Whether something was written since the last flush, and whether the hub knows.
    var isDirty = false
    var isListedForFlush = false
    /// Nil once it is gone.
    private(set) var transport: (any SocketTransport)?

    package init(
        id: ConnectionID, requestID: String, address: ClientAddress, hub: LoopHub,
        context: ConnectionContext, transport: any SocketTransport
    ) {
        self.id = id
        self.requestID = requestID
        self.address = address
        self.hub = hub
        self.context = context
        self.transport = transport
        let now = context.now
        self.openedAt = now.wall
        self.machine = SessionStateMachine(limits: context.limits.session, at: now)
        self.queue = OutgoingQueue(bytesMax: context.limits.queueBytesMax)
    }

    var now: Timestamp { context.clock.now }

    // MARK: - From the socket

    package func opened(ticket: String?) {
        hub.add(self)
        if let refused = context.census.enter(address: address) {
            isRefused = true
            record(.limitHit("connections"))
            return act(machine.close(refused, at: context.now))
        }
        act(machine.opened(id, ticket: ticket, at: context.now))
    }
    /// The same for who has shown a credential before.
    func opened(as principal: Principal) {
        opened(ticket: nil)
        machine.presented()
        verified(.success(principal))
    }

    /// Never counted by the census.
    private var isRefused = false

    package func received(_ event: FrameEvent) {
        let now = context.now
        switch event {
        case .text(let text):
            let bytes = Array(text.readableBytesView)
            let message = Result { () throws(MessageFault) in try ClientMessage(parsing: bytes) }
            act(machine.received(message, at: now))
        case .ping(let payload): act(machine.pinged(payload, at: now))
        case .pong: act(machine.ponged(at: now))
        case .close(let code):
            clientClose = ClientClose(code: code)
            hub.leaving.append { [self] in clientLeft() }
        }
    }

    /// The client's close, until its turn has come; nothing that follows it is read.
    private var clientClose: ClientClose?
    private struct ClientClose { let code: CloseCode? }

    private func clientLeft() {
        guard let close = clientClose else { return }
        clientClose = nil
        act(machine.closeReceived(close.code, at: context.now))
    }

    /// What the client says by other means than a frame.
    func received(saying message: ClientMessage) {
        act(machine.received(.success(message), at: context.now))
    }

    package var mayRead: Bool { machine.mayRead && clientClose == nil }

    package func close(_ closing: Closing) { act(machine.close(closing, at: context.now)) }

    /// The transport is gone.
    package func disconnected() {
        clientLeft()
        act(machine.disconnected())
        leave()
        hub.remove(self)
        transport = nil
    }

    // MARK: - From the hub

    /// Its time has come: the hub comes again when ``dueAt(_:)`` says.
    func tick(at moment: Moment) {
        dueStep = nil
        act(machine.tick(at: moment))
        replayNext()
    }

    /// When it is to be looked at again, if nothing happens before; milliseconds of uptime.
    func dueAt(_ moment: Moment) -> Int64? {
        let due = machine.dueAt(moment)
        // The journal could not be read, or the reader had no room: tried again.
        guard !behind.isEmpty, !isReplaying else { return due }
        return min(due ?? .max, moment.uptime + Self.replayPause)
    }
    private static let replayPause: Int64 = 1_000

    /// The step of the hub's wheel at which it will be looked at.
    var dueStep: Int64?

    func revoke(_ reason: RevocationReason) {
        act(machine.revoked(reason, at: context.now))
    }

    func drain(afterMilliseconds: Int64) {
        act(machine.drain(afterMilliseconds: afterMilliseconds, at: context.now))
    }

    // MARK: - Doing what the machine says

    func act(_ actions: [SessionAction]) {
        guard !actions.isEmpty else { return }
        for action in actions { perform(action) }
        transport?.setReading(machine.mayRead)
        flush()
        hub.schedule(self, at: context.now)
    }

    private func perform(_ action: SessionAction) {
        switch action {
        case .send(let message): send(message)
        case .ping: send(control: FrameEncoder.ping())
        case .pong(let payload): send(control: FrameEncoder.pong(payload))
        case .verify(let credential): verify(credential)
        case .admit(let principal): admit(principal)
        case .refresh(let principal): sessionID = principal.sessionID
        case .subscribe(let request): subscribe(request)
        case .unsubscribe(let id, let accounts): unsubscribe(id: id, accounts)
        case .acknowledge(let positions): acknowledge(positions)
        case .store(let event): store(event)
        case .record(let event): record(event)
        case .close(let closing): sendClose(closing)
        case .disconnect: transport?.disconnect(afterWrites: true)
        }
    }

    private func sendClose(_ closing: Closing) {
        if closing.code == .tooSlow { queue.removeAll() }
        while let frame = queue.next() { transport?.write(frame) }
        transport?.write(FrameEncoder.close(closing))
        isDirty = true
        leave()
    }

    /// Takes it out of everything that could send to it; its socket may live a little longer.
    private func leave() {
        guard !hasLeft else { return }
        hasLeft = true
        hub.silence(self)
        subscriptions = [:]
        behind = []
        allRequest = nil
        guard !isRefused else { return }
        context.census.leave(address: address, customer: isAdmitted ? customerID : nil)
    }
    private(set) var hasLeft = false
    /// Kept after the session's end, for the log.
    private(set) var customerID: CustomerID?
    private(set) var sessionID: SessionID?

    private func verify(_ credential: Credential) {
        switch credential {
        case .token(let token):
            verified(
                Result { () throws(AuthenticationFailure) in
                    try context.credentials.principal(forToken: token)
                })
        case .ticket(let ticket): verify(ticket: ticket)
        }
    }

    private func verify(ticket: String) {
        let (bound, credentials) = (NIOLoopBound(self, eventLoop: hub.loop), context.credentials)
        let isQueued = context.work.submit { [loop = hub.loop] in
            let result: Result<Principal, AuthenticationFailure>
            do throws(AuthenticationFailure) {
                result = .success(try await credentials.principal(forTicket: ticket))
            } catch {
                result = .failure(error)
            }
            loop.execute { bound.value.verified(result) }
        }
        if !isQueued { verified(.failure(.unavailable)) }
    }

    private func verified(_ first: Result<Principal, AuthenticationFailure>) {
        // Its session may have ended since: who is revoked from now on is found by the hub.
        let result = first.flatMap { principal in
            context.credentials.recheck(principal).map { .failure($0) } ?? .success(principal)
        }
        if case .success(let principal) = result, case .authenticating = machine.state {
            guard context.census.admit(principal.customerID, from: address) else {
                record(.limitHit("connections"))
                return close(Closing(.tooMany, "too many connections"))
            }
            isAdmitted = true
            customerID = principal.customerID
        }
        act(machine.verified(result, at: context.now))
    }

    private func admit(_ principal: Principal) {
        sessionID = principal.sessionID
        hub.admit(self, principal.customerID)
    }
}
