import NIOCore

/// What became of the sockets of a run, and of what was pushed to them.
package struct SocketFigures: Sendable {
    /// Subscribed at some time.
    package internal(set) var subscribed = 0
    /// Sockets that ended before the run did, by close code; 0: without a close frame.
    package internal(set) var lost: [Int: Int] = [:]
    /// Messages by type.
    package internal(set) var messages: [String: Int] = [:]
    package internal(set) var bytes = 0
    /// Entries that came with a seq behind the one expected, or with it once more.
    package internal(set) var gaps = 0
    package internal(set) var repeats = 0
    /// From the start of connecting to the reply to subscribe.
    package internal(set) var opening = Latencies()
    /// By the bank's clock: from the commit to the writing of the message.
    package internal(set) var commitToSent = Latencies()
    /// From the commit to its arrival here: good on one machine, or with clocks in step.
    package internal(set) var commitToReceived = Latencies()

    /// From the writing of a skimmed message to its arrival here.
    package internal(set) var sentToReceived = Latencies()
    private var firstPush: NIODeadline?
    private var lastPush: NIODeadline?

    package init() {}

    mutating func pushed(at now: NIODeadline) {
        firstPush = firstPush ?? now
        lastPush = now
    }

    /// From the first pushed message to the last.
    package var pushSeconds: Double {
        guard let firstPush, let lastPush else { return 0 }
        return Double((lastPush - firstPush).nanoseconds) / 1e9
    }
    package var pushesPerSecond: Double {
        pushSeconds > 0 ? Double(pushes) / pushSeconds : 0
    }

    package var pushes: Int { messages["transaction", default: 0] }
    package var lostCount: Int { lost.values.reduce(0, +) }
    /// Every entry once and in order, and no socket lost.
    package var isClean: Bool { gaps == 0 && repeats == 0 && lost.isEmpty }
}
