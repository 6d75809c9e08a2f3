import DequeModule
package import Ledger
package import NIOCore
import OrderedCollections

/// What waits for a socket that does not take it as fast as it comes.
///
/// Bounded in bytes: journal entries are never dropped, so a queue that is full of them ends the
/// connection. Of balances only the latest of each account is kept, and they wait until the
/// entries before them are out. What the session itself says counts by a limit of its own.
package struct OutgoingQueue: Sendable {
    /// Bytes of journal entries and balances.
    package private(set) var bytes = 0
    private var controlBytes = 0
    private let bytesMax: Int
    private var frames: Deque<(frame: ByteBuffer, isControl: Bool)> = []
    private var balances: OrderedDictionary<AccountID, ByteBuffer> = [:]

    /// A client that asks on and on without reading the answers is too slow as well.
    package static let controlBytesMax = 262_144

    package init(bytesMax: Int) { self.bytesMax = bytesMax }

    package var isEmpty: Bool { frames.isEmpty && balances.isEmpty }

    /// False: full, the reader is too slow.
    package mutating func append(entry frame: ByteBuffer) -> Bool {
        bytes += frame.readableBytes
        frames.append((frame, false))
        return bytes <= bytesMax
    }

    package mutating func append(control frame: ByteBuffer) -> Bool {
        controlBytes += frame.readableBytes
        frames.append((frame, true))
        return controlBytes <= Self.controlBytesMax
    }

    /// The latest wins; a client with very many accounts may still be too slow.
    package mutating func append(balance frame: ByteBuffer, of account: AccountID) -> Bool {
        bytes += frame.readableBytes
        if let former = balances.removeValue(forKey: account) { bytes -= former.readableBytes }
        balances[account] = frame
        return bytes <= bytesMax
    }

    package mutating func next() -> ByteBuffer? {
        if let (frame, isControl) = frames.popFirst() {
            if isControl {
                controlBytes -= frame.readableBytes
            } else {
                bytes -= frame.readableBytes
            }
            return frame
        }
        guard !balances.isEmpty else { return nil }
        let (_, frame) = balances.removeFirst()
        bytes -= frame.readableBytes
        return frame
    }

    package mutating func removeAll() {
        frames = []
        balances = [:]
        bytes = 0
        controlBytes = 0
    }
}
