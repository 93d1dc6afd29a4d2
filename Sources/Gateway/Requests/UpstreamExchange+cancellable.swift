public import ClientHTTP
public import Upstream

extension UpstreamExchange: Cancellable {}
