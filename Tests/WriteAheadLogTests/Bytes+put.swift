extension [UInt8] {
    /// Overwrites bytes from an offset on, with zeroes before it where the array is shorter.
    mutating func put(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        if count < offset + bytes.count {
            self += [UInt8](repeating: 0, count: offset + bytes.count - count)
        }
        unsafe bytes.withUnsafeBytes { source in
            unsafe withUnsafeMutableBytes { target in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...])
                    .copyMemory(from: source)
            }
        }
    }
}
