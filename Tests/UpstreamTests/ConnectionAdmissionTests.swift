import Testing

@testable import Upstream

@Suite("ConnectionAdmission")
struct ConnectionAdmissionTests {
    @Test
    func `places are given, queued for and refused in this order`() {
        var admission = ConnectionAdmission<Int>(maximumConnections: 2, maximumQueued: 1)
        #expect(admission.arrive(1) == .start)
        #expect(admission.arrive(2) == .start)
        #expect(admission.arrive(3) == .wait)
        #expect(admission.arrive(4) == .refuse(limit: 2, queued: 1))
        #expect(admission.admitNext() == nil)
        admission.depart()
        #expect(admission.admitNext() == 3)
        #expect(admission.admitNext() == nil)
        #expect(admission.inUse == 2 && admission.queued == 0)
    }

    @Test
    func `nobody overtakes those who wait, even when a place is free`() {
        var admission = ConnectionAdmission<Int>(maximumConnections: 1, maximumQueued: 9)
        #expect(admission.arrive(1) == .start)
        #expect(admission.arrive(2) == .wait)
        admission.depart()
        #expect(admission.arrive(3) == .wait)
        #expect(admission.admitNext() == 2)
    }

    @Test
    func `who withdraws is not admitted`() {
        var admission = ConnectionAdmission<Int>(maximumConnections: 1, maximumQueued: 9)
        for ticket in 1...4 { _ = admission.arrive(ticket) }
        #expect(admission.withdraw(3) == true)
        #expect(admission.withdraw(3) == false)
        #expect(admission.withdraw(1) == false)
        admission.depart()
        #expect(admission.admitNext() == 2)
        #expect(admission.withdraw(2) == false)
        admission.depart()
        #expect(admission.admitNext() == 4)
    }

    @Test
    func `a long queue keeps its order while it is used`() {
        var admission = ConnectionAdmission<Int>(maximumConnections: 1, maximumQueued: 10_000)
        for ticket in 0..<1000 { _ = admission.arrive(ticket) }
        for ticket in 1..<1000 {
            admission.depart()
            #expect(admission.admitNext() == ticket)
            _ = admission.arrive(1000 + ticket)
        }
        #expect(admission.queued == 999)
    }

    @Test
    func `a lowered limit lets nobody in until enough have left`() {
        var admission = ConnectionAdmission<Int>(maximumConnections: 3, maximumQueued: 9)
        for ticket in 1...4 { _ = admission.arrive(ticket) }
        admission.limit(connections: 1, queued: 9)
        admission.depart()
        admission.depart()
        #expect(admission.admitNext() == nil)
        admission.depart()
        #expect(admission.admitNext() == 4)
    }
}
