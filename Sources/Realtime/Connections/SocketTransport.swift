package import NIOCore

/// The socket under a connection, as the connection sees it. Used on its event loop only.
package protocol SocketTransport: AnyObject {
    /// False while what was written waits for the network.
    var isWritable: Bool { get }
    func write(_ frame: ByteBuffer)
    func flush()
    /// Whether frames may be handed in: one message is served at a time.
    func setReading(_ isReading: Bool)
    /// Closes the transport; with `true` once what was written is out.
    func disconnect(afterWrites: Bool)
}
