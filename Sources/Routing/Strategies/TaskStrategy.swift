import Events
import RouterState

/// The kind of work has a chain of its own (`task_fallback_overrides`), or a provider has a model
/// for it (`modelOverrides`).
struct TaskStrategy: Strategy {
    let name = "task-based"
    let kind = RoutingStrategy.taskBased

    func judge(_ question: RoutingQuestion) -> Judgement {
        guard let task = question.classification.task else {
            return .abstains("the kind of work is unknown")
        }
        if case .auto(let auto) = question.target, auto.task != nil {
            return .ranks(question.proposalOrder, because: "the chain of \(task.name)")
        }
        let hasOwnModel = question.candidates.contains { candidate in
            question.policy.providerInForce(candidate.provider)?.policy.model(for: task)
                == candidate.model
        }
        guard hasOwnModel else {
            return .abstains("there is no chain and no model for \(task.name)")
        }
        return .ranks(question.proposalOrder, because: "the providers' models for \(task.name)")
    }
}

extension ProviderPolicy {
    /// The model that the provider is to use for a kind of work.
    func model(for task: TaskType) -> String? {
        taskModels.first { $0.task == task }?.model
    }
}
