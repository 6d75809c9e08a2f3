import Ledger
import Synchronization

/// The hash chains that this process writes: as many as it has commits in flight at once.
///
/// A commit borrows a chain for itself alone. A chain whose commit has no known outcome is
/// never written again: nobody can tell its head.
final class WriterChains: Sendable {
    private let idle = Mutex<[WriterChain]>([])
    private let clock: WallClock
    private let identifiers: IdentifierGenerator

    init(clock: WallClock, identifiers: IdentifierGenerator) {
        self.clock = clock
        self.identifiers = identifiers
    }

    func borrow() -> WriterChain {
        idle.withLock { $0.popLast() }
            ?? WriterChain(
                writer: identifiers.next(), head: nil, identifiers: RisingIdentifiers(clock: clock))
    }

    func giveBack(_ chain: WriterChain) {
        idle.withLock { $0.append(chain) }
    }
}

/// A chain as its writer knows it. The head is nil until the first block is committed.
struct WriterChain: Sendable {
    let writer: WriterID
    var head: ChainHead?
    var identifiers: RisingIdentifiers<BlockKind>
}
