import Events
import Ledger
import Providers
import RouterState

extension ChatService {
    /// Who keeps a file that a request names: only there can it be read or deleted.
    ///
    /// `nil` where it names none, or none that was uploaded through this log.
    func fileHolder(of client: ClientRequest) -> ResponseHolder? {
        let asked = client.passage?.fileID
        let ids = asked.map { [$0] } ?? client.fileIDs
        guard !ids.isEmpty else { return nil }
        let held = ledger.read { state, _ in
            ids.lazy.compactMap { state.holders[HeldText.fingerprint(Array($0.utf8))] }.first
        }
        guard var holder = held else { return nil }
        holder.isOnly = true
        holder.field = asked == nil ? "file_id" : client.passage?.template
        return holder
    }
}
