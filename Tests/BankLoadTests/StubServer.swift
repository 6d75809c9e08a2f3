import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// What the stub was asked.
struct StubRequest: Sendable {
    let method: String
    let path: String
    let key: String?
    let token: String?
    let body: String
}

/// What the stub answers; nil ends the connection without a reply.
struct StubReply: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body = "{}"
    var delay = TimeAmount.zero
}

/// A tiny HTTP server whose answers a test decides, on a free port of the loopback.
final class StubServer: Sendable {
    let port: Int
    private let requests: RequestLog
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel

    static func with<Result>(
        _ answer: @escaping @Sendable (StubRequest) -> StubReply?,
        _ body: (StubServer) async throws -> Result
    ) async throws -> Result {
        let server = try await StubServer(answer)
        do {
            let result = try await body(server)
            try await server.stop()
            return result
        } catch {
            try await server.stop()
            throw error
        }
    }

    private init(_ answer: @escaping @Sendable (StubRequest) -> StubReply?) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let log = RequestLog()
        self.group = group
        requests = log
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        StubHandler(log: log, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    var seen: [StubRequest] { requests.all }

    private func stop() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }
}

private final class RequestLog: Sendable {
    private let requests = Mutex<[StubRequest]>([])
    var all: [StubRequest] { requests.withLock { $0 } }
    func add(_ request: StubRequest) { requests.withLock { $0.append(request) } }
}

private final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: RequestLog
    private let answer: @Sendable (StubRequest) -> StubReply?
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(log: RequestLog, answer: @escaping @Sendable (StubRequest) -> StubReply?) {
        self.log = log
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
        case .body(var bytes): body.writeBuffer(&bytes)
        case .end: reply(context)
        }
    }

    private func reply(_ context: ChannelHandlerContext) {
        guard let head else { return }
        let request = StubRequest(
            method: head.method.rawValue, path: head.uri,
            key: head.headers.first(name: "Idempotency-Key"),
            token: head.headers.first(name: "Authorization"), body: String(buffer: body))
        log.add(request)
        guard let reply = answer(request) else { return context.close(promise: nil) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.assumeIsolated().scheduleTask(in: reply.delay) {
            bound.value.0.write(reply, bound.value.1)
        }
    }

    private func write(_ reply: StubReply, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders(reply.headers)
        headers.add(name: "Content-Length", value: String(reply.body.utf8.count))
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let body = context.channel.allocator.buffer(string: reply.body)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
