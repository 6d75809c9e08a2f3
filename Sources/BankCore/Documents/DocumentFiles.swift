import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The files behind `/openapi.yaml` and `/docs`, read once at the start.
package struct DocumentFiles: Sendable {
    let openAPI: ByteBuffer?
    let viewerScript: ByteBuffer?
    let viewerStyle: ByteBuffer?

    /// Where the files lie below the folder in which the service is started.
    private static let openAPIPath = "docs/openapi.yaml"
    /// scripts/run and the image put Swagger UI there.
    private static let viewerFolder = "public/vendor/swagger-ui"
    private static let bytesMax = 8 * 1_024 * 1_024

    /// A file that is missing, or larger than 8 MiB, is not served.
    package init(folder: String = ".") {
        openAPI = Self.read("\(folder)/\(Self.openAPIPath)")
        viewerScript = Self.read("\(folder)/\(Self.viewerFolder)/swagger-ui-bundle.js")
        viewerStyle = Self.read("\(folder)/\(Self.viewerFolder)/swagger-ui.css")
    }

    /// Without these, the page only links to the document.
    var hasViewer: Bool { viewerScript != nil && viewerStyle != nil }

    private static func read(_ path: String) -> ByteBuffer? {
        guard let data = FileManager.default.contents(atPath: path), data.count <= bytesMax
        else { return nil }
        return ByteBuffer(bytes: data)
    }
}
