import BankCore
import BankTesting
import Ledger
import Testing

@Suite struct `The posting queue` {
    private let start = ContinuousClock.now
    private var queue = PostingQueue<Int>()

    /// A transfer of customer 1, whose waiter is the order's number.
    private func command(
        _ number: Int, from: Int = 1, to: Int = 2, key: String? = nil, digest: [UInt8] = [1]
    ) -> LedgerCommand {
        .post(.transfer(number, from: from, to: to, by: .numbered(1), key: key, digest: digest))
    }

    /// An outcome of which only the equality matters here.
    private let done = PostingResult.success(.rejected(.accountNotFound))

    private mutating func submit(
        _ number: Int, from: Int = 1, to: Int = 2, as workload: Workload = .ordinary,
        key: String? = nil, digest: [UInt8] = [1], after wait: Duration = .zero
    ) -> PostingQueue<Int>.Submission {
        queue.submit(
            command(number, from: from, to: to, key: key, digest: digest), as: workload,
            waiter: number, now: start + wait)
    }

    private mutating func finish(
        _ batch: PostingQueue<Int>.Batch, took: Duration = .milliseconds(1)
    ) -> PostingQueue<Int>.Next {
        queue.finish(batch.id, batch.commands.map { _ in done }, took: took)
    }

    @Test mutating func `a command starts at once while a lane is free`() throws {
        let batch = try #require(submit(1).batch)
        #expect(batch.numbers == [1])
    }

