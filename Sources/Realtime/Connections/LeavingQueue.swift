import DequeModule
import NIOCore

/// Lets connections go a few at a time, so that a crowd whose clients leave together does not hold
/// up what those who stay are to be told: it takes half of the loop's time at most, and the other
/// half is the machine's, if the loop has nothing to do. Lives on one event loop.
final class LeavingQueue {
    private let loop: any EventLoop
    private var waiting: Deque<() -> Void> = []

    /// A millisecond or two of work.
    private static let atOnce = 8

    init(loop: any EventLoop) { self.loop = loop }

    func append(_ leave: @escaping () -> Void) {
        waiting.append(leave)
        if waiting.count == 1 { goOn(after: .zero) }
    }

    private func goOn(after rest: TimeAmount) {
        loop.assumeIsolated().scheduleTask(in: rest) { self.next() }
    }

    private func next() {
        let begun = NIODeadline.now()
        for _ in 0..<Self.atOnce {
            guard let leave = waiting.popFirst() else { return }
            leave()
        }
        if !waiting.isEmpty { goOn(after: NIODeadline.now() - begun) }
    }
}
