import HeapModule
package import NIOCore

/// Things to do at a time or later: the one due first comes first, ties in the order of coming.
package struct DueQueue<Element: Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        let due: NIODeadline
        let number: Int
        let element: Element

        static func < (left: Entry, right: Entry) -> Bool {
            (left.due, left.number) < (right.due, right.number)
        }
        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
    }

    private var heap = Heap<Entry>()
    private var pushed = 0

    package init() {}

    package var isEmpty: Bool { heap.isEmpty }
    package var count: Int { heap.count }
    /// When the first element becomes due.
    package var nextDue: NIODeadline? { heap.min?.due }

    package mutating func push(_ element: Element, due: NIODeadline) {
        pushed += 1
        heap.insert(Entry(due: due, number: pushed, element: element))
    }

    /// Takes the first element if it is due.
    package mutating func pop(at now: NIODeadline) -> Element? {
        guard let first = heap.min, first.due <= now else { return nil }
        return heap.popMin()?.element
    }
}
