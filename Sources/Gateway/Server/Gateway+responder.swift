import ClientHTTP
import Events
import Ledger
import Platform
import ProviderClients
import Settings

extension Gateway {
    /// What answers the clients, put together.
    var responder: GatewayResponder {
        let responses = ResponseStore()
        let bodyRoom = MemoryRoom(
            bytes: settings.server.maxBodiesBytes,
            setting: "server.maxBodiesBytes",
            shares: ArrivingBody.shares
        )
        let bodyLimit = BodyLimit(
            bytes: settings.server.maxBodyBytes,
            setting: "server.maxBodyBytes"
        )
        let answers = MemoryRoom(
            bytes: settings.server.maxAnswersBytes,
            setting: "server.maxAnswersBytes"
        )
        let questions = ProviderQuestions(
            upstream: upstream,
            answers: answers,
            shortages: shortages
        )
        return GatewayResponder(
            callers: CallerPolicy(settings.server),
            inference: inference(
                responses,
                bodyLimit: bodyLimit,
                bodyRoom: bodyRoom,
                answers: answers
            ),
            models: ModelsEndpoint(ledger: ledger),
            ollama: OllamaEndpoint(
                ledger: ledger,
                providers: providers,
                questions: questions
            ),
            tokenCounts: TokenCountEndpoint(
                ledger: ledger,
                providers: providers,
                questions: questions,
                bodyLimit: bodyLimit,
                bodyRoom: bodyRoom
            ),
            responses: ResponsesEndpoint(
                responses: responses,
                ledger: ledger,
                providers: providers,
                questions: questions
            ),
            feedback: FeedbackEndpoint(ledger: ledger, logger: logger),
            readiness: Readiness(
                ledger: ledger,
                shortages: shortages,
                upstream: upstream,
                diagnostics: diagnostics
            )
        )
    }

    private func inference(
        _ responses: ResponseStore,
        bodyLimit: BodyLimit,
        bodyRoom: MemoryRoom,
        answers: MemoryRoom
    ) -> InferenceHandler {
        InferenceHandler(
            ledger: ledger,
            reader: RequestReader(
                ledger: ledger,
                providers: providers,
                responses: responses,
                bodyLimit: bodyLimit,
                bodyRoom: bodyRoom,
                recordsClientKeys: settings.budgets.scopes.contains { $0.kind == .key },
                conversations: conversations
            ),
            attempts: AttemptRunner(
                providers: providers,
                upstream: upstream,
                quotas: QuotaReports(ledger: ledger),
                ledger: ledger,
                answers: answers,
                shortages: shortages
            ),
            watches: watches,
            shortages: shortages,
            logger: logger,
            capture: BodyCapture(ledger: ledger, recorder: bodies, answers: answers),
            keepAlive: settings.routing.keepAlive
        )
    }
}
