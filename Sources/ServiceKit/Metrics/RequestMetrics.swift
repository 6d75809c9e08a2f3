import HTTPTypes
import Metrics
import Synchronization

/// Counts and times requests by method, route and status class; how many run at once.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let method: HTTPRequest.Method
        let route: String
        let status: Int
    }

    private struct Handlers {
        let requests: Counter
        let duration: Timer
    }

    /// Methods and routes are ours and status codes few; this is for those that are not.
    private static let seriesMax = 2_000
    private static let knownMethods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]

    private let handlers = Mutex<[Key: Handlers]>([:])
    private let running = Atomic<Int>(0)
    private let runningGauge = Gauge(label: "http_requests_running")

    func began() {
        runningGauge.record(running.add(1, ordering: .relaxed).newValue)
    }

    func ended(method: HTTPRequest.Method, route: String?, status: Int, duration: Duration) {
        runningGauge.record(running.subtract(1, ordering: .relaxed).newValue)
        let key = Key(
            method: Self.knownMethods.contains(method) ? method : .init("OTHER") ?? .get,
            route: route ?? "none", status: status)
        let handlers = handlers.withLock { handlers -> Handlers? in
            if let known = handlers[key] { return known }
            guard handlers.count < Self.seriesMax else { return nil }
            let new = Self.makeHandlers(key)
            handlers[key] = new
            return new
        }
        guard let handlers else { return }
        handlers.requests.increment()
        let (seconds, attoseconds) = duration.components
        handlers.duration.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    private static func makeHandlers(_ key: Key) -> Handlers {
        let place = [("method", key.method.rawValue), ("route", key.route)]
        return Handlers(
            requests: Counter(
                label: "http_requests_total",
                dimensions: place + [("status", String(key.status))]),
            duration: Timer(label: "http_request_duration_seconds", dimensions: place))
    }
}