    @Test mutating func `commands on an account in flight gather, and go together next`() throws {
        let first = try #require(submit(1).batch)
        for number in 2...9 { #expect(submit(number).batch == nil) }
        let next = finish(first)
        #expect(next.answers.map(\.waiter) == [1])
        #expect(next.batches.map(\.numbers) == [[2, 3, 4, 5, 6, 7, 8, 9]])
    }

    @Test mutating func `commands on other accounts use the other lane`() throws {
        _ = submit(1, from: 1, to: 2)
        let other = try #require(submit(2, from: 3, to: 4).batch)
        #expect(other.numbers == [2])
        #expect(submit(3, from: 5, to: 6).batch == nil, "there are two lanes")
    }

    @Test mutating func `a command never overtakes another one on its accounts`() throws {
        let first = try #require(submit(1, from: 1, to: 2).batch)
        #expect(submit(2, from: 2, to: 3).batch == nil, "account 2 is in flight")
        #expect(submit(3, from: 3, to: 4).batch == nil, "order 2 on account 3 came first")
        let other = try #require(submit(4, from: 5, to: 6).batch)
        let next = finish(other)
        #expect(next.batches.isEmpty, "2 waits for account 2, and 3 for 2")
        #expect(finish(first).batches.map(\.numbers) == [[2, 3]])
    }

    @Test mutating func `the bank's cash account is in one batch at a time`() throws {
        func deposit(_ number: Int) -> LedgerCommand {
            .post(
                Order(
                    id: .numbered(number), type: .deposit, from: .cash(.usd),
                    to: .id(.numbered(number)), amount: Money(minorUnits: 1, currency: .usd),
                    initiator: Initiator(customerID: .numbered(1), authority: .staff),
                    requestID: "r", idempotency: nil, receivedAt: .sample))
        }
        let first = queue.submit(deposit(1), as: .ordinary, waiter: 1, now: start)
        #expect(first.batch != nil)
        let second = queue.submit(deposit(2), as: .ordinary, waiter: 2, now: start)
        #expect(second.batch == nil)
    }

    @Test mutating func `a batch is never larger than its limit`() throws {
        let first = try #require(submit(0).batch)
        for number in 1...600 { _ = submit(number) }
        let second = try #require(finish(first).batches.first)
        #expect(second.numbers == Array(1...256))
        let third = try #require(finish(second).batches.first)
        #expect(third.numbers == Array(257...512))
    }

    @Test mutating func `bulk work gets half of a batch, and what others leave`() throws {
        let first = try #require(submit(0).batch)
        for number in 1...300 { _ = submit(number) }
        for number in 1_001...1_300 { _ = submit(number, as: .bulk) }
        let second = try #require(finish(first).batches.first)
        #expect(second.numbers == Array(1...128) + Array(1_001...1_128))
        let third = try #require(finish(second).batches.first)
        #expect(third.numbers == Array(129...256) + Array(1_129...1_256))
        let fourth = try #require(finish(third).batches.first)
        #expect(fourth.numbers == Array(257...300) + Array(1_257...1_300))
    }

    @Test mutating func `a full batch may always wait, however slow commits are`() throws {
        let first = try #require(submit(0).batch)
        _ = submit(1)
        let second = try #require(finish(first, took: .seconds(2)).batches.first)
        for number in 2...257 { #expect(submit(number).result == nil) }
        #expect(submit(258).result == .failure(.overloaded(retryAfterSeconds: 3)))
        _ = finish(second, took: .seconds(2))
    }

    @Test mutating func `the queue takes what fits into its expected wait`() throws {
        let first = try #require(submit(0).batch)
        _ = submit(1)
        _ = finish(first, took: .milliseconds(100))
        // Batches of 100 ms: two of them fit into 250 ms, three do not.
        for number in 2..<(2 + 3 * 256) {
            #expect(submit(number).result == nil, "command \(number)")
        }
        #expect(submit(1_000).result == .failure(.overloaded(retryAfterSeconds: 1)))
    }

    @Test mutating func `the queue is bounded by count too`() throws {
        var limits = PostingLimits()
        limits.queuedCommandsMax = 3
        queue = PostingQueue(limits: limits)
        for number in 0...3 { #expect(submit(number, as: .bulk).result == nil) }
        #expect(submit(4, as: .bulk).result == .failure(.overloaded(retryAfterSeconds: 1)))
    }
}

// MARK: Keys, deadlines, the end

extension `The posting queue` {
    private func answers(_ answers: [PostingQueue<Int>.Answer]) -> [Int: PostingResult] {
        Dictionary(answers.map { ($0.waiter, $0.result) }) { first, _ in first }
    }

    @Test mutating func `a second request with a running key gets the first one's outcome`() throws
    {
        let batch = try #require(submit(1, key: "k").batch)
        #expect(submit(2, key: "k").isWaiting)
        #expect(answers(finish(batch).answers) == [1: done, 2: done])
        #expect(submit(3, key: "k").batch != nil, "the key does not run any more")
    }

    @Test mutating func `a second request with a running key but another body is refused`() throws {
        _ = submit(1, key: "k")
        #expect(
            submit(2, key: "k", digest: [2]).result
                == .success(.rejected(.idempotencyKeyReused)))
    }

    @Test mutating func `a second request with a running key waits two seconds`() throws {
        let batch = try #require(submit(1, key: "k").batch)
        _ = submit(2, key: "k", after: .seconds(1))
        #expect(queue.expire(at: start + .milliseconds(2_999)).isEmpty)
        #expect(
            answers(queue.expire(at: start + .seconds(3))) == [2: .failure(.requestInProgress)])
        #expect(finish(batch).answers.map(\.waiter) == [1])
    }

    @Test mutating func `what waits too long was not done, what is in flight is unknown`() throws {
        let batch = try #require(submit(1).batch)
        _ = submit(2, after: .seconds(1))
        #expect(queue.expire(at: start + .milliseconds(4_999)).isEmpty)
        #expect(answers(queue.expire(at: start + .seconds(5))) == [1: .failure(.outcomeUnknown)])
        #expect(answers(queue.expire(at: start + .seconds(6))) == [2: .failure(.unavailable)])
        let next = finish(batch)
        #expect(next.answers.isEmpty)
        #expect(next.batches.isEmpty)
    }

    @Test mutating func `a key stays taken while its first request is in flight, answered or not`()
        throws
    {
        let batch = try #require(submit(1, key: "k").batch)
        #expect(queue.expire(at: start + .seconds(5)).count == 1)
        #expect(submit(2, key: "k", after: .seconds(5)).isWaiting)
        #expect(answers(finish(batch).answers) == [2: done])
    }

    @Test mutating func `a closed queue takes nothing and finishes what it has`() throws {
        let batch = try #require(submit(1).batch)
        _ = submit(2)
        queue.close()
        #expect(submit(3).result == .failure(.unavailable))
        #expect(!queue.isDrained)
        let last = try #require(finish(batch).batches.first)
        #expect(answers(finish(last).answers) == [2: done])
        #expect(queue.isDrained)
    }

    @Test mutating func `an abandoned queue answers everybody, once`() throws {
        let batch = try #require(submit(1, key: "k").batch)
        _ = submit(2, key: "k")
        _ = submit(3)
        #expect(
            answers(queue.abandon()) == [
                1: .failure(.outcomeUnknown), 2: .failure(.outcomeUnknown),
                3: .failure(.unavailable),
            ])
        #expect(finish(batch).answers.isEmpty)
        #expect(queue.abandon().isEmpty)
    }
}

extension PostingQueue.Submission {
    var batch: PostingQueue.Batch? { if case .start(let batch) = self { batch } else { nil } }
    var result: PostingResult? { if case .answered(let result) = self { result } else { nil } }
    var isWaiting: Bool { if case .waiting = self { true } else { false } }
}

extension PostingQueue.Batch {
    /// The request ids' numbers of its orders.
    var numbers: [Int] {
        commands.compactMap { command in
            guard case .post(let order) = command else { return nil }
            return Int(order.requestID.dropFirst(4))
        }
    }
}
