import DequeModule
import NIOCore

/// Lets connections go a few at a time, so that a crowd whose clients leave together does not hold
/// up what those who stay are to be told. Lives on one event loop.
final class LeavingQueue {
    private let loop: any EventLoop
    private var waiting: Deque<() -> Void> = []

    /// Then the loop does what else waits: a millisecond of work.
    private static let atOnce = 16

    init(loop: any EventLoop) { self.loop = loop }

    func append(_ leave: @escaping () -> Void) {
        waiting.append(leave)
        if waiting.count == 1 { goOn() }
    }

    private func goOn() {
        loop.assumeIsolated().execute { self.next() }
    }

    private func next() {
        for _ in 0..<Self.atOnce {
            guard let leave = waiting.popFirst() else { return }
            leave()
        }
        if !waiting.isEmpty { goOn() }
    }
}
