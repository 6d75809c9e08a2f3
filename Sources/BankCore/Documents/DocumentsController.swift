import HTTPTypes
package import Hummingbird
import NIOCore
package import ServiceKit

/// `/openapi.yaml`, `/docs` (Swagger UI, from this machine alone), and `/`, which leads to the
/// dashboard.
package struct DocumentsController: Sendable {
    private let files: DocumentFiles
    private let dashboard: String

    /// - Parameter dashboard: the address that `/` leads to.
    package init(files: DocumentFiles, dashboard: String) {
        self.files = files
        self.dashboard = dashboard
    }

    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.get("/") { _, _ in
            Response(status: .temporaryRedirect, headers: [.location: dashboard])
        }
        router.get("/openapi.yaml") { _, _ in
            try document(files.openAPI, "application/yaml; charset=utf-8")
        }
        router.get("/docs") { _, _ in
            try document(Self.page(hasViewer: files.hasViewer), "text/html; charset=utf-8")
        }
        router.get("/docs/start.js") { _, _ in
            try document(ByteBuffer(string: Self.script), "text/javascript; charset=utf-8")
        }
        router.get("/docs/swagger-ui-bundle.js") { _, _ in
            try document(files.viewerScript, "text/javascript; charset=utf-8")
        }
        router.get("/docs/swagger-ui.css") { _, _ in
            try document(files.viewerStyle, "text/css; charset=utf-8")
        }
    }

    private func document(_ bytes: ByteBuffer?, _ type: String) throws(Problem) -> Response {
        guard let bytes else { throw Problem(.notFound) }
        return Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "no-cache",
                .contentSecurityPolicy: Self.contentSecurityPolicy,
            ], body: ResponseBody(byteBuffer: bytes))
    }

    /// Nothing from other hosts; the viewer writes styles and images into the page by itself.
    private static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"

    private static func page(hasViewer: Bool) -> ByteBuffer {
        let viewer = """
            <link rel="stylesheet" href="/docs/swagger-ui.css">
            <script defer src="/docs/swagger-ui-bundle.js"></script>
            <script defer src="/docs/start.js"></script>
            """
        return ByteBuffer(
            string: """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>Teller: the API</title>
                \(hasViewer ? viewer : "")
                <p><a href="/openapi.yaml">The API as an OpenAPI 3.1 document</a></p>
                <div id="viewer"></div>
                </html>

                """)
    }

    private static let script = """
        SwaggerUIBundle({
          url: "/openapi.yaml",
          dom_id: "#viewer",
          deepLinking: true,
          validatorUrl: null,
        });

        """
}
