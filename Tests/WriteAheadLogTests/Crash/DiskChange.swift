/// One call that changed a disk, in the order in which a workload's threads made them.
enum DiskChange {
    case create(String, inode: Int)
    case write(inode: Int, offset: Int, [UInt8])
    case synchronize(inode: Int)
    case rename(String, to: String)
    case remove(String)
    case synchronizeDirectory(String)
    /// Not a call: from here on someone counts on the records through this sequence number.
    case promise(UInt64)
}
