import Ledger
import Logging
import Realtime
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct PositionReadsTests {
    private let journal: MemoryJournal
    private let reads: PositionReads
    private let answers = Answers()

    init() throws {
        journal = MemoryJournal(currency: try #require(Currency("USD")))
        reads = PositionReads(journal: journal, accountsMax: 200, askersMax: 110)
    }

    @Test func `who asks while others wait is answered with them, each their own`() async throws {
        let accounts = (1...100 as ClosedRange<UInt64>).map { journal.open(.numbered($0)) }
        for (number, account) in zip((1 as UInt64)..., accounts) {
            reads.positions(of: .numbered(number), answer: answers.append([account]))
        }
        reads.positions(accounts.reversed(), answer: answers.append(accounts.reversed()))
        for account in accounts { reads.positions([account], answer: answers.append([account])) }
        try await run(untilAnswered: 201)
        // 64 customers, 36 customers, and all that asked for accounts.
        #expect(journal.reads == 3)
        #expect(answers.isEveryoneRight)
    }

    @Test func `who comes later is asked for anew`() async throws {
        let account = journal.open(.numbered(1))
        try await ServiceGroup.running(reads) {
            for count in 1...3 {
                reads.positions([account], answer: answers.append([account]))
                try await answers.count(is: count)
                #expect(journal.reads == count)
            }
        }
        #expect(answers.isEveryoneRight)
    }

    @Test func `who asks while a question is under way is not answered by it`() async throws {
        let account = journal.open(.numbered(1))
        journal.setSlow(true)
        try await ServiceGroup.running(reads) {
            reads.positions([account], answer: answers.append([account]))
            try await eventually { journal.reads == 1 }
            reads.positions([account], answer: answers.append([account]))
            try await answers.count(is: 2)
        }
        #expect(journal.reads == 2 && answers.isEveryoneRight)
    }

    @Test func `however many ask, there is a pause between two questions`() async throws {
        let account = journal.open(.numbered(1))
        let begun = ContinuousClock.now
        try await ServiceGroup.running(reads) {
            for _ in 1...100 {
                reads.positions([account], answer: answers.append([account]))
                try await Task.sleep(for: .milliseconds(2))
            }
            try await answers.count(is: 100)
        }
        let pauses = (ContinuousClock.now - begun) / Duration.milliseconds(20)
        #expect(Double(journal.reads) <= pauses + 1)
        #expect(answers.isEveryoneRight)
    }

    @Test func `what is too much for one answer is asked for one by one`() async throws {
        for customer in 1...3 as ClosedRange<UInt64> {
            let accounts = (1...150).map { _ in journal.open(.numbered(customer)) }
            reads.positions(of: .numbered(customer), answer: answers.append(accounts))
        }
        try await run(untilAnswered: 3)
        #expect(journal.reads == 4)
        #expect(answers.isEveryoneRight)
    }

    @Test func `a storage that is away fails those who asked, and nobody later`() async throws {
        let account = journal.open(.numbered(1))
        journal.setAway(true)
        for _ in 1...5 { reads.positions([account], answer: answers.append(nil)) }
        try await ServiceGroup.running(reads) {
            try await answers.count(is: 5)
            journal.setAway(false)
            reads.positions([account], answer: answers.append([account]))
            try await answers.count(is: 6)
        }
        #expect(answers.isEveryoneRight)
    }

    @Test func `when too many wait, who comes is refused`() async throws {
        let account = journal.open(.numbered(1))
        for _ in 1...110 { reads.positions([account], answer: answers.append([account])) }
        reads.positions([account], answer: answers.append(nil))
        try await run(untilAnswered: 111)
        #expect(answers.isEveryoneRight && journal.reads == 1)
    }

    private func run(untilAnswered count: Int) async throws {
        try await ServiceGroup.running(reads) { try await answers.count(is: count) }
    }
}

/// What was answered, and whether it was what was to be.
private final class Answers: Sendable {
    private let rights = Mutex<[Bool]>([])

    /// - Parameter accounts: nil: the question is to fail.
    func append(_ accounts: [AccountID]?) -> PositionReads.Answer {
        { result in
            let isRight =
                switch result {
                case .success(let found): found.map(\.accountID).sorted() == accounts?.sorted()
                case .failure: accounts == nil
                }
            self.rights.withLock { $0.append(isRight) }
        }
    }

    var isEveryoneRight: Bool { rights.withLock { !$0.isEmpty && $0.allSatisfy(\.self) } }

    func count(is count: Int) async throws {
        try await eventually { self.rights.withLock { $0.count == count } }
    }
}

extension ServiceGroup {
    fileprivate static func running(
        _ reads: PositionReads, while body: @Sendable () async throws -> Void
    ) async throws {
        let group = ServiceGroup(services: [reads], logger: Logger(label: "test"))
        try await group.run(while: body)
    }
}
