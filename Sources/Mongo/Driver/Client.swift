import CMongoC

/// A client of the driver: used by the one thread that holds it.
final class Client {
    let pointer: OpaquePointer
    /// Sessions whose transaction could not be given up, because nobody was there to be told.
    private var parked: [OpaquePointer] = []

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    /// Whether a primary is known at this moment.
    var hasPrimary: Bool { teller_has_primary(pointer) }

    /// Ends a session. To give up its open transaction the driver would look for a primary until
    /// the server selection timeout: that waits until there is one again.
    func end(_ session: OpaquePointer) {
        if mongoc_client_session_in_transaction(session), !hasPrimary {
            parked.append(session)
        } else {
            mongoc_client_session_destroy(session)
        }
    }

    /// Ends the sessions that were put off, if it won't take long.
    func tidy() {
        if !parked.isEmpty, hasPrimary { endParked() }
    }

    /// To be called before the client is given back.
    func endParked() {
        for session in parked {
            mongoc_client_session_destroy(session)
        }
        parked = []
    }
}
