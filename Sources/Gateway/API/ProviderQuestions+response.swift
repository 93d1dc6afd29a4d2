import ClientHTTP
import Hummingbird
import Platform
import ProviderClients

extension ProviderQuestions.Told {
    /// The body of an answer that passes this one on, or what was made of it, and keeps its room.
    func said(_ body: [UInt8]) -> ResponseBody {
        room?.shrink(to: body.count)
        return ResponseBody(inPieces: body, holding: room)
    }
}
