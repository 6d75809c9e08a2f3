import NIOCore
import Synchronization

/// The socket on which the server takes connections, known once it is open.
final class Listener: Sendable {
    private let channel = Mutex<(any Channel)?>(nil)

    func opened(_ channel: any Channel) { self.channel.withLock { $0 = channel } }

    /// Takes no more connections: the next ones are refused by the system, at once and clearly.
    func close() async {
        let channel = channel.withLock { $0 }
        try? await channel?.close().get()
    }
}
