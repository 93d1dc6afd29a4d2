import Dispatch
import Foundation
import TestSupport

@testable import WriteAheadLog

/// Visits the crash states of a trace, those of the recoveries that follow from some of them, and
/// those of the recoveries from these.
struct CrashExplorer: Sendable {
    let check: CrashCheck
    let seed: UInt64
    /// Most states by answers at one moment: of the workload, of a recovery, of a second recovery.
    let limits: [Int]
    /// Recoveries that are crashed in their turn, at each moment of the trace above them.
    let recoveriesPerMoment: Int
    /// Whether recoveries are torn at every byte of their writes as well, or between sectors only.
    var tearsRecoveriesByByte = true

    /// Visits the states of every moment of a trace, on all cores.
    ///
    /// `promised` is what someone counts on before it; moments before the one `since` are not visited.
    func explore(
        _ trace: [DiskChange],
        from image: DiskImage,
        promised: UInt64 = 0,
        since first: Int = 0
    ) {
        let workers = ProcessInfo.processInfo.activeProcessorCount
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            var model = DiskModel(image, promised: promised)
            for moment in 0...trace.count {
                if moment > 0 { model.apply(trace[moment - 1]) }
                guard moment >= first, moment % workers == worker else { continue }
                // A few failures say all there is to say.
                if check.failures.count >= CrashCheck.failureLimit { return }
                let next = moment < trace.count ? trace[moment] : nil
                let what = "moment \(moment) of \(trace.count)"
                visit(model, next, depth: 0, what)
                // Or the process is killed, and the power goes while the next one recovers: what was
                // not synced is still in the kernel, but not on the disk.
                let killed = MemoryFileSystem(image, after: trace[..<moment])
                crashRecovery(on: killed, model, depth: 1, "\(what), killed")
            }
        }
    }

    private func visit(_ model: DiskModel, _ next: DiskChange?, depth: Int, _ what: String) {
        // The same moment has the same states in every run with this seed, on whatever core.
        let draw = SeededRandom(seed: seed &+ UInt64(model.changes) &* 0x1_0001)
        var states = CrashStates(
            limit: limits[depth],
            tearsBytes: depth == 0 || tearsRecoveriesByByte,
            draw: draw
        )
        var chosen: [DiskImage] = []
        // Answers that lead to the same image, such as two to what a lost file holds, are one state.
        var seen: Set<UInt64> = []
        states.forEach(model, during: next) { image in
            let hash = image.hash()
            guard seen.insert(hash).inserted else { return }
            let outcome = check.check(image, hash: hash, promised: model.promised) {
                "\(what), state \(seen.count)"
            }
            guard depth + 1 < limits.count, let outcome, outcome.isMended else { return }
            if chosen.count < recoveriesPerMoment { chosen.append(image) }
        }
        for (index, image) in chosen.enumerated() {
            crashRecovery(
                on: MemoryFileSystem(image),
                DiskModel(image, promised: model.promised),
                depth: depth + 1,
                "\(what), recovery \(index)"
            )
        }
    }

    /// Records the recovery on a disk, and visits the states of each moment of it.
    private func crashRecovery(
        on disk: MemoryFileSystem,
        _ model: DiskModel,
        depth: Int,
        _ what: String
    ) {
        disk.startTrace()
        do {
            // What it reports is a promise as well.
            disk.promise(through: try check.repair(disk).lastSequence)
        } catch {
            check.fail("\(error)") { what }
        }
        let trace = disk.trace
        var model = model
        for moment in 0...trace.count {
            if moment > 0 { model.apply(trace[moment - 1]) }
            visit(
                model,
                moment < trace.count ? trace[moment] : nil,
                depth: depth,
                "\(what), moment \(moment) of \(trace.count)"
            )
        }
    }
}
