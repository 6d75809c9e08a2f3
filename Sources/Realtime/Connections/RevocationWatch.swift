package import ServiceKit
import ServiceLifecycle

/// Closes the sockets of sessions that were revoked (4401), as soon as this process knows.
package struct RevocationWatch: Service {
    private let revocations: SessionRevocations
    private let hub: Hub

    package init(revocations: SessionRevocations, hub: Hub) {
        self.revocations = revocations
        self.hub = hub
    }

    package func run() async throws {
        for await revoked in revocations.newlyRevoked().cancelOnGracefulShutdown() {
            let reason: AuthenticationFailure =
                revoked.reason == .customerClosed ? .customerClosed : .revokedSession
            await hub.forEach { $0.revoke(revoked, reason) }
        }
    }
}
