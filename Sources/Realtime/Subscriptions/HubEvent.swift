import BankAPI
package import Ledger
package import NIOCore

/// What the hub hands to connections, shared by all loops.
package enum HubEvent: Sendable {
    case entry(JournalEvent)
    case notice(NoticeEvent)
    /// The account's journal is known to reach this seq, though its events may not have come.
    case reached(AccountID, Int64)
}

/// A notice with its message, encoded once: `{"type":"notification","kind","data":{…}}`.
package struct NoticeEvent: Sendable {
    package let notice: CustomerNotice
    package let frame: ByteBuffer

    package init(_ notice: CustomerNotice) {
        self.notice = notice
        let json = JSONWriter.bytes { json in
            json.object { json in
                json.member("type", "notification")
                json.member("kind", notice.kind)
                json.member("data") { json in json.object { notice.write(into: &$0) } }
            }
        }
        self.frame = FrameEncoder.text(json)
    }
}

extension CustomerNotice {
    fileprivate func write(into json: inout JSONWriter) {
        if let accountID { json.member("accountId", describing: accountID) }
        for (name, text) in data.sorted(by: { $0.key < $1.key }) {
            json.key(escaping: name)
            json.string(text)
        }
        json.member("requestId", requestID)
        json.member("at", describing: at)
    }
}
