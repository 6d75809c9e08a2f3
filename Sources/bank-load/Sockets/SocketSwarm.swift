import Ledger
import NIOCore
import NIOPosix

/// Which sockets are to be opened, and how they listen.
struct SocketPlan: Sendable {
    let endpoint: WireEndpoint
    var path = "/ws"
    /// One socket for each; nil: says nothing, and listens from the handshake on.
    let tokens: [String?]
    /// Sockets that are opened in a second.
    let rate: Double
    /// Counts and looks at times, and leaves the rest of a message alone.
    var skims = false
}

/// Opens sockets at a constant rate, listens, and ends them. On one event loop.
final class SocketSwarm: LoadSocketOwner {
    private static let tick: TimeAmount = .milliseconds(10)

    private(set) var figures = SocketFigures()
    private let plan: SocketPlan
    private let loop: any EventLoop
    private var open: [Int: LoadSocket] = [:]
    private var began = NIODeadline.now()
    private var started = 0
    private var ending = false
    private let clock: @Sendable () -> Timestamp

    init(_ plan: SocketPlan, loop: any EventLoop, clock: @escaping @Sendable () -> Timestamp) {
        self.plan = plan
        self.loop = loop
        self.clock = clock
    }

    func start() {
        began = .now()
        openDue()
    }

    /// Ends all sockets: from here on no end counts as a loss.
    func end() {
        ending = true
        for socket in open.values { socket.close() }
        open = [:]
    }

    var openCount: Int { open.values.count { $0.isSubscribed } }

    /// All were started, and each is subscribed or lost.
    var isSettled: Bool {
        started == plan.tokens.count && openCount + figures.lostCount >= started
    }

    /// Starts those whose time has come, and comes again for the others.
    private func openDue() {
        guard !ending else { return }
        let elapsed = Double((NIODeadline.now() - began).nanoseconds) / 1e9
        let due = min(plan.tokens.count, Int(elapsed * plan.rate) + 1)
        while started < due {
            openOne(number: started)
            started += 1
        }
        guard started < plan.tokens.count else { return }
        loop.assumeIsolated().scheduleTask(in: Self.tick) { self.openDue() }
    }

    private func openOne(number: Int) {
        let owner = NIOLoopBound(self, eventLoop: loop)
        let plan = plan
        ClientBootstrap(group: loop)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let socket = LoadSocket(
                        number: number, plan: plan, owner: owner.value, began: .now())
                    owner.value.open[number] = socket
                    try channel.pipeline.syncOperations.addHandler(socket)
                }
            }
            .connect(host: plan.endpoint.host, port: plan.endpoint.port)
            .assumeIsolated()
            .whenFailure { _ in self.lost(number, code: 0) }
    }

    private func lost(_ number: Int, code: Int) {
        guard open.removeValue(forKey: number) != nil, !ending else { return }
        figures.lost[code, default: 0] += 1
    }

    // MARK: LoadSocketOwner

    func socketEnded(_ socket: LoadSocket, code: Int) { lost(socket.number, code: code) }

    func socket(_ socket: LoadSocket, received message: SocketMessage, bytes: Int) {
        figures.messages[message.type, default: 0] += 1
        figures.bytes += bytes
        switch message {
        case .subscribed(let positions):
            guard !socket.isSubscribed else { return }
            socket.isSubscribed = true
            socket.expected = positions.mapValues { $0 + 1 }
            figures.subscribed += 1
            figures.opening.record(.now() - socket.began)
        case .entry(let account, let seq, let committedAt, let sentAt):
            note(seq, of: account, on: socket)
            figures.commitToSent.record(.milliseconds(sentAt - committedAt))
            figures.commitToReceived.record(.milliseconds(clock() - committedAt))
            figures.pushed(at: .now())
        case .skimmed(let sentAt):
            if let sentAt { figures.sentToReceived.record(.milliseconds(clock() - sentAt)) }
            figures.pushed(at: .now())
        case .hello, .authenticated, .other: break
        }
    }

    private func note(_ seq: Int64, of account: AccountID, on socket: LoadSocket) {
        let expected = socket.expected[account] ?? 1
        if seq > expected { figures.gaps += 1 }
        if seq < expected { figures.repeats += 1 }
        socket.expected[account] = max(expected, seq &+ 1)
    }
}

extension Timestamp {
    /// Milliseconds between two moments.
    fileprivate static func - (later: Timestamp, earlier: Timestamp) -> Int64 {
        later.milliseconds.subtractingReportingOverflow(earlier.milliseconds).partialValue
    }
}
