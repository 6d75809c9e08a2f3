import CMongoC

/// The driver's pool: connections that know the replica set together.
///
/// The compiler can't see it, but libmongoc's pool may be used from any thread, and the handle
/// never changes.
struct ClientPool: ~Copyable, @unchecked Sendable {
    private let handle: OpaquePointer

    /// - Parameter clientsMax: as many as will be taken at the same time.
    init(_ settings: MongoSettings, clientsMax: Int) throws(MongoError) {
        Library.start()
        var failure = bson_error_t()
        let handle = settings.withRaw(clientsMax: clientsMax) { teller_pool_new(&$0, &failure) }
        guard let handle else { throw MongoError(.settings, operation: "connect") }
        self.handle = handle
    }

    /// A client that hasn't been given back yet. Blocks if there is none left.
    borrowing func take() -> Client? {
        mongoc_client_pool_pop(handle).map(Client.init)
    }

    borrowing func giveBack(_ client: Client) {
        client.endParked()
        mongoc_client_pool_push(handle, client.pointer)
    }

    deinit {
        mongoc_client_pool_destroy(handle)
    }
}

extension MongoSettings {
    /// The settings as the driver's border wants them; the texts live as long as the call.
    func withRaw<R>(clientsMax: Int, _ body: (inout teller_pool_settings) -> R) -> R {
        uri.withCString { uri in
            applicationName.withCString { name in
                var raw = teller_pool_settings(
                    uri: uri, app_name: name, clients_max: Int32(clamping: clientsMax),
                    server_selection_ms: Int32(clamping: serverSelectionTimeout.milliseconds),
                    connect_ms: Int32(clamping: connectTimeout.milliseconds),
                    socket_ms: Int32(clamping: socketTimeout.milliseconds),
                    heartbeat_ms: Int32(clamping: heartbeatInterval.milliseconds),
                    retry_writes: retryWrites, retry_reads: retryReads)
                return body(&raw)
            }
        }
    }
}
