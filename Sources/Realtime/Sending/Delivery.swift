import BankAPI
import Ledger
import NIOCore

/// One account's event on its way to the sockets of a loop: what they share is made once.
struct Delivery {
    let event: AccountEvent
    /// When it is sent.
    let at: Timestamp
    private var viewer: Viewer?
    private var transaction = ByteBuffer()
    private var balance: ByteBuffer?

    init(_ event: AccountEvent, at: Timestamp) {
        self.event = event
        self.at = at
    }

    mutating func transactionFrame(for viewer: Viewer) -> ByteBuffer {
        if self.viewer != viewer {
            self.viewer = viewer
            transaction = event.event.transactionFrame(for: event.posting, viewer: viewer)
        }
        return transaction
    }

    mutating func balanceFrame() -> ByteBuffer {
        if let balance { return balance }
        let frame = event.event.balanceFrame(for: event.posting)
        balance = frame
        return frame
    }
}
