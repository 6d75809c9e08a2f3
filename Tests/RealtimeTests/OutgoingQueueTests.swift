import Ledger
import NIOCore
import Realtime
import Testing

@Suite struct OutgoingQueueTests {
    private let one = AccountID(high: 1, low: 1)
    private let two = AccountID(high: 1, low: 2)

    private func drain(_ queue: inout OutgoingQueue) -> [String] {
        var texts: [String] = []
        while let frame = queue.next() { texts.append(String(buffer: frame)) }
        return texts
    }

    @Test func `entries and control messages keep their order`() {
        var queue = OutgoingQueue(bytesMax: 100)
        let isFirstKept = queue.append(entry: ByteBuffer(string: "a"))
        #expect(isFirstKept)
        let isSecondKept = queue.append(control: ByteBuffer(string: "b"))
        #expect(isSecondKept)
        let isThirdKept = queue.append(entry: ByteBuffer(string: "c"))
        #expect(isThirdKept)
        let drained = drain(&queue)
        #expect(drained == ["a", "b", "c"])
        #expect(queue.isEmpty && queue.bytes == 0)
    }

    @Test func `of balances the latest wins, and goes out behind the entries`() {
        var queue = OutgoingQueue(bytesMax: 100)
        _ = queue.append(balance: ByteBuffer(string: "one 1"), of: one)
        _ = queue.append(entry: ByteBuffer(string: "entry"))
        _ = queue.append(balance: ByteBuffer(string: "two 1"), of: two)
        _ = queue.append(balance: ByteBuffer(string: "one 22"), of: one)
        #expect(queue.bytes == 5 + 5 + 6)
        let drained = drain(&queue)
        #expect(drained == ["entry", "two 1", "one 22"])
        #expect(queue.bytes == 0)
    }

    @Test func `an entry over the limit says that the reader is too slow`() {
        var queue = OutgoingQueue(bytesMax: 10)
        let isFirstKept = queue.append(entry: ByteBuffer(repeating: 0x61, count: 10))
        #expect(isFirstKept)
        let isSecondKept = queue.append(entry: ByteBuffer(string: "a"))
        #expect(!isSecondKept)
    }

    @Test func `a thousand balances of one account never fill the queue`() {
        var queue = OutgoingQueue(bytesMax: 10)
        _ = queue.append(entry: ByteBuffer(string: "a"))
        for _ in 0..<1_000 {
            let isKept = queue.append(balance: ByteBuffer(string: "balance"), of: one)
            #expect(isKept)
        }
        let drained = drain(&queue)
        #expect(drained.count == 2)
    }

    @Test func `control messages do not count, but have a limit of their own`() {
        var queue = OutgoingQueue(bytesMax: 10)
        let frame = ByteBuffer(repeating: 0x61, count: 1_024)
        var count = 0
        while queue.append(control: frame) { count += 1 }
        #expect(count == OutgoingQueue.controlBytesMax / 1_024)
        #expect(queue.bytes == 0)
    }
}
