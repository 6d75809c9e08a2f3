import BankAPI
import HTTPTypes
package import Hummingbird
package import ServiceKit

/// The page at `/`, and where it finds the bank: `/config.json`.
package struct PageRoutes: Sendable {
    private let files: PublicFiles
    private let bankURL: WebOrigin
    private let websocketURL: WebOrigin

    package init(files: PublicFiles, bankURL: WebOrigin, websocketURL: WebOrigin) {
        self.files = files
        self.bankURL = bankURL
        self.websocketURL = websocketURL
    }

    package func add(to router: some RouterMethods<ServiceContext>) {
        for file in files.files {
            router.get(RouterPath(file.path)) { request, _ in serve(file, request) }
            if file.path == "/index.html" {
                router.get("/") { request, _ in serve(file, request) }
            }
        }
        router.get("/config.json") { _, _ in config() }
        let docs = "\(bankURL)/docs"
        router.get("/docs") { _, _ in Response(status: .found, headers: [.location: docs]) }
    }

    private func serve(_ file: PublicFiles.File, _ request: Request) -> Response {
        var headers: HTTPFields = [
            .contentType: file.contentType, .eTag: file.etag, .cacheControl: "no-cache",
            .contentSecurityPolicy: policy,
        ]
        headers[.resourcePolicy] = "same-origin"
        let known = request.headers[.ifNoneMatch]?.split(separator: ",") ?? []
        if known.contains(where: { $0.drop { $0 == " " } == file.etag }) {
            return Response(status: .notModified, headers: headers)
        }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.contents))
    }

    /// Everything from here, but for what the page says to the bank and the socket.
    /// Source: Content Security Policy Level 3.
    private var policy: String {
        let hosts = [bankURL, websocketURL].flatMap(Self.names)
        let sockets = Self.names(websocketURL).map { origin in
            origin.description.replacing("http", with: "ws", maxReplacements: 1)
        }
        let connect = (hosts.map(\.description) + sockets).joined(separator: " ")
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + "font-src 'self'; manifest-src 'self'; connect-src 'self' \(connect); "
            + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
    }

    /// On loopback the page keeps the name it was opened with, and calls the bank by it.
    private static func names(_ origin: WebOrigin) -> [WebOrigin] {
        guard origin.isLoopback else { return [origin] }
        let all = [origin, origin.on(host: "localhost"), origin.on(host: "127.0.0.1")]
        return all.reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    private func config() -> Response {
        let socket = websocketURL.description.replacing("http", with: "ws", maxReplacements: 1)
        return Response(
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.member("bankUrl", bankURL.description)
                    json.member("websocketUrl", "\(socket)/ws")
                    json.member("docsUrl", "\(bankURL)/docs")
                }
            })
    }
}
