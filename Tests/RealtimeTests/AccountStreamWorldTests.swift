import Realtime
import Testing

/// Every interleaving: what goes out is each seq after the client's position, once, in order, and
/// nothing is missing once all is still.
@Suite struct AccountStreamWorldTests {
    /// Below, at and above what the account will ever have, and none.
    static let positions: [Int64?] = [nil, -1, 0, 1, 2, 4, 5]

    @Test(arguments: positions)
    func `a feed that repeats itself, and looks that fail`(resume: Int64?) {
        let explored = StreamExploration(
            StreamWorld(commits: 4, resume: resume, repeats: 2, failures: 2))
        #expect(explored.complaint == nil)
        #expect(explored.states > 100 && explored.ends > 0)
    }

    @Test(arguments: positions)
    func `a feed that loses events, until the supervisor tells how far the journal reaches`(
        resume: Int64?
    ) {
        let explored = StreamExploration(
            StreamWorld(commits: 4, resume: resume, losses: 2, repeats: 1, failures: 1))
        #expect(explored.complaint == nil)
        #expect(explored.states > 1_000 && explored.ends > 0)
    }

    @Test(arguments: StreamFault.allCases)
    func `a planted fault is found`(fault: StreamFault) {
        let complaints = Self.positions.compactMap { resume in
            StreamExploration(
                StreamWorld(
                    commits: 4, resume: resume, losses: 1, repeats: 1, failures: 1, fault: fault)
            ).complaint
        }
        #expect(!complaints.isEmpty)
    }
}
