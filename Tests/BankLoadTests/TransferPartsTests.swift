import Ledger
import NIOCore
import Testing
import bank_load

@Suite struct `Parts of a load` {
    @Test(arguments: [
        (201, "{}", WireVerdict.posted),
        (409, #"{"code":"insufficient_funds"}"#, .refused("insufficient_funds")),
        (422, #"{"title":"x","code":"same_account"}"#, .refused("same_account")),
        (409, #"{"code":"request_in_progress"}"#, .unknown("request_in_progress")),
        (422, #"{"code":"idempotency_key_reused"}"#, .rejected("idempotency_key_reused")),
        (
            400, #"{"code":"validation_failed","errors":[{"code":"x"}]}"#,
            .rejected("validation_failed")
        ),
        (429, #"{"code":"rate_limited"}"#, .rejected("rate_limited")),
        (503, #"{"code":"overloaded"}"#, .rejected("overloaded")),
        (503, #"{"code":"outcome_unknown"}"#, .unknown("outcome_unknown")),
        (502, "<html>", .unknown("status_502")),
        (500, "", .unknown("status_500")),
    ])
    func `a reply says what happened to the money`(status: Int, body: String, verdict: WireVerdict)
    {
        let reply = WireReply(status: status, body: ByteBuffer(string: body))
        #expect(WireVerdict(.reply(reply)) == verdict)
    }

    @Test func `no reply says nothing about the money`() {
        for loss in WireLoss.allCases {
            #expect(WireVerdict(.lost(loss)) == .unknown(loss.rawValue))
        }
    }

    @Test func `the same seed draws the same transfers, never to the payer itself`() {
        var first = TransferPicker(accounts: 3, pattern: .uniform, amountMax: 5, seed: 7)
        var second = TransferPicker(accounts: 3, pattern: .uniform, amountMax: 5, seed: 7)
        var pairs: Set<[Int]> = []
        for number in 0..<1000 {
            let order = first.next()
            #expect(order == second.next())
            #expect(order.number == number)
            #expect(order.from != order.to)
            #expect(1...5 ~= order.amount)
            pairs.insert([order.from, order.to])
        }
        #expect(pairs.count == 6)
    }

    @Test func `a hot run pays everything into one account`() {
        var picker = TransferPicker(accounts: 3, pattern: .hot, amountMax: 5, seed: 7)
        let orders = (0..<100).map { _ in picker.next() }
        #expect(orders.allSatisfy { $0.to == 0 && $0.from != 0 })
    }

    @Test func `the arrivals of the open model are evenly spaced`() {
        let pace = Pace.open(rate: 1000)
        #expect(pace.start(of: 0) == .zero)
        #expect(pace.start(of: 1) == .milliseconds(1))
        #expect(pace.start(of: 1000) == .seconds(1))
        #expect(pace.due(after: .zero) == 1)
        #expect(pace.due(after: .milliseconds(10)) == 11)
        #expect(Pace.closed.start(of: 5) == nil)
    }

    @Test func `percentiles of even latencies are those of the numbers`() {
        var latencies = Latencies()
        for milliseconds in 1...1000 { latencies.record(.milliseconds(Int64(milliseconds))) }
        #expect(latencies.count == 1000)
        #expect(abs(Int(latencies.microseconds(atPercentile: 50)) - 500_000) < 1000)
        #expect(abs(Int(latencies.microseconds(atPercentile: 99.9)) - 999_000) < 1000)
        latencies.reset()
        #expect(latencies.microseconds(atPercentile: 50) == 0)
    }

    @Test func `things due come in the order of their times, ties in the order of coming`() {
        var queue = DueQueue<String>()
        let start = NIODeadline.uptimeNanoseconds(1000)
        queue.push("late", due: start + .seconds(2))
        queue.push("a", due: start)
        queue.push("b", due: start)
        #expect(queue.nextDue == start)
        #expect(queue.pop(at: start) == "a")
        #expect(queue.pop(at: start) == "b")
        #expect(queue.pop(at: start) == nil)
        #expect(queue.pop(at: start + .seconds(2)) == "late")
        #expect(queue.isEmpty)
    }

    @Test func `numbers are written as people read them`() {
        #expect(Figures.grouped(1_234_567) == "1,234,567")
        #expect(Figures.grouped(-999) == "-999")
        #expect(Figures.grouped(1000) == "1,000")
        #expect(Figures.decimal(3.14159) == "3.142")
        #expect(Figures.decimal(0.999_9) == "1.000")
        #expect(Figures.decimal(-0.5, places: 1) == "-0.5")
        #expect(Figures.decimal(12, places: 0) == "12")
        #expect(Figures.decimal(.nan) == "0")
        #expect(Figures.duration(microseconds: 850) == "850 µs")
        #expect(Figures.duration(microseconds: 3210) == "3.2 ms")
        #expect(Figures.duration(microseconds: 1_250_000) == "1.25 s")
    }

    @Test func `a token file is read line by line`() throws {
        let account = "acc_01hv0000000000000000000000"
        let line = #"{"customerId":"c","accountId":"\#(account)","number":"1","token":"t.t.t"}"#
        let payers = try Payer.read(jsonLines: Array("\(line)\n\(line)\n".utf8))
        #expect(payers.map(\.account.description) == [account, account])
        #expect(payers.map(\.token) == ["t.t.t", "t.t.t"])
    }

    @Test(arguments: [
        ("nonsense", TokenFileFault.notJSON(line: 1)),
        (#"{"token":"t"}"#, .noAccount(line: 1)),
        (#"{"accountId":"acc_01hv0000000000000000000000","token":"a\r\nb"}"#, .noToken(line: 1)),
        ("", .tooFew),
    ])
    func `a bad token file is told by its line`(text: String, fault: TokenFileFault) {
        #expect(throws: fault) { try Payer.read(jsonLines: Array(text.utf8)) }
    }
}
