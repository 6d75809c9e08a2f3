package import Logging
import ServiceLifecycle

/// The sockets' orderly end: nobody comes in any more, each client is told when to come back
/// (every one a time of its own), then closed with 1012.
///
/// Add it before the server, so that it ends after the server has stopped listening.
package struct SocketDrain: Service {
    private let server: SocketServer
    private let logger: Logger

    /// Over which reconnections are spread: a client a millisecond, at most half a minute.
    private static let spreadMax: Int64 = 30_000
    private static let waitMax: Duration = .seconds(8)
    /// Closed a loop turn: the other work of the loop goes on in between.
    private static let batch = 256

    package init(server: SocketServer, logger: Logger) {
        self.server = server
        self.logger = logger
    }

    /// The longest time after which one of so many comes back, milliseconds.
    static func spread(of count: Int) -> Int64 { min(max(Int64(count), 1_000), spreadMax) }

    private var openSockets: Int {
        get async { await server.hub.map { $0.connections.count }.reduce(0, +) }
    }

    package func run() async throws {
        try? await gracefulShutdown()
        server.door.close()
        let count = await openSockets
        logger.info("closing sockets", metadata: ["socket.count": "\(count)"])
        let spread = Self.spread(of: count)
        let deadline = ContinuousClock.now + Self.waitMax
        while await openSockets > 0 {
            await server.hub.forEach { hub in
                hub.drain(Self.batch) { Int64.random(in: 0...spread) }
            }
            if ContinuousClock.now > deadline { break }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
