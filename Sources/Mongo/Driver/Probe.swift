import BSON
import CMongoC

/// Asks the first host of the URI what it is. Blocks, at most for the connect timeout.
struct Probe {
    private let settings: MongoSettings

    init(_ settings: MongoSettings) {
        self.settings = settings
    }

    /// Whether it answered that it stands alone, or belongs to another replica set than asked for.
    func findsStranger() -> Bool {
        guard let answer = hello() else { return false }
        let set = try? answer.optionalString("setName")
        // A router of a sharded cluster, and a member of a set that has yet to begin.
        let isRouter = (try? answer.optionalString("msg")) == "isdbgrid"
        let isWaiting = (try? answer.optionalBool("isreplicaset")) == true
        guard let set else { return !isRouter && !isWaiting }
        guard let wanted = wantedSet() else { return false }
        return set != wanted
    }

    private func hello() -> BSONDocument? {
        guard let client = settings.withRaw(clientsMax: 1, { teller_probe_new(&$0) }) else {
            return nil
        }
        defer { mongoc_client_destroy(client) }
        let unit = UnitOfWork(client: client, database: "admin")
        return try? MongoConnection(unit: unit).command(["hello": 1])
    }

    private func wantedSet() -> String? {
        guard let name = settings.withRaw(clientsMax: 1, { teller_replica_set(&$0) }) else {
            return nil
        }
        defer { bson_free(name) }
        return String(cString: name)
    }
}
