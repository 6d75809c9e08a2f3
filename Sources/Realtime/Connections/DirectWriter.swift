import Glibc
import NIOCore

/// Sends frames straight to the kernel, past NIO, which else costs half as much as the kernel
/// does: a fan-out is very many small writes, each to another socket.
///
/// Right only while NIO has nothing of the channel's own to write: whoever uses it hands NIO what
/// the kernel did not take, and sends nothing here until NIO is done with that.
struct DirectWriter {
    private let channel: any NIOCore.Channel
    private let handle: NIOBSDSocket.Handle

    /// Nil for a channel without a socket, as in tests.
    init?(_ channel: any NIOCore.Channel) {
        let found = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { $0 }
        guard let handle = found else { return nil }
        self.channel = channel
        self.handle = handle
    }

    /// Sends them with one call, from `scratch`, which they are copied to: small as they are, that
    /// costs no more than to name each of them to the kernel.
    ///
    /// - Returns: how many bytes the kernel took.
    func send(_ frames: [ByteBuffer], scratch: inout ByteBuffer) -> Int {
        if frames.count == 1, let frame = frames.first { return send(frame) }
        scratch.clear()
        for frame in frames { scratch.writeImmutableBuffer(frame) }
        return send(scratch)
    }

    /// How many bytes the kernel took; 0 also for an error, which NIO will meet and act on.
    ///
    /// The handle is the channel's as long as the channel is active: NIO closes the one and ends
    /// the other without anything of ours in between.
    private func send(_ frame: ByteBuffer) -> Int {
        guard channel.isActive else { return 0 }
        return frame.withUnsafeReadableBytes { bytes in
            max(Glibc.send(handle, bytes.baseAddress, bytes.count, Self.flags), 0)
        }
    }

    private static let flags = CInt(MSG_DONTWAIT | MSG_NOSIGNAL)
}
