/// Who is due when, in steps: a look at it visits those whose time has come, and nobody else.
///
/// An entry can't be taken out: its owner keeps the step it is due at, and passes over others.
/// Source: Varghese and Lauck, "Hashed and hierarchical timing wheels" (1987), scheme 6.
package struct TimingWheel<Element> {
    private var slots: [[Entry]]
    /// The step up to which everybody was visited.
    private var present: Int64

    private struct Entry {
        let element: Element
        let step: Int64
    }

    /// - Parameter slots: entries farther away than so many steps are looked at once a turn.
    package init(slots: Int = 64, present: Int64) {
        self.slots = Array(repeating: [], count: max(slots, 1))
        self.present = present
    }

    /// - Parameter step: those of the past come with the next step.
    /// - Returns: the step at which it will come.
    @discardableResult
    package mutating func insert(_ element: Element, at step: Int64) -> Int64 {
        let step = max(step, present &+ 1)
        slots[slot(step)].append(Entry(element: element, step: step))
        return step
    }

    /// Takes out who is due at `step` or before, with the step of each.
    package mutating func advance(to step: Int64) -> [(element: Element, step: Int64)] {
        guard step > present else { return [] }
        // After a long pause each slot still is looked at only once.
        let turn = min(step &- present, Int64(slots.count))
        var due: [(element: Element, step: Int64)] = []
        for offset in 1...turn {
            let slot = slot(present &+ offset)
            let entries = slots[slot]
            slots[slot].removeAll(keepingCapacity: true)
            for entry in entries {
                if entry.step <= step {
                    due.append((entry.element, entry.step))
                } else {
                    slots[slot].append(entry)
                }
            }
        }
        present = step
        return due
    }

    private func slot(_ step: Int64) -> Int {
        let count = Int64(slots.count)
        return Int(((step % count) + count) % count)
    }
}
