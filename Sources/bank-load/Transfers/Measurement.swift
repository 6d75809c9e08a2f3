package import NIOCore

/// Rate and latency of a run, after its warm-up.
package struct Measurement: Sendable {
    package private(set) var latencies = Latencies()
    /// Of the last second, for progress.
    package private(set) var recent = Latencies()
    package private(set) var recentPosted = 0
    /// Posted within the measured time; what was posted later is in the books only.
    package private(set) var posted = 0
    /// Due, but never sent: the bank, or the number of connections, was not up to the rate.
    package private(set) var unsent = 0
    package private(set) var elapsed = TimeAmount.zero

    private var start: NIODeadline?
    private var ended: NIODeadline?
    private var window = (
        posted: 0, latencies: Latencies(), since: NIODeadline.uptimeNanoseconds(0)
    )

    package init() {}

    package mutating func begin(at start: NIODeadline) { self.start = start }

    package mutating func note(_ verdict: WireVerdict, latency: TimeAmount, at now: NIODeadline) {
        if case .posted = verdict { window.posted += 1 }
        window.latencies.record(latency)
        guard let start, now >= start, ended.map({ now <= $0 }) ?? true else { return }
        latencies.record(latency)
        if case .posted = verdict { posted += 1 }
    }

    package mutating func noteUnsent(waited: TimeAmount) {
        unsent += 1
        latencies.record(waited)
    }

    package mutating func tick(at now: NIODeadline) {
        (recent, recentPosted) = (window.latencies, window.posted)
        window = (0, Latencies(), now)
        if let start { elapsed = now - start }
    }

    package mutating func end(at now: NIODeadline) {
        guard ended == nil else { return }
        ended = now
        if let start { elapsed = now > start ? now - start : .zero }
    }

    /// Posted transfers a second.
    package var rate: Double {
        elapsed > .zero ? Double(posted) / (Double(elapsed.nanoseconds) / 1e9) : 0
    }
}
