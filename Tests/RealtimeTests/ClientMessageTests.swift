import Ledger
import Realtime
import Testing

@Suite struct ClientMessageTests {
    private let account = AccountID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)

    private func parse(_ text: String) throws(MessageFault) -> ClientMessage {
        try ClientMessage(parsing: Array(text.utf8))
    }

    @Test func `messages of the contract are read`() throws {
        #expect(try parse(#"{"type":"ping"}"#) == .ping)
        #expect(try parse(#"{"type":"auth","token":"t"}"#) == .auth(.token("t")))
        #expect(try parse(#"{"type":"auth","ticket":"k"}"#) == .auth(.ticket("k")))
        #expect(try parse(#"{"type":"auth"}"#) == .auth(.token("")))
        #expect(
            try parse(#"{"type":"ack","positions":{"\#(account)":21}}"#)
                == .acknowledge([account: 21]))
        #expect(
            try parse(
                #"{"type":"subscribe","id":"1","accounts":"all","positions":{"\#(account)":-1},"events":["balance"]}"#
            )
                == .subscribe(
                    SubscribeRequest(
                        id: "1", accounts: .all, positions: [account: -1], events: [.balance])))
        #expect(
            try parse(#"{"type":"subscribe","accounts":["\#(account)"]}"#)
                == .subscribe(SubscribeRequest(id: nil, accounts: .some([account]))))
        #expect(
            try parse(#"{"type":"unsubscribe","accounts":"ledger"}"#)
                == .unsubscribe(id: nil, .ledger))
        #expect(
            try parse(#"{"type":"event.error","id":"e","requestId":"r-1","data":{"a":[1]}}"#)
                == .event(
                    ClientEvent(id: "e", isError: true, requestID: "r-1", data: #"{"a":[1]}"#)))
    }

    @Test func `what is wrong is answered with its code`() {
        let cases: [(String, MessageFault.Code)] = [
            ("", .invalidJSON), ("nonsense", .invalidJSON), (#"{"a":1,"a":2}"#, .invalidJSON),
            ("[]", .validationFailed), (#"{"type":1}"#, .validationFailed),
            (#"{"type":"surprise"}"#, .unknownType),
            (#"{"type":"ping","x":1}"#, .validationFailed),
            (#"{"type":"auth","token":1}"#, .validationFailed),
            (#"{"type":"auth","token":"a","ticket":"b"}"#, .validationFailed),
            (#"{"type":"subscribe"}"#, .validationFailed),
            (#"{"type":"subscribe","accounts":[]}"#, .validationFailed),
            (#"{"type":"subscribe","accounts":["acc_1"]}"#, .validationFailed),
            (#"{"type":"subscribe","accounts":"none"}"#, .validationFailed),
            (#"{"type":"subscribe","accounts":"all","events":[]}"#, .validationFailed),
            (#"{"type":"subscribe","accounts":"all","events":["hold"]}"#, .validationFailed),
            (#"{"type":"subscribe","accounts":"all","positions":{"x":1}}"#, .validationFailed),
            (
                #"{"type":"subscribe","accounts":"all","positions":{"\#(account)":1.0}}"#,
                .validationFailed
            ),
            (#"{"type":"ack"}"#, .validationFailed),
            (#"{"type":"event.error","requestId":"a b"}"#, .validationFailed),
            (
                #"{"type":"event.error","data":"\#(String(repeating: "x", count: 4_096))"}"#,
                .validationFailed
            ),
        ]
        for (text, code) in cases {
            do throws(MessageFault) {
                _ = try parse(text)
                Issue.record("accepted: \(text)")
            } catch {
                #expect(error.code == code, "\(text): \(error.detail)")
            }
        }
    }

    @Test func `a fault carries the message's id`() {
        do throws(MessageFault) {
            _ = try parse(#"{"type":"subscribe","id":"7"}"#)
            Issue.record("accepted")
        } catch {
            #expect(error.id == "7")
        }
    }
}
