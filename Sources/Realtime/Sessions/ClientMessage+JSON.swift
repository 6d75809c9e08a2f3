import BankAPI
import Ledger
import ServiceKit

/// Limits of one message beside its size.
enum MessageLimits {
    static let idBytesMax = 64
    static let credentialBytesMax = 4_096
    static let dataBytesMax = 4_096
    /// More do not fit into 16 KiB anyway.
    static let accountsMax = 1_000
}

extension ClientMessage {
    /// Reads one text message; every field is checked, unknown ones are refused.
    package init(parsing bytes: [UInt8]) throws(MessageFault) {
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes)
        } catch {
            throw MessageFault(.invalidJSON, error.reason.rawValue)
        }
        let id = Self.id(of: value)
        guard let type = value["type"]?.string else {
            throw MessageFault(id: id, .validationFailed, "/type: A string is expected.")
        }
        var fields = JSONFields(value)
        _ = fields.value("type")
        guard let message = try Self.read(type, id, &fields) else {
            throw MessageFault(id: id, .unknownType, "There is no message of this type.")
        }
        if let fault = fields.finish().first {
            throw MessageFault(id: id, .validationFailed, "\(fault.pointer): \(fault.detail)")
        }
        self = message
    }

    /// The id that the reply carries, when it is a usable one.
    private static func id(of value: JSONValue) -> String? {
        guard let id = value["id"]?.string, (1...MessageLimits.idBytesMax).contains(id.utf8.count)
        else { return nil }
        return id
    }

    private static func read(
        _ type: String, _ id: String?, _ fields: inout JSONFields
    ) throws(MessageFault) -> ClientMessage? {
        switch type {
        case "ping": return .ping
        case "auth": return .auth(credential(&fields))
        case "ack": return .acknowledge(positions(&fields, isRequired: true))
        case "subscribe": return .subscribe(subscription(id, &fields))
        case "unsubscribe":
            _ = fields.string("id", bytes: 1...MessageLimits.idBytesMax)
            return .unsubscribe(id: id, selection(&fields))
        case "event.interaction": return .event(event(id, isError: false, &fields))
        case "event.error": return .event(event(id, isError: true, &fields))
        default: return nil
        }
    }

    private static func credential(_ fields: inout JSONFields) -> Credential {
        let bytes = 1...MessageLimits.credentialBytesMax
        let token = fields.string("token", bytes: bytes)
        let ticket = fields.string("ticket", bytes: bytes)
        if token != nil && ticket != nil {
            fields.add("ticket", .invalidValue, "Either token or ticket is expected.")
        }
        // None of both is answered like a wrong token.
        return ticket.map(Credential.ticket) ?? .token(token ?? "")
    }

    private static func subscription(
        _ id: String?, _ fields: inout JSONFields
    ) -> SubscribeRequest {
        _ = fields.string("id", bytes: 1...MessageLimits.idBytesMax)
        var events = Set(PushKind.allCases)
        if let value = fields.value("events") {
            let kinds = (value.array ?? []).map { $0.string.flatMap(PushKind.init(rawValue:)) }
            events = Set(kinds.compactMap { $0 })
            if kinds.isEmpty || kinds.contains(nil) {
                fields.add("events", .invalidValue, "A list of transaction, balance is expected.")
            }
        }
        return SubscribeRequest(
            id: id, accounts: selection(&fields),
            positions: positions(&fields, isRequired: false), events: events)
    }

    private static func selection(_ fields: inout JSONFields) -> AccountSelection {
        guard let value = fields.requiredValue("accounts") else { return .some([]) }
        switch value {
        case .string("all"): return .all
        case .string("ledger"): return .ledger
        case .array(let elements):
            let ids = elements.compactMap { $0.string.flatMap { AccountID($0) } }
            if ids.count < elements.count || ids.isEmpty {
                fields.add("accounts", .invalidIdentifier, "A list of account ids is expected.")
            }
            if elements.count > MessageLimits.accountsMax {
                fields.add("accounts", .tooMany, "At most \(MessageLimits.accountsMax) accounts.")
            }
            return .some(ids)
        default:
            fields.add("accounts", .invalidValue, "\"all\" or a list of ids is expected.")
            return .some([])
        }
    }

    private static func positions(
        _ fields: inout JSONFields, isRequired: Bool
    ) -> [AccountID: Int64] {
        let value =
            isRequired ? fields.requiredValue("positions") : fields.value("positions")
        guard let value else { return [:] }
        guard let members = value.object, members.count <= MessageLimits.accountsMax else {
            fields.add("positions", .wrongType, "An object of account id and seq is expected.")
            return [:]
        }
        var positions: [AccountID: Int64] = [:]
        for member in members {
            guard let id = AccountID(member.key), let seq = member.value.integer else {
                fields.add("positions", .invalidValue, "Account ids and their seqs are expected.")
                return [:]
            }
            positions[id] = seq
        }
        return positions
    }

    private static func event(
        _ id: String?, isError: Bool, _ fields: inout JSONFields
    ) -> ClientEvent {
        _ = fields.string("id", bytes: 1...MessageLimits.idBytesMax)
        let requestID = fields.string("requestId", bytes: 1...64)
        if let requestID, !RequestID.isValid(requestID) {
            fields.add("requestId", .invalidText, "Letters, digits, dot, underscore, hyphen.")
        }
        let data = fields.value("data").map { value in
            JSONWriter.bytes { $0.value(value) }
        }
        if let data, data.count > MessageLimits.dataBytesMax {
            fields.add("data", .tooLong, "At most \(MessageLimits.dataBytesMax) bytes of JSON.")
        }
        return ClientEvent(
            id: id, isError: isError, requestID: requestID,
            data: data.map { String(decoding: $0, as: UTF8.self) })
    }
}
