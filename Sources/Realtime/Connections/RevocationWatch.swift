package import ServiceKit
import ServiceLifecycle

/// Closes the sockets of sessions that were revoked (4401), as soon as this process knows.
package struct RevocationWatch: Service {
    private let revoked: AsyncStream<[RevokedSession]>
    private let hub: Hub

    /// Listens from now on.
    package init(revocations: SessionRevocations, hub: Hub) {
        self.revoked = revocations.newlyRevoked()
        self.hub = hub
    }

    package func run() async throws {
        for await revoked in revoked.cancelOnGracefulShutdown() {
            await hub.forEach { hub in
                for session in revoked { hub.revoke(session) }
            }
        }
    }
}
