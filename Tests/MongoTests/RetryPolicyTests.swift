import Mongo
import Testing

@Suite struct `The wait between two tries` {
    @Test func `grows by half from 5 ms up to 500 ms`() {
        var policy = RetryPolicy()
        policy.random = { 1 }
        #expect(policy.delay(afterFailures: 1) == .milliseconds(5))
        #expect(policy.delay(afterFailures: 2) == .milliseconds(7.5))
        #expect(policy.delay(afterFailures: 3) == .milliseconds(11.25))
        #expect(policy.delay(afterFailures: 13) == .milliseconds(500))
        #expect(policy.delay(afterFailures: .max) == .milliseconds(500))
    }

    @Test func `is a random share of that`() {
        var policy = RetryPolicy()
        policy.random = { 0 }
        #expect(policy.delay(afterFailures: 5) == .zero)
        policy.random = { 0.5 }
        #expect(policy.delay(afterFailures: 1) == .milliseconds(2.5))
    }

    @Test func `is random by itself`() {
        let policy = RetryPolicy()
        let delays = (0..<20).map { _ in policy.delay(afterFailures: 10) }
        #expect(Set(delays).count > 1)
        #expect(delays.allSatisfy { $0 >= .zero && $0 <= .milliseconds(500) })
    }
}
