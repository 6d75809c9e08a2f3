import BSON
import CMongoC

extension MongoError {
    /// The error behind a driver call that failed.
    ///
    /// - Parameters:
    ///   - reply: the server's reply, if there was one.
    ///   - failure: the driver's own account of it.
    init(operation: String, reply: BSONDocument?, failure: bson_error_t) {
        let fault = ServerFault(reply)
        let code = fault.code ?? Int32(bitPattern: failure.code)
        let kind: Kind
        if let faultCode = fault.code {
            kind = Self.kind(ofServerCode: faultCode, fault: fault)
        } else if failure.domain == MONGOC_ERROR_SERVER.rawValue
            || failure.domain == MONGOC_ERROR_WRITE_CONCERN.rawValue
        {
            kind = Self.kind(ofServerCode: code, fault: fault)
        } else {
            kind = Self.kind(ofDriverDomain: failure.domain, labels: fault.labels)
        }
        self.init(
            kind, operation: operation, code: code, codeName: fault.codeName,
            labels: fault.labels)
    }

    /// Codes: github.com/mongodb/mongo, src/mongo/base/error_codes.yml.
    private static func kind(ofServerCode code: Int32, fault: ServerFault) -> Kind {
        if fault.isWriteConcern { return .outcomeUnknown }
        switch code {
        case 11000, 11001, 12582: return .duplicateKey(index: fault.duplicateIndex)
        case 121: return .validation
        case 260, 280, 286: return .historyLost
        case 43, 237: return .cursorLost
        case 13, 18: return .unauthorized
        case 40573: return .notReplicaSet
        case 20 where fault.speaksOfReplicaSet: return .notReplicaSet
        case 48, 85, 86: return .alreadyExists
        case 50, 202, 262: return .timeLimitExceeded
        case 24, 112, 225, 239, 246, 251, 267, 290: return .transient
        case 6, 7, 89, 91, 133, 189, 234, 9001, 10107, 11600, 11602, 13388, 13435, 13436:
            return .unavailable
        case 64, 79, 100: return .outcomeUnknown
        default:
            return fault.labels.contains(transientTransactionLabel) ? .transient : .bug
        }
    }

    private static func kind(ofDriverDomain domain: UInt32, labels: Set<String>) -> Kind {
        switch domain {
        case MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_SERVER_SELECTION.rawValue:
            return .unavailable
        case MONGOC_ERROR_SASL.rawValue, MONGOC_ERROR_SCRAM.rawValue:
            return .unauthorized
        case MONGOC_ERROR_CLIENT.rawValue:
            return labels.contains(transientTransactionLabel) ? .unavailable : .bug
        default:
            return labels.contains(transientTransactionLabel) ? .transient : .bug
        }
    }
}

/// What a server's reply says about a failure: at its top, in its first write error, or in its
/// write concern error.
private struct ServerFault {
    var code: Int32?
    var codeName: String?
    var labels: Set<String> = []
    var duplicateIndex = ""
    var speaksOfReplicaSet = false
    /// The write was done, but not acknowledged as it should be.
    var isWriteConcern = false

    init(_ reply: BSONDocument?) {
        guard let reply else { return }
        labels = Set((try? reply.optionalStrings("errorLabels")) ?? [])
        let writeError = (try? reply.optionalDocuments("writeErrors"))?.first
        let concern =
            (try? reply.optionalDocument("writeConcernError"))
            ?? (try? reply.optionalDocuments("writeConcernErrors"))?.first
        let faults = [reply, writeError, concern].compactMap { $0 }
        guard let fault = faults.first(where: Self.hasCode) else { return }
        isWriteConcern = fault == concern
        code = (try? fault.optionalInt64("code")).map(Int32.init(clamping:))
        codeName = try? fault.optionalString("codeName")
        let text = (try? fault.optionalString("errmsg")) ?? ""
        duplicateIndex = Self.index(in: text)
        speaksOfReplicaSet = text.contains("replica set")
    }

    private static func hasCode(_ document: BSONDocument) -> Bool {
        (try? document.optionalInt64("code")) != nil
    }

    /// The index's name in `E11000 duplicate key error collection: db.c index: NAME dup key: …`;
    /// the server gives it nowhere else.
    private static func index(in text: String) -> String {
        guard let start = text.firstRange(of: " index: ")?.upperBound else { return "" }
        return String(text[start...].prefix { $0 != " " })
    }
}
