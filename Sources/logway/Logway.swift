@main enum Logway { static func main() {} }
