import BankAPI
package import Ledger
import NIOCore

/// A journal entry of an account on its way to the sockets of one loop, or to one socket.
///
/// Kept by what remembers a push. Made by each loop for itself: what loops count references of
/// together costs them more than the sending.
package final class Delivery: Sendable {
    let event: JournalEvent
    let posting: Posting
    /// When it is sent.
    package let at: Timestamp

    package init(_ event: AccountEvent, at: Timestamp) {
        self.event = event.event
        self.posting = event.posting
        self.at = at
    }

    package var accountID: AccountID { posting.accountID }
    var seq: Int64 { posting.seq }
    var accountEvent: AccountEvent { AccountEvent(event: event, posting: posting) }
}

/// The messages of a delivery: looked up once for all sockets of a loop that get the same.
struct DeliveryFrames {
    private let delivery: Delivery
    /// Whether many sockets may share them: then they are this loop's own copies.
    private let isShared: Bool
    private var viewer: Viewer?
    private var transaction = ByteBuffer()
    private var balance: ByteBuffer?

    init(_ delivery: Delivery, isShared: Bool) {
        self.delivery = delivery
        self.isShared = isShared
    }

    mutating func transaction(for viewer: Viewer) -> ByteBuffer {
        if self.viewer != viewer {
            self.viewer = viewer
            transaction = own(
                delivery.event.transactionFrame(for: delivery.posting, viewer: viewer))
        }
        return transaction
    }

    mutating func balanceAfter() -> ByteBuffer {
        if let balance { return balance }
        let frame = own(delivery.event.balanceFrame(for: delivery.posting))
        balance = frame
        return frame
    }

    private func own(_ frame: ByteBuffer) -> ByteBuffer {
        isShared ? ByteBuffer(bytes: frame.readableBytesView) : frame
    }
}
