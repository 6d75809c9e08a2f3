package import HTTPTypes
package import Hummingbird
import NIOCore

extension Response {
    /// A body of JSON that is written already.
    package init(
        status: HTTPResponse.Status = .ok, json: [UInt8], headers: HTTPFields = [:]
    ) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}
