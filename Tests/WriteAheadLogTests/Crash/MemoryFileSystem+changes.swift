extension MemoryFileSystem.State {
    /// Makes a recorded change again.
    mutating func apply(_ change: DiskChange) {
        switch change {
        case .create(let path, let inode):
            while inodes.count <= inode { inodes.append(MemoryFileSystem.Inode(serial: 1)) }
            names[path] = inode
        case .write(let inode, let offset, let bytes):
            inodes[inode].data.put(bytes[...], at: offset)
            inodes[inode].unsynced.append((offset, bytes))
        case .synchronize(let inode):
            inodes[inode].durable = inodes[inode].data
            inodes[inode].unsynced = []
        case .rename(let path, let newPath): names[newPath] = names.removeValue(forKey: path)
        case .remove(let path): names.removeValue(forKey: path)
        case .synchronizeDirectory, .promise: return
        }
    }
}
