import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `/api/v1/ledger…`, for staff.
package struct LedgerController: Sendable {
    private let proof: any LedgerProof

    package init(proof: any LedgerProof) { self.proof = proof }

    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.group("/api/v1/ledger")
            .get("trial-balance") { try await trialBalance($0, $1) }
            .get("blocks") { try await blocks($0, $1) }
    }

    private func trialBalance(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        _ = try context.staffIdentity()
        try QueryParameters(request).finish()
        let lines = try await proof.trialBalance()
        return Response(
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.key("data")
                    json.array(lines) { $0.trialBalance($1) }
                }
            })
    }

    private func blocks(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try context.staffIdentity()
        var query = QueryParameters(request)
        let page: PageRequest<BlockID> = query.page(of: request)
        try query.finish()
        let heads = try await proof.heads()
        let found = try await proof.blocks(page)
        return Response(
            found, of: request, id: \.id,
            { json in
                json.key("heads")
                json.array(heads) { json, head in json.object { $0.members(of: head) } }
            }
        ) { json, block in json.block(block) }
    }
}

extension JSONWriter {
    /// `{currency, debits, credits, difference, accounts}`, the sums as decimal strings.
    fileprivate mutating func trialBalance(_ line: TrialBalanceLine) {
        object { json in
            json.member("currency", line.currency.code)
            json.member("debits", describing: line.debits)
            json.member("credits", describing: line.credits)
            json.member("difference", describing: line.difference)
            json.member("accounts", line.accounts)
        }
    }

    /// `{id, writer, height, hash, previous, count, committedAt}`
    fileprivate mutating func block(_ block: StoredBlock) {
        object { json in
            json.member("id", describing: block.id)
            json.members(of: block.head)
            json.member("previous", describing: block.previous)
            json.member("count", block.entryCount)
            json.member("committedAt", describing: block.committedAt)
        }
    }

    fileprivate mutating func members(of head: ChainHead) {
        member("writer", describing: head.writer)
        member("height", head.height)
        member("hash", describing: head.hash)
    }
}
