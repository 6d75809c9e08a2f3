import CoreMetrics
import Metrics
package import NIOCore
import ServiceLifecycle
import Synchronization

/// The hubs of all event loops: what comes from the feed goes to each of them once.
package final class Hub: Sendable {
    private let shards: [HubShard]
    private let byLoop: [ObjectIdentifier: Int]
    private let turn = Atomic<UInt>(0)

    package init(group: any EventLoopGroup, interactions: InteractionLog) {
        shards = group.makeIterator().map { loop in
            HubShard(
                loop: loop,
                box: NIOLoopBoundBox.makeBoxSendingValue(
                    LoopHub(loop: loop, interactions: interactions), eventLoop: loop))
        }
        byLoop = Dictionary(
            shards.enumerated().map { (ObjectIdentifier($1.loop), $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The hub of this loop; only to be called on it. Nil: not a loop of this hub's group.
    package func shard(of loop: any EventLoop) -> LoopHub? {
        byLoop[ObjectIdentifier(loop)].map { shards[$0].box.value }
    }

    /// A loop with its hub, each in turn.
    func next() -> HubShard {
        let number = turn.add(1, ordering: .relaxed).newValue
        return shards[Int(truncatingIfNeeded: number % UInt(shards.count))]
    }

    /// Returns when every loop has handed the events out, in order.
    ///
    /// - Parameter seen: when they came from the feed.
    package func publish(_ events: [HubEvent], seen: NIODeadline) async {
        await forEach { hub in hub.fanOut(events, seen: seen) }
    }

    /// Runs a piece of work on every loop, side by side, and waits for all.
    package func forEach(_ body: @escaping @Sendable (LoopHub) -> Void) async {
        let futures = shards.map { shard in
            shard.loop.submit { body(shard.box.value) }
        }
        for future in futures { try? await future.get() }
    }

    /// Gathers something from every loop.
    package func map<Value: Sendable>(
        _ body: @escaping @Sendable (LoopHub) -> Value
    ) async -> [Value] {
        let futures = shards.map { shard in
            shard.loop.submit { body(shard.box.value) }
        }
        var values: [Value] = []
        for future in futures {
            if let value = try? await future.get() { values.append(value) }
        }
        return values
    }
}

/// One event loop with its hub.
struct HubShard: Sendable {
    let loop: any EventLoop
    fileprivate let box: NIOLoopBoundBox<LoopHub>

    func submit<Value: Sendable>(
        _ body: @escaping @Sendable (LoopHub) -> Value
    ) async throws -> Value {
        try await loop.submit { body(box.value) }.get()
    }

    func execute(_ body: @escaping @Sendable (LoopHub) -> Void) {
        loop.execute { body(box.value) }
    }
}

/// Turns the loops' timing wheels: one timer for all connections, none for each.
package struct ConnectionSweeper: Service {
    private let hub: Hub
    private let context: ConnectionContext
    private let interval: Duration
    private let connections = Gauge(label: "teller_websocket_connections")

    package init(
        hub: Hub, context: ConnectionContext, interval: Duration = .milliseconds(250)
    ) {
        self.hub = hub
        self.context = context
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let now = context.now
                await hub.forEach { $0.sweep(at: now) }
                connections.record(context.census.count)
                try? await Task.sleep(for: interval)
            }
        }
    }
}
