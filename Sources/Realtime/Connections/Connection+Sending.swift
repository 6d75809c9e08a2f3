import CoreMetrics
import Ledger
import NIOCore

extension Connection {
    func send(_ message: ServerMessage) {
        send(control: FrameEncoder.text(message.json))
    }

    func send(control frame: ByteBuffer) {
        guard !hasLeft, !writeNow(frame) else { return }
        if !queue.append(control: frame) { tooSlow() }
    }

    /// - Parameter isReplay: paced by the reader, so it is no sign of slowness.
    func send(entry frame: ByteBuffer, isReplay: Bool) {
        guard !hasLeft, !writeNow(frame) else { return }
        if !queue.append(entry: frame) && !isReplay { tooSlow() }
    }

    func send(balance frame: ByteBuffer, of account: AccountID) {
        guard !hasLeft, !writeNow(frame) else { return }
        if !queue.append(balance: frame, of: account) { tooSlow() }
    }

    private func tooSlow() {
        context.metrics.slowClosed.increment()
        close(Closing(.tooSlow, "too slow: reconnect with positions"))
    }

    private func writeNow(_ frame: ByteBuffer) -> Bool {
        guard let transport else { return false }
        // Full of what was not flushed: the network may take it at once.
        if isDirty && !transport.isWritable { flushNow() }
        guard queue.isEmpty, transport.isWritable else { return false }
        transport.write(frame)
        isDirty = true
        return true
    }

    /// The network takes more.
    package func drained() {
        guard let transport else { return }
        while transport.isWritable, let frame = queue.next() {
            transport.write(frame)
            isDirty = true
        }
        flush()
        replayNext()
    }

    /// Inside a fan-out the hub flushes each socket once, at its end.
    func flush() {
        guard isDirty, !hub.isFanningOut else { return hub.flushLater(self) }
        isDirty = false
        transport?.flush()
    }

    func flushNow() {
        guard isDirty else { return }
        isDirty = false
        transport?.flush()
    }
}
