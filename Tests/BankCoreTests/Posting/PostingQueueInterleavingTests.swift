import BankCore
import BankTesting
import Ledger
import Testing

@Suite struct `The posting queue under any interleaving` {
    @Test(arguments: 0..<200)
    func `keeps its promises`(seed: UInt64) {
        var model = QueueModel(seed: seed)
        for _ in 0..<400 { model.step() }
        model.end()
    }
}

/// Does random things to a queue and checks after each of them what must always hold.
private struct QueueModel {
    private var random: SeededRandom
    private var queue: PostingQueue<Int>
    private let limits: PostingLimits
    private var now = ContinuousClock.now
    private var flying: [PostingQueue<Int>.Batch] = []
    private var submitted = 0
    private var answered: Set<Int> = []
    private var accepted: Set<Int> = []
    private var workloads: [Int: Workload] = [:]
    /// The last command that went, by workload and claim.
    private var lastStarted: [Workload: [Claim: Int]] = [:]

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        var limits = PostingLimits()
        limits.batchCommandsMax = Int.random(in: 1...8, using: &random)
        limits.lanes = Int.random(in: 1...4, using: &random)
        limits.queuedCommandsMax = Int.random(in: 4...40, using: &random)
        limits.passedOverMax = Int.random(in: 1...40, using: &random)
        self.limits = limits
        queue = PostingQueue(limits: limits)
    }

    mutating func step() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<6: submit()
        case 6..<9: finishOne()
        default:
            now += .milliseconds(Int.random(in: 0...700, using: &random))
            note(queue.expire(at: now))
        }
        check()
    }

    mutating func end() {
        queue.close()
        var rounds = 0
        while !flying.isEmpty, rounds < 10_000 {
            finishOne()
            rounds += 1
        }
        note(queue.expire(at: now + .seconds(10)))
        #expect(queue.isDrained)
        #expect(answered == accepted, "everyone is answered")
    }

    private mutating func submit() {
        let number = submitted
        submitted += 1
        let workload: Workload = random.oneIn(3) ? .bulk : .ordinary
        workloads[number] = workload
        let key = random.oneIn(2) ? "key \(Int.random(in: 0..<4, using: &random))" : nil
        let order = Order.transfer(
            number, from: Int.random(in: 0..<6, using: &random),
            to: Int.random(in: 0..<6, using: &random), by: .numbered(1), key: key,
            digest: [random.oneIn(8) ? 1 : 0])
        accepted.insert(number)
        switch queue.submit(.post(order), as: workload, waiter: number, now: now) {
        case .waiting: break
        case .start(let batch): start(batch)
        case .answered: answered.insert(number)
        }
    }

    private mutating func finishOne() {
        guard let index = flying.indices.randomElement(using: &random) else { return }
        let batch = flying.remove(at: index)
        let next = queue.finish(
            batch.id, batch.commands.map { _ in .failure(.faulty) },
            took: .milliseconds(Int.random(in: 1...200, using: &random)))
        note(next.answers)
        for batch in next.batches { start(batch) }
    }

    private mutating func start(_ batch: PostingQueue<Int>.Batch) {
        #expect(!batch.commands.isEmpty && batch.commands.count <= limits.batchCommandsMax)
        for (number, command) in zip(batch.numbers, batch.commands) {
            guard let workload = workloads[number] else { continue }
            for claim in Set(command.claims) {
                let last = lastStarted[workload, default: [:]].updateValue(number, forKey: claim)
                #expect(last ?? -1 < number, "\(number) overtook \(last ?? -1)")
            }
        }
        flying.append(batch)
    }

    private mutating func note(_ answers: [PostingQueue<Int>.Answer]) {
        for answer in answers {
            #expect(answered.insert(answer.waiter).inserted, "\(answer.waiter) answered twice")
        }
    }

    private func check() {
        #expect(flying.count <= limits.lanes)
        #expect(flying.count == queue.inFlightCount)
        var claimed: Set<Claim> = []
        for batch in flying {
            let claims = Set(batch.commands.flatMap(\.claims))
            #expect(claimed.isDisjoint(with: claims), "two batches share an account")
            claimed.formUnion(claims)
        }
        #expect(queue.waitingCount <= 2 * limits.queuedCommandsMax)
        #expect(queue.waitingCount == 0 || !flying.isEmpty, "something waits for nothing")
    }
}
