package import NIOCore
import NIOPosix

/// How a driver uses its connections.
package struct WireSettings: Sendable {
    package var connections: Int
    /// After this a request is given up as lost, and its connection with it.
    package var requestTimeout: TimeAmount = .seconds(10)
    package var connectTimeout: TimeAmount = .seconds(3)
    /// With no reply and no new connection for this long the run is given up.
    package var silenceMax: TimeAmount = .seconds(60)

    package init(connections: Int) { self.connections = connections }
}

/// Why a driver ended before its work was done.
package enum WireError: Error, Equatable, CustomStringConvertible {
    case cannotConnect(WireEndpoint, String)
    case silent(WireEndpoint, seconds: Int)

    package var description: String {
        switch self {
        case .cannotConnect(let endpoint, let reason):
            "cannot connect to \(endpoint.url): \(reason)"
        case .silent(let endpoint, let seconds):
            "\(endpoint.url) has not answered for \(seconds) s"
        }
    }
}

/// Drives ``WireWork`` over a fixed number of connections, all on one event loop.
///
/// Broken connections are opened again with backoff. Everything happens on the loop; the only
/// way in is ``WireClient/run(_:settings:)``.
final class WireDriver<Work: WireWork & Sendable>: WireConnectionOwner {
    private static var sweepInterval: TimeAmount { .milliseconds(250) }
    private static var backoffMilliseconds: ClosedRange<Int64> { 50...1000 }

    let result: EventLoopPromise<Work>
    private let loop: any EventLoop
    private let endpoint: WireEndpoint
    private let settings: WireSettings
    private var work: Work
    private var connections: [WireConnection?]
    private var failuresInARow = 0
    private var free: [WireConnection] = []
    private var running = 0
    private var lastLife = NIODeadline.now()
    private var lastTick = NIODeadline.now()
    private var isFeeding = false
    private var mustFeedAgain = false
    private var isDone = false
    private var isFinished = false
    private var alarm: (at: NIODeadline, task: Scheduled<Void>)?
    private var sweeps: RepeatedTask?

    init(work: Work, endpoint: WireEndpoint, settings: WireSettings, loop: any EventLoop) {
        self.work = work
        self.endpoint = endpoint
        self.settings = settings
        self.loop = loop
        self.connections = Array(repeating: nil, count: max(1, settings.connections))
        self.result = loop.makePromise()
    }

    /// Opens the first connection, then the others; the first one's failure is the run's.
    func start() {
        connect(slot: 0).assumeIsolated().whenComplete { outcome in
            switch outcome {
            case .failure(let error):
                self.finish(with: .cannotConnect(self.endpoint, String(describing: error)))
            case .success:
                for slot in self.connections.indices.dropFirst() { self.open(slot: slot) }
            }
        }
        let bound = NIOLoopBound(self, eventLoop: loop)
        sweeps = loop.scheduleRepeatedTask(
            initialDelay: Self.sweepInterval, delay: Self.sweepInterval
        ) { _ in bound.value.sweep() }
    }

    // MARK: Connections

    private func connect(slot: Int) -> EventLoopFuture<Void> {
        let owner = NIOLoopBound(self, eventLoop: loop)
        return ClientBootstrap(group: loop)
            .connectTimeout(settings.connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = WireConnection(slot: slot, owner: owner.value)
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
            .map { _ in }
    }

    private func open(slot: Int) {
        guard !isFinished else { return }
        connect(slot: slot).assumeIsolated().whenFailure { _ in self.reopenLater(slot: slot) }
    }

    private func reopenLater(slot: Int) {
        guard !isFinished else { return }
        failuresInARow += 1
        let longest = Self.backoffMilliseconds.lowerBound << Int64(min(failuresInARow, 5))
        let delay = Int64.random(
            in: Self.backoffMilliseconds
                .lowerBound...min(
                    longest, Self.backoffMilliseconds.upperBound))
        loop.assumeIsolated().scheduleTask(in: .milliseconds(delay)) { self.open(slot: slot) }
    }

    func connectionOpened(_ connection: WireConnection) {
        guard !isFinished else { return connection.close() }
        failuresInARow = 0
        lastLife = .now()
        connections[connection.slot] = connection
        free.append(connection)
        feed()
    }

    func connection(_ connection: WireConnection, finished outcome: WireOutcome) {
        guard let ticket = connection.ticket else { return }
        let now = NIODeadline.now()
        connection.becomeFree()
        running -= 1
        if case .reply(let reply) = outcome {
            lastLife = now
            if reply.keepsAlive { free.append(connection) }
        }
        work.finished(ticket: ticket, outcome: outcome, sent: connection.sent, at: now)
        feed()
    }

    func connectionEnded(_ connection: WireConnection) {
        guard connections[connection.slot] === connection else { return }
        connections[connection.slot] = nil
        free.removeAll { $0 === connection }
        reopenLater(slot: connection.slot)
    }

    // MARK: Work

    /// Gives work to free connections until there is none due.
    private func feed() {
        guard !isFeeding else {
            mustFeedAgain = true
            return
        }
        isFeeding = true
        repeat {
            mustFeedAgain = false
            while !isDone, let connection = free.popLast(), give(connection) {}
        } while mustFeedAgain
        isFeeding = false
        if isDone, running == 0 { finish(with: nil) }
    }

    /// True if the connection got a request and the next one may be asked for.
    private func give(_ connection: WireConnection) -> Bool {
        let now = NIODeadline.now()
        connection.request.clear()
        switch work.next(at: now, into: &connection.request) {
        case .send(let ticket):
            running += 1
            connection.send(ticket: ticket, at: now)
            return true
        case .wait(let time):
            setAlarm(at: time)
        case .idle:
            isDone = running == 0
        case .done:
            isDone = true
        }
        free.append(connection)
        return false
    }

    private func setAlarm(at time: NIODeadline) {
        if let alarm, alarm.at <= time { return }
        alarm?.task.cancel()
        let task = loop.assumeIsolated().scheduleTask(deadline: time) {
            self.alarm = nil
            self.feed()
        }
        alarm = (time, task)
    }

    /// Ends requests that take too long, reports progress, and notices a dead server.
    private func sweep() {
        let now = NIODeadline.now()
        for connection in connections {
            if let connection, connection.ticket != nil,
                now - connection.sent > settings.requestTimeout
            {
                connection.lose(.timeout)
            }
        }
        if now - lastTick >= .seconds(1) {
            lastTick = now
            work.tick(at: now)
        }
        if running == 0, free.count == connections.count { lastLife = now }
        if now - lastLife > settings.silenceMax {
            let seconds = Int(settings.silenceMax.nanoseconds / 1_000_000_000)
            finish(with: .silent(endpoint, seconds: seconds))
        }
        feed()
    }

    private func finish(with error: WireError?) {
        guard !isFinished else { return }
        isFinished = true
        isDone = true
        sweeps?.cancel()
        alarm?.task.cancel()
        for connection in connections { connection?.close() }
        connections = connections.map { _ in nil }
        free = []
        if let error { result.fail(error) } else { result.succeed(work) }
    }
}
