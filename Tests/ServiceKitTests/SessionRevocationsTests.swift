import Ledger
import ServiceKit
import Testing

@Suite struct SessionRevocationsTests {
    private let moment = Moment()
    private let source = StubRevocations()
    private let session = RevokedSession(
        sessionID: SessionID(high: 1, low: 1), customerID: CustomerID(high: 2, low: 2),
        reason: .logout)

    private func revocations() -> SessionRevocations {
        SessionRevocations(
            source: source, tokenLifetimeSeconds: 900, logger: TestService.silent,
            now: moment.instant)
    }

    @Test func `before the first reading nobody is let in`() {
        let revocations = revocations()
        #expect(throws: RevocationsOutdated.self) {
            try revocations.reason(for: session.sessionID)
        }
        #expect(!revocations.isCurrent)
    }

    @Test func `a revoked session is known with its reason and others are not`() async throws {
        let revocations = revocations()
        source.set([session])
        await revocations.poll()
        #expect(try revocations.reason(for: session.sessionID) == .logout)
        #expect(try revocations.reason(for: SessionID(high: 9, low: 9)) == nil)
    }

    @Test func `a list older than five seconds lets nobody in but still refuses`() async throws {
        let revocations = revocations()
        source.set([session])
        await revocations.poll()
        source.set(nil)
        moment.pass(5)
        await revocations.poll()
        #expect(try revocations.reason(for: SessionID(high: 9, low: 9)) == nil)
        moment.pass(1)
        await revocations.poll()
        #expect(throws: RevocationsOutdated.self) {
            try revocations.reason(for: SessionID(high: 9, low: 9))
        }
        #expect(try revocations.reason(for: session.sessionID) == .logout)
        source.set([])
        await revocations.poll()
        #expect(revocations.isCurrent)
    }

    @Test func `after a gap all of it is read again`() async {
        let revocations = revocations()
        await revocations.poll()
        source.set(nil)
        moment.pass(100)
        await revocations.poll()
        source.set([])
        moment.pass(100)
        await revocations.poll()
        #expect(source.asked.first ?? 0 >= 900)
        #expect(source.asked.last ?? 0 >= 200)
    }

    @Test func `a session is kept as long as a token lives and then forgotten`() async throws {
        let revocations = revocations()
        source.set([session])
        await revocations.poll()
        source.set([])
        moment.pass(899)
        await revocations.poll()
        #expect(try revocations.reason(for: session.sessionID) == .logout)
        moment.pass(200)
        await revocations.poll()
        #expect(try revocations.reason(for: session.sessionID) == nil)
    }

    @Test func `listeners hear of each revoked session once`() async {
        let revocations = revocations()
        let heard = revocations.newlyRevoked()
        source.set([session])
        await revocations.poll()
        await revocations.poll()
        let other = RevokedSession(
            sessionID: SessionID(high: 5, low: 5), customerID: session.customerID,
            reason: .passwordChanged)
        revocations.insert([session, other])
        var iterator = heard.makeAsyncIterator()
        #expect(await iterator.next() == [session])
        #expect(await iterator.next() == [other])
    }
}
